"""Counts that outlive their process: what became of its spans is known even if it is killed.

Each process that makes spans has a page of shared memory in a folder of its user, held by a lock
that the kernel gives back at its death, however it dies. Who finds a page without a holder reports
what its process could not, and removes it.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from collections.abc import Iterator
from contextlib import suppress
from time import sleep, time

from harbourline_otel import native

ENDED, DROPPED, ADOPTED, EXPORTED, FAILED, TOLD_EXPORTED, TOLD_LOST, HURRY, PARENT = range(9)
"""Slots of a page: spans that ended; of those, what the queue had no room for; spans of processes
that are no more; of all, what the agent took, and what it never will; what of taken and of lost was
reported; whether the parent wants to end it; the parent's process id."""

STATE = "HARBOURLINE_STATE"
"""Variable: the folder of pages, best in memory. Default: ``/dev/shm``, or else ``/tmp``."""

_SIZE = 9 * 8
_MOST = 1024
"""Pages in the folder, at the most: a service that dies at each start must not fill memory."""
_BEGIN = 60
"""Seconds after which an empty page is one whose process died while it made it."""


class Page:
    """Slots of numbers, shared where the machine lets it be."""

    def __init__(self, key: str) -> None:
        self.path: str | None = None
        self._file: int | None = None
        self._is: tuple[int, int] | None = None
        memory: mmap.mmap | bytearray = bytearray(_SIZE)
        with suppress(Exception), native.above_standard():  # also of who forbids files
            memory = self._open(key)
        self.slots = memoryview(memory).cast("Q")
        self.slots[PARENT] = os.getppid()

    def _open(self, key: str) -> mmap.mmap:
        folder = _folder(make=True)
        if len(os.listdir(folder)) >= _MOST:
            raise OSError("too many pages")
        path = f"{folder}/{key}.{os.getpid()}.{os.urandom(4).hex()}"
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Not a hole: where memory is full, the first write into one ends the process.
            os.posix_fallocate(file, 0, _SIZE)
            # By a descriptor of its own: a mapping keeps a copy, which would keep the lock.
            mapped = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
            try:
                memory = mmap.mmap(mapped, _SIZE)
            finally:
                os.close(mapped)
        except BaseException:
            os.close(file)
            os.unlink(path)
            raise
        self.path, self._file, self._is = path, file, native.identity(file)
        _own.add(path)
        return memory

    @property
    def is_closed(self) -> bool:
        """Whether another process may take it over."""
        return self.path is not None and self._file is None

    def close(self) -> None:
        """Removes the page, where all in it was reported; or leaves it to another process."""
        if self.path and untold(self.slots) == (0, 0):
            with suppress(OSError):
                os.unlink(self.path)
        self.abandon()

    def abandon(self) -> None:
        """In a child: the page is the parent's, and the lock must end with the parent."""
        if self._file is not None:
            with suppress(OSError):
                if native.identity(self._file) == self._is:
                    os.close(self._file)
            self._file = None
            _own.discard(self.path or "")


_own: set[str] = set()
"""Paths of pages of this process, which are no orphans even if somebody closed their files."""


def untold(slots: memoryview) -> tuple[int, int]:
    """Spans of a process that is no more, that nobody reported: taken by the agent, and lost."""
    exported = slots[EXPORTED] - slots[TOLD_EXPORTED]
    lost = slots[ENDED] + slots[ADOPTED] - slots[EXPORTED] - slots[TOLD_LOST]
    return max(0, exported), max(0, lost)


def adopt(key: str) -> Iterator[tuple[int, int]]:
    """What ended processes of a service left untold: spans taken, spans lost, page by page.

    A page goes when the next one is asked for. Who is killed before it noted the page leaves it to
    others; who is killed between its note and that has counted it, and the next one does again.
    """
    for path, file in _orphans(key):
        with suppress(OSError):
            content = os.pread(file, _SIZE, 0)
            if len(content) == _SIZE and os.path.exists(path):
                yield untold(memoryview(content).cast("Q"))
            os.unlink(path)


def are_orphaned(key: str) -> bool:
    """Whether a process of a service is no more, and left something untold."""
    return any(True for _ in _orphans(key))


def _orphans(key: str) -> Iterator[tuple[str, int]]:
    """Pages without a holder: path and file, which this process holds until the next one."""
    for path, pid in _pages(key):
        if path in _own and pid == os.getpid():
            continue
        with suppress(OSError):
            file = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
            try:
                if _is_begun(file):
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    yield path, file
            finally:
                os.close(file)


def _is_begun(file: int) -> bool:
    """Whether its process had the time to take the lock: before it, nobody else may."""
    state = os.fstat(file)
    return state.st_size >= _SIZE or time() - state.st_mtime > _BEGIN


def _unsettled(slots: memoryview) -> bool:
    """Whether spans wait or are under way."""
    settled = slots[DROPPED] + slots[EXPORTED] + slots[FAILED]
    return slots[ENDED] + slots[ADOPTED] > settled


def hurry(pid: int, seconds: float) -> bool:
    """Asks children to hand over what waits, and waits until one has. False if it has not."""
    page = None
    for path, owner in _pages(""):
        with suppress(OSError):
            file = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
            try:
                slots = memoryview(mmap.mmap(file, _SIZE)).cast("Q")
            except ValueError:
                continue
            finally:
                os.close(file)
            if owner == pid or slots[PARENT] == os.getpid():  # a fork server is between them
                slots[HURRY] = 1
            if owner == pid:
                page = slots
    until = native.monotonic() + seconds
    while page and _unsettled(page):
        if native.monotonic() > until:
            return False
        sleep(0.005)
    return True


_QUIET = 10.0
"""Seconds for which an end that waited in vain is remembered."""


def note_vain() -> None:
    """A process waited in vain for the agent, when it ended."""
    with suppress(OSError):
        path = f"{_folder(make=True)}/vain"
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600))
        os.utime(path)


def is_vain() -> bool:
    """Whether another has, just now."""
    with suppress(OSError):
        return 0 <= time() - os.lstat(f"{_folder(make=False)}/vain").st_mtime < _QUIET
    return False


def _pages(key: str) -> Iterator[tuple[str, int]]:
    """Paths of pages of other processes, with their process id."""
    with suppress(OSError):
        folder = _folder(make=False)
        for name in os.listdir(folder):
            parts = name.split(".")
            if len(parts) == 3 and parts[1].isdecimal() and parts[0].startswith(key):
                yield f"{folder}/{name}", int(parts[1])


def _folder(make: bool) -> str:
    """A folder of this user alone.

    Raises:
        OSError: There is none, or it is somebody else's.
    """
    base = os.environ.get(STATE, "")
    if not base.startswith("/"):  # who goes elsewhere, as daemons do, would not find what he left
        base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"
    folder = f"{base}/harbourline-{os.geteuid()}"
    if make:
        with suppress(FileExistsError):
            os.mkdir(folder, 0o700)
    found = os.lstat(folder)
    if found.st_uid != os.geteuid() or found.st_mode & 0o170077 != 0o040000:
        raise PermissionError(folder)
    return folder
