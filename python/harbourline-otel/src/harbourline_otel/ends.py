"""How a process ends: as it would without this package, after its last spans were handed over.

Nothing here changes an exit code, or what a signal does. Only the process that the service manager
started has a handler of SIGTERM; its children keep the default, and what a killed one had is
counted by the others: see `ledger`.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # without the enumerations of `signal`
import atexit
import os
import sys
from _functools import partial  # type: ignore[import-not-found]  # `functools` loads more

from harbourline_otel import forks, native
from harbourline_otel.hooks import when_imported, wrap
from harbourline_otel.settings import PROVIDER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from opentelemetry.sdk.trace import TracerProvider

GRACE = 5.0
"""Seconds for what waits when the process ends. Kubernetes gives 30, systemd 90, for everything."""

ABRUPT = 1.0
"""Seconds for what waits where a process ends by ``os._exit``: at once, as its author wants."""

_FATAL = (_signal.SIGTERM, _signal.SIGINT, _signal.SIGHUP, _signal.SIGQUIT, _signal.SIGABRT)
_HELPERS = ("--multiprocessing-fork", "multiprocessing.forkserver", "multiprocessing.resource_")

_TERM = {_signal.SIGTERM}

_chosen = ""
"""Name of the provider, as the process began."""

_owner = 0
"""Process whose SIGTERM this module handles."""


def watch() -> None:
    """From now on; once for a process and its children."""
    global _chosen
    _chosen = os.environ.get(PROVIDER, "")
    # The first to be registered runs last: spans of everybody else's handlers are there by then.
    atexit.register(_at_exit)
    _before("_exit", lambda _: True, ABRUPT, _leave)
    for name in ("execv", "execve"):
        _before(name, lambda _: True, ABRUPT, _flush)
    _before("kill", lambda args: args[0] == os.getpid() and _is_fatal(args[1]), GRACE)
    forks.around(native.before_fork, bool, native.forked)
    when_imported("opentelemetry.trace", _prepare)
    when_imported("signal", _watch_raise)
    when_imported("multiprocessing.popen_fork", _watch_terminate)
    when_imported("billiard.popen_fork", _watch_terminate)  # Celery's
    when_imported("celery.signals", _watch_celery)
    if is_helper() or _signal.getsignal(_signal.SIGTERM) != _signal.SIG_DFL:
        return
    try:
        _signal.signal(_signal.SIGTERM, _on_sigterm)
    except ValueError:  # a thread, or an interpreter within the process: signals are not ours
        return
    global _owner
    _owner = os.getpid()
    when_imported("signal", _hide)
    forks.around(_block, _unblock, _restore)


def is_helper() -> bool:
    """Whether multiprocessing started this process."""
    return any(mark in part for part in sys.orig_argv[1:] for mark in _HELPERS)


def finish(seconds: float) -> None:
    """Hands over what waits, and reports; nothing after it."""
    _ask_all("finish_all", seconds)


def _ask_all(what: str, seconds: float) -> None:
    """If this process traces at all. Raises nothing: the end goes on."""
    if pipeline := sys.modules.get("harbourline_otel.pipeline"):
        try:
            getattr(pipeline, what)(seconds)
        except Exception:
            pass


_providers: list[TracerProvider] = []


def shut_down_at_exit(provider: TracerProvider) -> None:
    """In place of the SDK's own handler, which would come before others that still make spans."""
    provider._atexit_handler = provider.shutdown  # the SDK forgets it when it is shut down
    _providers[:] = [each for each in _providers if each._atexit_handler]
    _providers.append(provider)


def _at_exit() -> None:
    """One deadline over all of them, and then what else they export by."""
    try:
        finish(GRACE)
        for provider in _providers:
            try:
                if provider._atexit_handler:
                    provider.shutdown()
            except Exception:
                pass
    except BaseException:  # the handler of a signal: it is in a hurry, and ends already
        pass


def _flush(seconds: float) -> None:
    """Hands over what waits, and goes on: the process may be replaced by another program."""
    _ask_all("flush_all", seconds)


def _leave(seconds: float) -> None:
    """As `finish`, for children that end one after the other: they do not all wait in vain."""
    _ask_all("leave_all", seconds)


def _on_sigterm(*_: object) -> None:
    """Hands over what waits, puts back what was there, and raises the signal again."""
    if os.getpid() == 1:  # as init of a container it outlives the signal, also without us
        _flush(GRACE)
        return
    if os.getpid() == _owner:
        _hurry_children()
        finish(GRACE)
    _signal.signal(_signal.SIGTERM, _signal.SIG_DFL)
    _kill(os.getpid(), _signal.SIGTERM)


def _hide(module: ModuleType) -> None:
    """Nobody sees that SIGTERM has a handler, who finds the default there or puts it back."""

    def shown(handler: Any) -> Any:
        return module.SIG_DFL if handler is _on_sigterm else handler

    def install(original: Any, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if len(args) == 2 and os.getpid() == _owner and args[0] in _TERM:
            default = isinstance(args[1], int) and args[1] == _signal.SIG_DFL
            args = (args[0], _on_sigterm if default else args[1])
        return shown(original(*args, **kwargs))

    wrap(module, "signal", install)
    wrap(module, "getsignal", lambda original, _, args, kwargs: shown(original(*args, **kwargs)))


def _hurry_children() -> None:
    """They outlive this process, and may be killed soon: from now on they keep nothing back."""
    try:
        from harbourline_otel import ledger

        ledger.hurry(0, 0)
    except Exception:
        pass


_blocked: dict[int, set[int]] = {}
"""Signal masks of threads that are about to fork."""


def _block() -> None:
    """A child forgets the signals that Python took note of before it was one: they must wait."""
    thread = native.get_ident()
    if thread not in _blocked and _signal.getsignal(_signal.SIGTERM) is _on_sigterm:
        # In two steps: the handler of another signal may raise in each.
        _blocked[thread] = _signal.pthread_sigmask(_signal.SIG_BLOCK, ())
        _signal.pthread_sigmask(_signal.SIG_BLOCK, _TERM)


def _unblock() -> None:
    thread = native.get_ident()
    if (mask := _blocked.get(thread)) is not None:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, mask)
        _blocked.pop(thread, None)


