"""From a span's end to the agent: scrubbed, counted, bounded."""

from __future__ import annotations

import os
import threading
import weakref

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from harbourline_otel.agent import AgentSpanExporter
from harbourline_otel.observe import Counts, Report
from harbourline_otel.scrub import Scrubber
from harbourline_otel.settings import Settings

GRACE = 5.0
"""Seconds for what waits when the process ends. Kubernetes gives 30, systemd 90, for everything."""


class _Running:
    """What one process has: a thread, a connection, counts. A fork does not inherit it."""

    def __init__(self, settings: Settings, resource: Resource) -> None:
        self.counts = Counts()
        self.exporter = AgentSpanExporter(settings, self.counts, Report(resource, self.counts))
        self.batches = BatchSpanProcessor(
            self.exporter, settings.queue, settings.delay_ms, settings.batch
        )


class Pipeline(SpanProcessor):
    """OpenTelemetry's batches to the agent, started by the first span of a process.

    What it adds to `BatchSpanProcessor`: spans are scrubbed before they wait; one too many is
    counted and dropped, whichever release of OpenTelemetry runs; a forked worker starts afresh,
    without the spans of its parent; and the end of the process waits for an agent that is away, but
    not long.
    """

    def __init__(self, settings: Settings, resource: Resource) -> None:
        self._settings = settings
        self._resource = resource
        allowed = settings.allowed_keys if settings.level == "production" else None
        self._scrub = Scrubber(allowed).span
        self._queue = settings.queue
        self._running: _Running | None = None
        self._flushing: threading.Thread | None = None
        self._closed = False
        self._lock = threading.Lock()
        method = weakref.WeakMethod(self._forked)

        def in_child() -> None:
            if forked := method():
                forked()

        os.register_at_fork(after_in_child=in_child)

    def _forked(self) -> None:
        if self._running:
            self._running.exporter.abandon()
        self._running = self._flushing = None
        self._lock = threading.Lock()  # whoever held it is not here

    @property
    def counts(self) -> Counts | None:
        """What became of the spans of this process; None before the first one."""
        return self._running.counts if self._running else None

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Nothing to do."""

    def on_end(self, span: ReadableSpan) -> None:
        """Takes a span, without waiting for anything."""
        if not (span.context and span.context.trace_flags.sampled):
            return
        running = self._running or self._run()
        counts = running.counts
        with counts.lock:
            counts.ended += 1
            if self._closed or counts.queued > self._queue:
                counts.dropped += 1
                return
        running.batches.on_end(self._scrub(span))

    def _run(self) -> _Running:
        with self._lock:
            if self._running is None:
                self._running = _Running(self._settings, self._resource)
            return self._running

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Whether all that ended so far was handed over in time."""
        if not (running := self._running) or self._closed:
            return True
        with self._lock:
            # In a thread, because releases differ in what they make of the timeout.
            if self._flushing is None or not self._flushing.is_alive():
                self._flushing = threading.Thread(target=running.batches.force_flush, daemon=True)
                self._flushing.start()
            flushing = self._flushing
        flushing.join(timeout_millis / 1000)
        return not flushing.is_alive()

    def shutdown(self) -> None:
        """Hands over what waits, for `GRACE` seconds at the most, and reports a last time."""
        with self._lock:
            running, closed, self._closed = self._running, self._closed, True
        if running and not closed:
            running.exporter.stop_within(GRACE)
            running.batches.shutdown()  # type: ignore[no-untyped-call]
