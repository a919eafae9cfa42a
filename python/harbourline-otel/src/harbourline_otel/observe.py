"""What tracing says about itself: OTLP metrics to the agent, named as OpenTelemetry does."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterable
from uuid import uuid4

from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource

from harbourline_otel.agent import AgentMetricExporter
from harbourline_otel.settings import Settings

_KEPT = ("service.name", "service.namespace", "deployment.environment.name")
"""Resource attributes that metrics carry: each combination is a series that is paid for."""

QUEUE_FULL = {"error.type": "queue_full"}


class Counts:
    """What became of the spans of this process. Every number only grows."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.ended = 0
        """Spans that ended and were sampled."""
        self.dropped = 0
        """Of those, spans that found the queue full."""
        self.taken = 0
        """Of the others, spans that left the queue."""
        self.exported: dict[str | None, int] = {}
        """Of those, spans that the agent took, under None, or never will, by ``error.type``."""

    @property
    def queued(self) -> int:
        """Spans that wait."""
        return self.ended - self.dropped - self.taken

    def take(self, count: int) -> None:
        """Spans leave the queue."""
        with self.lock:
            self.taken += count

    def finish(self, count: int, error: str | None) -> None:
        """The agent took them, or never will."""
        with self.lock:
            self.exported[error] = self.exported.get(error, 0) + count


class GarbageCollections:
    """Counts the interpreter's collections, and how long each held everything up."""

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0
        self.longest = 0.0
        self._start = 0.0
        gc.callbacks.append(self._observe)

    def _observe(self, phase: str, _: dict[str, int]) -> None:
        # No lock and no instrument of the SDK here: a collection may begin inside of either.
        if phase == "start":
            self._start = time.perf_counter()
            return
        pause = time.perf_counter() - self._start
        self.count += 1
        self.seconds += pause
        self.longest = max(self.longest, pause)

    def stop(self) -> None:
        """Looks no longer."""
        if self._observe in gc.callbacks:
            gc.callbacks.remove(self._observe)


class Observer:
    """Reports once a minute, and a last time at the end."""

    def __init__(self, settings: Settings, resource: Resource, counts: Counts) -> None:
        self._counts = counts
        self._collections = GarbageCollections()
        kept = {key: value for key in _KEPT if (value := resource.attributes.get(key)) is not None}
        self._exporter = AgentMetricExporter(settings)
        self._provider = MeterProvider(
            [PeriodicExportingMetricReader(self._exporter)],
            # Workers of one service report side by side.
            Resource({**kept, "service.instance.id": str(uuid4())}),
            shutdown_on_exit=False,
            views=[
                View(
                    instrument_name="*.duration",
                    aggregation=ExponentialBucketHistogramAggregation(),
                )
            ],
        )
        meter = self._provider.get_meter("harbourline_otel")
        count = meter.create_observable_counter
        count("otel.sdk.processor.span.processed", [self._processed], "{span}")
        count("otel.sdk.exporter.span.exported", [self._exported], "{span}")
        meter.create_observable_up_down_counter(
            "otel.sdk.processor.span.queue.size", [self._queued], "{span}"
        )
        count("cpython.gc.collections", [self._gc_count], "{collection}")
        count("harbourline.gc.pause.time", [self._gc_seconds], "s")
        meter.create_observable_gauge("harbourline.gc.pause.longest", [self._gc_longest], "s")
        self._duration = meter.create_histogram("otel.sdk.exporter.operation.duration", "s")

    def attempted(self, seconds: float, error: str | None) -> None:
        """An export took so long, and failed for this reason."""
        self._duration.record(seconds, {"error.type": error} if error else {})

    def shutdown(self) -> None:
        """Reports a last time."""
        self._provider.shutdown()
        self._collections.stop()

    def abandon(self) -> None:
        """Reports no more: this process is a child of the one that is observed."""
        self._exporter.silence()
        self._collections.stop()

    def _processed(self, _: CallbackOptions) -> Iterable[Observation]:
        # Those that wait are not processed yet.
        yield Observation(self._counts.taken)
        yield Observation(self._counts.dropped, QUEUE_FULL)

    def _exported(self, _: CallbackOptions) -> Iterable[Observation]:
        with self._counts.lock:
            exported = dict(self._counts.exported)
        for error, spans in exported.items():
            yield Observation(spans, {"error.type": error} if error else {})

    def _queued(self, _: CallbackOptions) -> Iterable[Observation]:
        yield Observation(self._counts.queued)

    def _gc_count(self, _: CallbackOptions) -> Iterable[Observation]:
        # Of all generations: a series for each would be paid for.
        yield Observation(self._collections.count)

    def _gc_seconds(self, _: CallbackOptions) -> Iterable[Observation]:
        yield Observation(self._collections.seconds)

    def _gc_longest(self, _: CallbackOptions) -> Iterable[Observation]:
        longest, self._collections.longest = self._collections.longest, 0.0
        yield Observation(longest)
