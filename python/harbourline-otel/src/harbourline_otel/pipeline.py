"""From a span's end to the agent: bounded, scrubbed, counted."""

from __future__ import annotations

import threading
import weakref
from contextlib import suppress
from functools import partial

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor

from harbourline_otel import forks, ledger
from harbourline_otel.ends import GRACE
from harbourline_otel.native import monotonic, without_signals
from harbourline_otel.observe import Counts, key_of
from harbourline_otel.running import Running
from harbourline_otel.scrub import Scrubber
from harbourline_otel.settings import Settings

_PAUSE = 0.2
"""Seconds that a fork waits for a batch that is under way."""
_ATTEMPT = 0.2
"""Seconds for one attempt, at an end that is not to wait for another."""


class Pipeline(SpanProcessor):
    """The way to the agent, opened by the first span of a process.

    One span too many is counted and dropped; a forked worker starts afresh, without the spans of
    its parent; the end of the process waits for an agent that is away, but not long.
    """

    def __init__(self, settings: Settings, resource: Resource) -> None:
        self._settings = settings
        self._resource = resource
        self._scrubber = Scrubber.of(settings)
        self._running: Running | None = None
        self._closed = False
        self._held = False
        self._lock = threading.RLock()  # a signal's handler may make a span, too
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

    def _run(self) -> Running:
        with self._lock, without_signals():
            if self._running is None:
                running = Running(self._settings, self._resource, self._scrubber)
                running._stopped = self._closed
                self._running = self._running or running
            return self._running

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Whether all that ended so far was handed over in time: `GRACE` seconds at the most.

        OpenTelemetry's default is half a minute, and who calls it without a number, as functions
        and tasks do at their end, would wait so long while the agent is away.
        """
        if not (running := self._running) or self._closed:
            return True
        return running.flush(min(timeout_millis / 1000, GRACE))

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
            self._running = Running(self._settings, self._resource, self._scrubber)
            self._running.finish(seconds)

    def before_fork(self) -> None:
        """Lets the thread end, or the child might inherit locks that nobody gives back."""
        self._held = self._held or self._lock.acquire(timeout=_PAUSE)
        if self._running:
            self._running.pause(_PAUSE)

    def after_fork(self) -> None:
        """In the parent: goes on."""
        if self._held:
            with suppress(RuntimeError):  # another thread that forks holds it
                self._lock.release()
                self._held = False
        if self._running:
            self._running.resume()

    def forked(self) -> None:
        """In the child: begins anew."""
        if self._running:
            self._running.exporter.abandon()
        self._running = None
        self._held = False
        self._lock = threading.RLock()  # whoever held it is not here


_pipelines: weakref.WeakSet[Pipeline] = weakref.WeakSet()


def finish_all(seconds: float) -> None:
    """The process is about to end by other means than the interpreter's own."""
    until = monotonic() + seconds
    for pipeline in list(_pipelines):
        pipeline.finish(max(0.0, until - monotonic()))


def leave_all(seconds: float) -> None:
    """As `finish_all`; not as long, where another process just waited in vain.

    Else each child of an agent that refuses everything would take a second longer.
    """
    if not any(pipeline._running for pipeline in list(_pipelines)):
        return finish_all(seconds)
    if ledger.is_vain():
        seconds = min(seconds, _ATTEMPT)
    finish_all(seconds)
    running = [pipeline._running for pipeline in list(_pipelines)]
    if any(each and each.exporter.is_failing for each in running):
        ledger.note_vain()


def flush_all(seconds: float) -> None:
    """The process may be about to be replaced: what waits is handed over, and all goes on."""
    until = monotonic() + seconds
    for pipeline in list(_pipelines):
        pipeline.force_flush(int(1000 * max(0.0, until - monotonic())))


def _each(method: str) -> None:
    for pipeline in list(_pipelines):
        getattr(pipeline, method)()


forks.around(partial(_each, "before_fork"), partial(_each, "after_fork"), partial(_each, "forked"))
