"""Threads and sockets of the operating system, also where gevent or eventlet replace Python's.

Theirs would run the work between requests, and hold all of these up. Python's own are taken note of
at its start, before anybody replaces them; `original` finds those that come later.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # without the enumerations of `signal`
import _thread  # noqa: F401  # `original` finds it in sys.modules
import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def original(module: str, name: str) -> Any:
    """What a module had before somebody replaced it."""
    if gevent := sys.modules.get("gevent.monkey"):
        return gevent.get_original(module, name)
    if eventlet := sys.modules.get("eventlet.patcher"):
        return getattr(eventlet.original(module), name)
    return getattr(sys.modules[module], name)


_start = original("_thread", "start_new_thread")
get_ident: Callable[[], int] = original("_thread", "get_ident")
sleep: Callable[[float], None] = original("time", "sleep")


def monotonic() -> float:
    """Seconds, also in a test that holds `time.monotonic` still: a deadline would never come."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def _is_replaced() -> bool:
    gevent = sys.modules.get("gevent.monkey")
    eventlet = sys.modules.get("eventlet.patcher")
    return bool(
        (gevent and gevent.is_module_patched("threading"))
        or (eventlet and eventlet.is_monkey_patched("thread"))
    )


# The processor raises the others: blocked, they would end the process without faulthandler's words.
_BLOCKED = set(_signal.valid_signals()) - {
    _signal.SIGSEGV,
    _signal.SIGBUS,
    _signal.SIGFPE,
    _signal.SIGILL,
}


class above_standard:
    """What is opened here gets no number of standard input, output or error.

    A service that was started without them would write into it, or close it.
    """

    def __enter__(self) -> None:
        self._held: list[int] = []
        try:
            while (file := os.open(os.devnull, os.O_RDWR)) <= 2:
                self._held.append(file)
            os.close(file)
        except OSError:  # none is left, or there is no such device
            pass

    def __exit__(self, *_: object) -> None:
        for file in self._held:
            os.close(file)


def identity(file: int) -> tuple[int, int] | None:
    """Which file it is: whoever closes all files may have opened another under our number."""
    try:
        state = os.fstat(file)
    except OSError:
        return None
    return state.st_dev, state.st_ino


class without_signals:  # without contextlib, which takes longer to load than all this
    """They wait until this is over, where no other thread takes them.

    A thread that begins here gets none: they are for the threads that wait for them. And what the
    handler of one raises, such as the end of the service, is not caught by code of ours.
    """

    def __enter__(self) -> None:
        self._mask = _signal.pthread_sigmask(_signal.SIG_BLOCK, ())
        try:
            _signal.pthread_sigmask(_signal.SIG_BLOCK, _BLOCKED)
        except BaseException:  # the handler of one that came just before
            _signal.pthread_sigmask(_signal.SIG_SETMASK, self._mask)
            raise

    def __exit__(self, *_: object) -> None:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, self._mask)


def thread(work: Callable[[], None]) -> Any:
    """A thread that nothing waits for: with `start`, `join`, `ident`.

    Neither the end of the interpreter, nor a program that counts its threads until none is left.

    The kernel gives it no signal. A program that blocks one and waits for it, by `signal.sigwait`
    or a file descriptor, would otherwise wait in vain, or be ended by it.
    """
    if _is_replaced():
        return _Thread(work)
    import threading

    class Hidden(threading.Thread):
        def start(self) -> None:
            with without_signals():
                super().start()
            hide(self.ident)

        def _delete(self) -> None:
            try:
                super()._delete()  # type: ignore[misc]
            except KeyError:
                pass

    return Hidden(target=work, name="harbourline", daemon=True)


_TASKS = "/proc/self/task"


def await_end(thread: Any) -> None:
    """Until the system has forgotten a thread that was joined: Python warns of forks beside one."""
    for _ in range(50):
        if not os.path.exists(f"{_TASKS}/{getattr(thread, 'native_id', None)}"):
            return
        sleep(0.001)


_forking_thread = _forked_by_thread = False


def before_fork() -> None:
    """Takes note which thread it is that goes on in the child."""
    global _forking_thread
    threading = sys.modules.get("threading")
    _forking_thread = threading is not None and get_ident() != threading.main_thread().ident


def forked() -> None:
    """In the child."""
    global _forked_by_thread
    _forked_by_thread = _forked_by_thread or _forking_thread


def may_be_left() -> bool:
    """Whether this process may end by the end of its last thread, and not by the interpreter's."""
    return _forked_by_thread


def is_left() -> bool:
    """Whether only this thread is there any more: it is what keeps the process."""
    return _forked_by_thread and len(sys._current_frames()) == 1


def hide(ident: int | None) -> None:
    """From `threading.enumerate`, where whoever logs in a thread puts it again."""
    if not _is_replaced() and (threading := sys.modules.get("threading")):
        threading._active.pop(ident, None)


class _Thread:
    def __init__(self, work: Callable[[], None]) -> None:
        from _queue import SimpleQueue

        self._work = work
        self._ended: SimpleQueue[None] = SimpleQueue()
        self.ident = 0

    def start(self) -> None:
        """As that of `threading`."""
        with without_signals():
            _start(self._run, ())

    def join(self, seconds: float) -> None:
        """As that of `threading`."""
        from _queue import Empty

        try:
            self._ended.get(timeout=seconds)
        except Empty:
            return
        self._ended.put(None)

    def _run(self) -> None:
        self.ident = get_ident()
        try:
            self._work()
        finally:
            self._ended.put(None)
