"""The way to the agent: a kept connection on loopback. No proxy, no redirect, no name lookup."""

from __future__ import annotations

import http.client
import os
import time
from collections import Counter
from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from harbourline_otel.observe import Counts, Report
from harbourline_otel.settings import Settings

_TIMEOUT = 5.0
"""Seconds that an answer may take. The agent answers as soon as its queue has the batch."""

_TRY_AGAIN = frozenset({408, 429, 500, 502, 503, 504})

_CHUNK = 16
"""Spans that are encoded at a stretch. The interpreter's lock is offered in between, so that a
request waits for one millisecond of encoding, not for the interpreter's switch interval of five."""

# Otherwise the first connection imports it: a fork meanwhile leaves a lock behind
# that nobody in the child gives back, and a child that connects hangs.
"".encode("idna")


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

    def abandon(self) -> None:
        """In a child: leaves the connection to the parent, without the locks of its reader."""
        if sock := self._connection.sock:
            os.close(sock.detach())


def encode(spans: Sequence[ReadableSpan]) -> tuple[bytes, Counter[str]]:
    """An encoded request: protobuf joins messages that stand one after the other.

    And how many spans cannot be encoded, by ``error.type``: one with half a character in its name.
    """
    parts = []
    lost: Counter[str] = Counter()
    for start in range(0, len(spans), _CHUNK):
        if start:
            time.sleep(0)
        chunk = spans[start : start + _CHUNK]
        try:
            parts.append(encode_spans(chunk).SerializeToString())
        except Exception:
            for span in chunk:
                try:
                    parts.append(encode_spans([span]).SerializeToString())
                except Exception as error:
                    lost[type(error).__name__] += 1
    return b"".join(parts), lost


class AgentSpanExporter(SpanExporter):
    """Sends batches, each again and again until the agent took it; the queue before it is bounded.

    Once a minute, a report of `counts` goes along.
    """

    def __init__(self, settings: Settings, counts: Counts, report: Report) -> None:
        self._agent = Agent(settings)
        self._counts = counts
        self._report = report
        self._until = float("inf")

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Returns when the agent has them, or when the process ends."""
        self._counts.take(len(spans))
        body, lost = encode(spans)
        for kind, count in lost.items():
            self._counts.finish(count, kind)
        error = self._hand_over(body) if body else None
        self._counts.finish(len(spans) - lost.total(), error)
        if self._report.is_due():
            self.report()
        return SpanExportResult.FAILURE if error else SpanExportResult.SUCCESS

    def report(self) -> None:
        """Reports; what the agent does not take now is in the next report."""
        body, reported = self._report.make()
        try:
            self._agent.post("/v1/metrics", body)
            self._report.took(reported)
        except AgentAway:
            pass

    def stop_within(self, seconds: float) -> None:
        """From now on, batches are given up after so many seconds."""
        self._until = time.monotonic() + seconds

    def shutdown(self) -> None:
        """Reports a last time, and closes the connection."""
        self.report()
        self._report.stop()
        self._agent.close()

    def abandon(self) -> None:
        """In a child: connection and counts are the parent's."""
        self._report.stop()
        self._agent.abandon()

    def _hand_over(self, body: bytes) -> str | None:
        """The ``error.type`` of a batch that the agent never takes."""
        wait = 0.05
        while True:
            start = time.monotonic()
            failure: AgentAway | None = None
            try:
                self._agent.post("/v1/traces", body)
            except AgentAway as error:
                failure = error
            now = time.monotonic()
            self._counts.attempt(now - start, failure.kind if failure else None)
            if failure is None:
                return None
            if not failure.again or now + wait > self._until:
                return failure.kind
            time.sleep(wait)
            wait = min(wait * 2, 1.0)
