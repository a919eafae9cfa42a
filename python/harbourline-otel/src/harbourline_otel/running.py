"""What a process has once it made a span: a queue, a thread, a connection, counts."""

from __future__ import annotations

import sys
import threading
from _queue import Empty, SimpleQueue  # gevent replaces those of `queue`
from collections import deque
from contextlib import suppress
from importlib import import_module
from itertools import count
from typing import Any

from opentelemetry.context import (
    _SUPPRESS_INSTRUMENTATION_KEY,
    attach,
    detach,
    set_value,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan

from harbourline_otel import native
from harbourline_otel.agent import AgentSpanExporter
from harbourline_otel.ledger import DROPPED, ENDED, HURRY
from harbourline_otel.native import monotonic
from harbourline_otel.observe import Counts, Report, key_of
from harbourline_otel.say import of_uwsgi, warn
from harbourline_otel.scrub import Scrubber
from harbourline_otel.settings import Settings
from harbourline_otel.waiting import smaller

_LOOK = 0.05
"""Seconds between two looks whether the parent of this process wants to end it."""


class Running:
    """What one process has: a thread, a connection, counts. A fork does not inherit it.

    `on_end` takes no lock: a signal that comes in the middle of it may hand over what waits.
    """

    def __init__(self, settings: Settings, resource: Resource, scrubber: Scrubber) -> None:
        self.counts = Counts(key_of(resource))
        report = Report(resource, self.counts)
        self.exporter = AgentSpanExporter(settings, self.counts, report, scrubber)
        self.waiting: deque[ReadableSpan] = deque()
        self._ended = count(1)
        self._dropped = count(1)
        self._settings = settings
        self._calls: SimpleQueue[SimpleQueue[bool] | None] = SimpleQueue()
        self._called = False
        self._pausing = False
        self._stopped = False
        self._last: SimpleQueue[bool] = SimpleQueue()
        """The call after which the thread ends."""
        self._thread: Any = None
        self._starting = threading.RLock()
        self._child = _is_child()
        self._threadless = _IS_SUBINTERPRETER
        if self._threadless:
            warn(
                "this is a subinterpreter, which cannot end while a thread runs: its spans wait "
                f"until it ends, {settings.queue} at the most. Fix: run the service in the main "
                "interpreter (mod_wsgi: WSGIApplicationGroup %{GLOBAL}; uWSGI: single-interpreter)"
            )
        with suppress(Exception):  # there is none, or a stand-in of the service's tests
            uwsgi = sys.modules["uwsgi"]
            for line in of_uwsgi(uwsgi.opt) if uwsgi.worker_id() < 2 else ():
                warn(line)  # the first worker tells for all
        with suppress(RuntimeError):  # the interpreter is about to end: `put` counts
            self._start()

    def put(self, span: ReadableSpan) -> None:
        """A span waits from now on, or is dropped."""
        if self._stopped:
            self.counts.late()
            return
        slots = self.counts.slots
        slots[ENDED] = next(self._ended)
        if len(self.waiting) >= self._settings.queue:
            slots[DROPPED] = next(self._dropped)
            return
        self.waiting.append(smaller(span))
        if self._thread is None:
            with suppress(RuntimeError):
                self._start()
        waiting = len(self.waiting)
        first = self._child and waiting == 1  # from now on it looks whether it is to hurry
        if (first or waiting >= self._settings.batch) and not self._called:
            self._called = True
            self._calls.put(None)

    def flush(self, seconds: float) -> bool:
        """Whether all that waits was handed over in time."""
        until = monotonic() + seconds
        if self._thread is None:
            with suppress(RuntimeError):
                self._start()
        if self._thread is None:
            return self._hand_over_here(seconds)
        answer: SimpleQueue[bool] = self._last if self._stopped else SimpleQueue()
        self._calls.put(answer)
        try:
            return answer.get(timeout=max(0.0, until - monotonic()))
        except Empty:
            return False

    def finish(self, seconds: float) -> None:
        """Hands over what waits and reports, for so many seconds at the most; nothing after it."""
        if self._stopped:  # a signal while the process was ending already
            if self._thread and self._thread.ident != native.get_ident():
                self._thread.join(min(seconds, self.exporter.seconds_left))
            return
        self._stopped = True
        self.exporter.stop_within(seconds)
        self.flush(seconds)

    def pause(self, seconds: float) -> None:
        """Ends the thread until there is something to do again: a fork must not split it.

        What waits is handed over before, unless the agent is away: a thread that begins right
        after the fork is one that Python 3.13 warns of.
        """
        thread = self._thread
        if thread is None or thread.ident == native.get_ident():
            return
        until = monotonic() + seconds
        if self.waiting and not self.exporter.is_failing:
            self.flush(seconds)
        self._pausing = True
        self.exporter.pausing = not self._stopped  # the end has its own bound
        self._calls.put(None)
        if self.exporter.is_failing:  # each fork would wait for an agent that does not answer
            self.exporter.interrupt()
        thread.join(max(2 * _LOOK, until - monotonic()))
        native.await_end(thread)

    def resume(self) -> None:
        """After the fork, in the parent. The thread begins again, or with the next span."""
        self._pausing = self.exporter.pausing = False
        if (self.waiting or self.exporter.keeps) and self._thread is None:
            with suppress(RuntimeError):
                self._start()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None and not (self._pausing or self._threadless):
                thread = native.thread(self._go_on)
                self._thread = thread
                try:
                    thread.start()
                except RuntimeError:
                    self._thread = None
                    raise

    def _go_on(self) -> None:
        """Whatever is raised in this thread, also by who ends all threads of a process."""
        while True:
            try:
                self._work()
                return
            except BaseException:
                native.sleep(_LOOK)
                if self._stopped:  # the call may have been taken, and lost
                    self._calls.put(self._last)

    def _work(self) -> None:
        attach(set_value(_SUPPRESS_INSTRUMENTATION_KEY, True))
        settings = self._settings
        due = self._due()
        while not self._pausing:
            answer = None
            with suppress(Empty):
                answer = self._calls.get(timeout=self._wait(due))
            self._called = False
            hurried = self._child and self.counts.slots[HURRY] and self.waiting
            full = len(self.waiting) >= settings.batch
            left = native.is_left()
            if not (answer or full or hurried or left or monotonic() >= due):
                continue
            done, ends = False, left or (answer is self._last and self._stopped)
            try:
                done = self._hand_over(ends)
            except BaseException as error:  # of ours, or of who handles its log: it must go on
                with suppress(BaseException):
                    warn(f"spans are lost, and counted: {type(error).__name__}: {error}")
            native.hide(native.get_ident())
            due = self._due()
            if answer:
                answer.put(done)
            if ends:
                return
        self._thread = None

    def _hand_over_here(self, seconds: float) -> bool:
        """In the thread that asks, where there is no other."""
        token = attach(set_value(_SUPPRESS_INSTRUMENTATION_KEY, True))
        self.exporter.stop_within(seconds)
        try:
            return self._hand_over(self._stopped)
        finally:
            self.exporter.stop_within(float("inf"))
            detach(token)

    def _due(self) -> float:
        return monotonic() + (0 if self.exporter.keeps else self._settings.delay_ms / 1000)

    def _wait(self, due: float) -> float:
        left = max(0.0, due - monotonic())
        looks = (self._child and self.waiting) or native.may_be_left()
        return min(left, _LOOK) if looks else left

    def _hand_over(self, ends: bool) -> bool:
        done = self._export(len(self.waiting))
        if ends:
            while self.waiting and not self._pausing:
                done = self._export(len(self.waiting)) and done
            self.exporter.shutdown()
        return done

    def _export(self, spans: int) -> bool:
        """Hands over what waits now: what comes meanwhile may come forever."""
        done = self.exporter.export_kept()
        while spans > 0 and self.waiting and not self._pausing:
            if self.exporter.is_late:
                self.exporter.give_up(len(self.waiting))
                self.waiting.clear()
                return False
            batch = [self.waiting.popleft() for _ in range(min(spans, self._settings.batch))]
            spans -= len(batch)
            done = self.exporter.export(batch) and done
        return done


def _is_child() -> bool:
    """Whether multiprocessing, or Celery's, started this process: it ends children by a signal."""
    process = sys.modules.get("multiprocessing.process")
    if process is not None and process.parent_process() is not None:
        return True
    process = sys.modules.get("billiard.process")
    return process is not None and process.current_process()._parent_pid is not None


def _is_subinterpreter() -> bool:
    for name in ("_interpreters", "_xxsubinterpreters"):
        with suppress(ImportError):
            module = import_module(name)
            return bool(module.get_current() != module.get_main())
    return False


_IS_SUBINTERPRETER = _is_subinterpreter()  # now: with the first span, no file may be left to open
