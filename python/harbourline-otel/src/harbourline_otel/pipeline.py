"""From a span's end to the agent: bounded, scrubbed, counted."""

from __future__ import annotations

import os
import threading
import weakref
from collections import deque
from contextlib import suppress
from itertools import count
from queue import Empty, SimpleQueue
from time import monotonic

from opentelemetry.context import (
    _SUPPRESS_INSTRUMENTATION_KEY,
    Context,
    attach,
    set_value,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor

from harbourline_otel.agent import AgentSpanExporter
from harbourline_otel.ends import GRACE
from harbourline_otel.ledger import DROPPED, ENDED, HURRY
from harbourline_otel.observe import Counts, Report, key_of
from harbourline_otel.say import warn
from harbourline_otel.scrub import Scrubber
from harbourline_otel.settings import Settings

_LOOK = 0.05
"""Seconds between two looks whether the parent of this process wants to end it."""
_PAUSE = 0.2
"""Seconds that a fork waits for a batch that is under way."""


class _Running:
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
        self._thread: threading.Thread | None = None
        self._starting = threading.RLock()
        self._child = _is_child()
        with suppress(RuntimeError):  # the interpreter is about to end: `put` counts
            self._start()

    def put(self, span: ReadableSpan) -> None:
        """A span waits from now on, or is dropped."""
        slots = self.counts.slots
        slots[ENDED] = next(self._ended)
        if self._stopped or len(self.waiting) >= self._settings.queue:
            slots[DROPPED] = next(self._dropped)
            return
        self.waiting.append(span)
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
        answer: SimpleQueue[bool] = self._last if self._stopped else SimpleQueue()
        self._calls.put(answer)
        try:
            return answer.get(timeout=max(0.0, until - monotonic()))
        except Empty:
            return False

    def finish(self, seconds: float) -> None:
        """Hands over what waits and reports, for so many seconds at the most; nothing after it."""
        if self._stopped:  # a signal while the process was ending already
            if self._thread and self._thread is not threading.current_thread():
                self._thread.join(min(seconds, self.exporter.seconds_left))
            return
        self._stopped = True
        self.exporter.stop_within(seconds)
        self.flush(seconds)

    def pause(self, seconds: float) -> None:
        """Ends the thread until there is something to do again: a fork must not split it."""
        thread = self._thread
        if thread is None or thread is threading.current_thread():
            return
        self._pausing = True
        self._calls.put(None)
        thread.join(seconds)

    def resume(self) -> None:
        """After the fork, in the parent."""
        self._pausing = False
        if self.waiting and self._thread is None:
            with suppress(RuntimeError):
                self._start()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None and not self._pausing:
                thread = threading.Thread(target=self._work, name="harbourline", daemon=True)
                self._thread = thread
                try:
                    thread.start()
                except RuntimeError:
                    self._thread = None
                    raise

    def _work(self) -> None:
        attach(set_value(_SUPPRESS_INSTRUMENTATION_KEY, True))
        settings = self._settings
        due = monotonic() + settings.delay_ms / 1000
        while not self._pausing:
            answer = None
            with suppress(Empty):
                answer = self._calls.get(timeout=self._wait(due))
            self._called = False
            hurried = self._child and self.counts.slots[HURRY] and self.waiting
            full = len(self.waiting) >= settings.batch
            if not (answer or full or hurried or monotonic() >= due):
                continue
            done, ends = False, answer is self._last and self._stopped
            try:
                done = self._hand_over(ends)
            except Exception as error:  # a fault of ours must not end the thread
                warn(f"spans are lost, and counted: {type(error).__name__}: {error}")
            due = monotonic() + settings.delay_ms / 1000
            if answer:
                answer.put(done)
            if ends:
                return
        self._thread = None

    def _wait(self, due: float) -> float:
        left = max(0.0, due - monotonic())
        return min(left, _LOOK) if self._child and self.waiting else left

    def _hand_over(self, ends: bool) -> bool:
        done = self._export(len(self.waiting))
        if ends:
            while self.waiting and not self._pausing:
                done = self._export(len(self.waiting)) and done
            self.exporter.shutdown()
        return done

    def _export(self, spans: int) -> bool:
        """Hands over what waits now: what comes meanwhile may come forever."""
        done = True
        while spans > 0 and self.waiting and not self._pausing:
            if self.exporter.is_late:
                self.exporter.give_up(len(self.waiting))
                self.waiting.clear()
                return False
            batch = [self.waiting.popleft() for _ in range(min(spans, self._settings.batch))]
            spans -= len(batch)
            done = self.exporter.export(batch) and done
        return done


class Pipeline(SpanProcessor):
    """The way to the agent, opened by the first span of a process.

    One span too many is counted and dropped; a forked worker starts afresh, without the spans of
    its parent; the end of the process waits for an agent that is away, but not long.
    """

    def __init__(self, settings: Settings, resource: Resource) -> None:
        self._settings = settings
        self._resource = resource
        self._scrubber = Scrubber.of(settings)
        self._running: _Running | None = None
        self._closed = False
        self._lock = threading.Lock()
        _pipelines.add(self)

    @property
    def counts(self) -> Counts | None:
        """What became of the spans of this process; None before the first one."""
        return self._running.counts if self._running else None

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Nothing to do."""

    def on_end(self, span: ReadableSpan) -> None:
        """Takes a span, without waiting for anything."""
        if span.context and span.context.trace_flags.sampled:
            (self._running or self._run()).put(span)

    def _run(self) -> _Running:
        with self._lock:
            if self._running is None:
                self._running = _Running(self._settings, self._resource, self._scrubber)
                self._running._stopped = self._closed
            return self._running

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Whether all that ended so far was handed over in time."""
        if not (running := self._running) or self._closed:
            return True
        return running.flush(timeout_millis / 1000)

    def shutdown(self) -> None:
        """Hands over what waits, for `GRACE` seconds at the most, and reports a last time."""
        self.finish(GRACE)

    def finish(self, seconds: float) -> None:
        """The same, within so many seconds. Takes no lock that this thread may hold."""
        self._closed = True
        if running := self._running:
            running.finish(seconds)
        elif Counts.are_orphaned(key_of(self._resource)):
            # Of children that were killed; this process made no span of its own.
            self._running = _Running(self._settings, self._resource, self._scrubber)
            self._running.finish(seconds)

    def before_fork(self) -> None:
        """Lets the thread end, or the child might inherit locks that nobody gives back."""
        if self._running:
            self._running.pause(_PAUSE)

    def after_fork(self) -> None:
        """In the parent: goes on."""
        if self._running:
            self._running.resume()

    def forked(self) -> None:
        """In the child: begins anew."""
        if self._running:
            self._running.exporter.abandon()
        self._running = None
        self._lock = threading.Lock()  # whoever held it is not here


_pipelines: weakref.WeakSet[Pipeline] = weakref.WeakSet()


def finish_all(seconds: float) -> None:
    """The process is about to end by other means than the interpreter's own."""
    until = monotonic() + seconds
    for pipeline in list(_pipelines):
        pipeline.finish(max(0.0, until - monotonic()))


def _each(method: str) -> None:
    for pipeline in list(_pipelines):
        getattr(pipeline, method)()


def _is_child() -> bool:
    """Whether multiprocessing, or Celery's, started this process: it ends children by a signal."""
    import sys

    process = sys.modules.get("multiprocessing.process")
    if process is not None and process.parent_process() is not None:
        return True
    process = sys.modules.get("billiard.process")
    return process is not None and process.current_process()._parent_pid is not None


os.register_at_fork(
    before=lambda: _each("before_fork"),
    after_in_parent=lambda: _each("after_fork"),
    after_in_child=lambda: _each("forked"),
)
