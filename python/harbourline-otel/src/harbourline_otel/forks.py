"""What is to be done around forks, in the time of who forks.

Python ignores what the handler of a signal raises in callbacks of ``os.register_at_fork``, such as
the end of the service. So the parent's part is done by `os.fork` itself, before and after those;
they do it for forks by other means, such as ``os.forkpty``.
"""

from __future__ import annotations

import os
from _functools import partial  # type: ignore[import-not-found]  # `functools` loads more
from _operator import methodcaller

from harbourline_otel import native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_before: list[Callable[[], object]] = []
_after: list[Callable[[], object]] = []


def around(
    before: Callable[[], object],
    after_in_parent: Callable[[], object],
    after_in_child: Callable[[], object],
) -> None:
    """As ``os.register_at_fork``. The parent's may be called twice: each has to look."""
    if not _before:
        _watch()
    _before.insert(0, before)
    _after.append(after_in_parent)
    os.register_at_fork(after_in_child=after_in_child)


def _each(functions: list[Callable[[], object]]) -> None:
    """All of them, whatever is raised in one."""
    raised: BaseException | None = None
    for function in list(functions):  # another thread may load what adds one
        try:
            function()
        except BaseException as error:
            raised = error
    if raised:
        raise raised


# Each holds one function, or none while `os.fork` does it: then no line of Python runs.
_before_hook: list[Callable[[], object]] = []
_after_hook: list[Callable[[], object]] = []
_unfinished: list[Callable[[], object]] = []
"""Holds one function while `os.fork` runs."""


def _set_hooks() -> None:
    _before_hook[:] = (partial(_each, _before),)
    _after_hook[:] = (partial(_each, _after),)


def _hook(functions: list[Callable[[], object]]) -> Callable[[], object]:
    hook: Callable[[], object] = partial(max, functions, key=methodcaller("__call__"), default=None)
    return hook


_forking: dict[int, int] = {}
"""Threads that fork, with the process they are in."""


class _Fork(int):
    """Goes when a fork is over, also one that failed."""

    __del__ = staticmethod(_hook(_unfinished))


def _begin() -> _Fork:
    _forking[native.get_ident()] = os.getpid()
    _unfinished[:] = (_end,)
    fork = _Fork(-1)
    try:
        _before_hook.clear()
        _after_hook.clear()
        _each(_before)
    except BaseException:
        del fork
        raise
    return fork


def _end() -> int:
    """In both; again, where the handler of a signal ended it."""
    thread = native.get_ident()
    if process := _forking.get(thread):
        if process == os.getpid():
            _each(_after)
            _forking.pop(thread, None)
        else:
            _forking.clear()
        if not _forking:
            _unfinished.clear()
        _set_hooks()
    return -1


def _watch() -> None:
    """From now on; once for a process and its children."""
    _set_hooks()
    os.register_at_fork(before=_hook(_before_hook), after_in_parent=_hook(_after_hook))
    # Not by a function of Python's: a warning of the fork names who calls it.
    original = os.fork
    fork: Any = partial(next, map(max, iter(_begin, None), iter(original, None), iter(_end, None)))
    fork.__name__, fork.__module__, fork.__doc__ = "fork", "os", original.__doc__
    fork.__wrapped__ = original
    os.fork = fork