def _restore() -> None:
    """In a child: SIGTERM ends it at once, also within a call that takes long."""
    if _signal.getsignal(_signal.SIGTERM) is _on_sigterm:
        _signal.signal(_signal.SIGTERM, _signal.SIG_DFL)
    _unblock()
    _blocked.clear()


def _is_fatal(signum: object) -> bool:
    return signum in _FATAL and _signal.getsignal(int(signum)) == _signal.SIG_DFL  # type: ignore[call-overload]


_kill = os.kill


def _before(
    name: str,
    ends: Callable[[tuple[Any, ...]], bool],
    seconds: float,
    hand_over: Callable[[float], None] = finish,
) -> None:
    original = getattr(os, name)

    def replaced(*args: Any, **kwargs: Any) -> Any:
        try:
            ending = ends(args)
        except Exception:  # wrong arguments: the original says so
            ending = False
        if ending:
            hand_over(seconds)
        return original(*args, **kwargs)

    replaced.__name__ = replaced.__qualname__ = name
    replaced.__module__ = "os"  # where pickle finds it: it may be what a process is to run
    replaced.__doc__, replaced.__wrapped__ = original.__doc__, original  # type: ignore[attr-defined]
    setattr(os, name, replaced)


def _prepare(module: ModuleType) -> None:
    """The SDK comes with the first span, in whichever thread makes it.

    It cannot import executors when only threads are left; and no fork may fall into the middle of
    it, or the child would wait for imports of a thread that it does not have.
    """
    import threading

    try:
        import concurrent.futures.thread  # noqa: F401
    except RuntimeError:  # the process ends already
        pass
    if not hasattr(module, "get_tracer_provider"):
        return  # this module asked for the guard itself, and is not whole yet
    lock = threading.RLock()
    loading = False
    seen = None

    def load(original: Any, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        nonlocal seen, loading
        if sys.meta_path is None:  # the interpreter has ended: the SDK could import nothing more
            return module.NoOpTracerProvider()
        if (provider := module._TRACER_PROVIDER) is not seen and provider is not None:
            from harbourline_otel import guard

            if guard.look(provider):
                seen = provider
            else:
                module._TRACER_PROVIDER = seen  # type: ignore[attr-defined]
        if module._TRACER_PROVIDER is not None:
            return original(*args, **kwargs)
        with lock:
            if loading:  # the handler of a signal, in the middle of it
                return module.ProxyTracerProvider()
            # Code that took the variable away, or a file of variables it loads, would end tracing.
            if _chosen and os.environ.get(PROVIDER) != _chosen:
                os.environ[PROVIDER] = _chosen
            with native.without_signals():
                loading = True
                try:
                    return original(*args, **kwargs)
                except (OSError, ImportError, MemoryError, StopIteration) as error:
                    _cannot_trace(error)
                    return module.ProxyTracerProvider()
                finally:
                    loading = False

    def release() -> None:
        try:
            lock.release()
        except RuntimeError:  # it took too long
            pass

    def forked() -> None:
        nonlocal loading
        loading = False
        lock._at_fork_reinit()  # type: ignore[attr-defined]

    wrap(module, "get_tracer_provider", load)
    forks.around(partial(lock.acquire, timeout=GRACE), release, forked)


_said = False


def _cannot_trace(error: Exception) -> None:
    """No file is left to open, or the root folder is another: so no module that would say it."""
    global _said
    if _said:
        return
    _said = True
    try:
        sys.stderr.write(
            f"harbourline: no span is made yet: {type(error).__name__}: {error}. Fix: let the "
            "service open files, and read Python's packages, when it makes its first span\n"
        )
    except Exception:  # there is none, or it is closed
        pass


def _watch_raise(module: ModuleType) -> None:
    """Servers such as uvicorn shut down in order, put the default back and raise the signal."""

    def raised(original: Any, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if _is_fatal(args[0] if args else kwargs.get("signalnum")):
            finish(GRACE)
        return original(*args, **kwargs)

    wrap(module, "raise_signal", raised)


def _watch_terminate(module: ModuleType) -> None:
    """``Pool`` and ``Process.terminate`` end children by a signal: what they made is handed over.

    For a second at the most, and not again for ten where that was in vain: then they are counted.
    """
    quiet_until = 0.0

    def send(original: Any, process: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        nonlocal quiet_until
        if process.returncode is None and native.monotonic() > quiet_until:
            from harbourline_otel import ledger

            if not ledger.hurry(process.pid, 1.0):
                quiet_until = native.monotonic() + 10
        return original(*args, **kwargs)

    ours = hasattr(module.Popen, "_send_signal")
    wrap(module, "Popen._send_signal" if ours else "Popen.terminate", send)


def _watch_celery(module: ModuleType) -> None:
    """The kernel kills the processes of a prefork pool when the thread ends that started them.

    From a warm shutdown on they hand over at once what they make.
    """

    def shutting_down(**_: object) -> None:
        _hurry_children()

    module.worker_shutting_down.connect(shutting_down, weak=False)
