"""The way to the agent: a kept connection on loopback. No proxy, no redirect, no name lookup."""

from __future__ import annotations

import http.client
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.metrics import Counter, Histogram, ObservableCounter
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    MetricExporter,
    MetricExportResult,
    MetricsData,
)
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from harbourline_otel.settings import Settings

_TIMEOUT = 5.0
"""Seconds that an answer may take. The agent answers as soon as its queue has the batch."""

_TRY_AGAIN = frozenset({408, 429, 500, 502, 503, 504})

_CHUNK = 16
"""Spans that are encoded at a stretch. The interpreter's lock is offered in between, so that a
request waits for one millisecond of encoding, not for the interpreter's switch interval of five."""


class AgentAway(Exception):
    """It did not take it. `kind` is the ``error.type`` of the metrics."""

    def __init__(self, kind: str, again: bool = True) -> None:
        super().__init__(kind)
        self.kind = kind
        self.again = again


class Agent:
    """A connection to the agent. For one thread."""

    def __init__(self, settings: Settings) -> None:
        self._connection = http.client.HTTPConnection(settings.host, settings.port, _TIMEOUT)

    def post(self, path: str, body: bytes) -> None:
        """Sends a request of OTLP.

        Raises:
            AgentAway: It was not taken.
        """
        try:
            self._connection.request("POST", path, body, {"Content-Type": "application/x-protobuf"})
            response = self._connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise AgentAway(type(error).__name__) from error
        if response.status != 200:
            raise AgentAway(str(response.status), response.status in _TRY_AGAIN)

    def close(self) -> None:
        """Closes it; the next request opens it again."""
        self._connection.close()


def encode(spans: Sequence[ReadableSpan]) -> bytes:
    """An encoded request: protobuf joins messages that stand one after the other."""
    parts = []
    for start in range(0, len(spans), _CHUNK):
        if start:
            time.sleep(0)
        parts.append(encode_spans(spans[start : start + _CHUNK]).SerializeToString())
    return b"".join(parts)


class AgentSpanExporter(SpanExporter):
    """Sends batches, each again and again until the agent took it; the queue before it is bounded.

    Args:
        settings: Where the agent is.
        taken: Told how many spans left the queue.
        attempted: Told the seconds of an attempt, and its ``error.type`` or None.
        done: Told how many spans the agent has, or with an ``error.type`` how many it never gets.
    """

    def __init__(
        self,
        settings: Settings,
        taken: Callable[[int], None],
        attempted: Callable[[float, str | None], None],
        done: Callable[[int, str | None], None],
    ) -> None:
        self._agent = Agent(settings)
        self._taken = taken
        self._attempted = attempted
        self._done = done
        self._stopping = threading.Event()
        self._until = float("inf")

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Returns when the agent has them, or when the process ends."""
        self._taken(len(spans))
        body = encode(spans)
        wait = 0.05
        while True:
            start = time.monotonic()
            failure: AgentAway | None = None
            try:
                self._agent.post("/v1/traces", body)
            except AgentAway as error:
                failure = error
            now = time.monotonic()
            self._attempted(now - start, failure.kind if failure else None)
            if failure is None:
                self._done(len(spans), None)
                return SpanExportResult.SUCCESS
            if not failure.again or now + wait > self._until:
                self._done(len(spans), failure.kind)
                return SpanExportResult.FAILURE
            # Sleeps through: once it is stopping, `_until` bounds what is left.
            if not self._stopping.wait(wait):
                wait = min(wait * 2, 2.0)
            else:
                time.sleep(wait)

    def stop_within(self, seconds: float) -> None:
        """From now on, batches are given up after so many seconds."""
        self._until = time.monotonic() + seconds
        self._stopping.set()

    def shutdown(self) -> None:
        """Closes the connection."""
        self._agent.close()


class AgentMetricExporter(MetricExporter):
    """Sends deltas, and keeps for the next time what the agent did not take."""

    def __init__(self, settings: Settings) -> None:
        delta = AggregationTemporality.DELTA
        super().__init__(
            preferred_temporality={Counter: delta, Histogram: delta, ObservableCounter: delta}
        )
        self._agent = Agent(settings)
        # An hour of them, of some 2 KiB each.
        self._waiting: deque[bytes] = deque(maxlen=60)
        self._silent = False

    def export(
        self, metrics_data: MetricsData, timeout_millis: float = 0, **_: object
    ) -> MetricExportResult:
        """One attempt."""
        if self._silent:
            return MetricExportResult.SUCCESS
        self._waiting.append(encode_metrics(metrics_data).SerializeToString())
        try:
            while self._waiting:
                self._agent.post("/v1/metrics", self._waiting[0])
                self._waiting.popleft()
        except AgentAway as error:
            if not error.again:
                self._waiting.popleft()
            return MetricExportResult.FAILURE
        return MetricExportResult.SUCCESS

    def silence(self) -> None:
        """Sends nothing any more: the SDK starts its thread again in a child."""
        self._silent = True
        self._agent.close()

    def force_flush(self, timeout_millis: float = 0) -> bool:
        """Nothing waits here that could go sooner."""
        return True

    def shutdown(self, timeout_millis: float = 0, **_: object) -> None:
        """Closes the connection."""
        self._agent.close()
