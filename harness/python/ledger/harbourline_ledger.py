"""A span exporter that keeps the truth: one line of JSON for every span that ended.

``OTEL_TRACES_EXPORTER=ledger,otlp`` selects it beside the ordinary exporter. This package declares
it to the guard of harbourline-otel, which would refuse it otherwise; it is installed in rehearsals
only.
"""

import json
import os
from collections.abc import Sequence
from threading import Lock

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import format_span_id, format_trace_id

variable = "REHEARSAL_LEDGER"
"""Environment variable that names the file."""


class LedgerExporter(SpanExporter):
    """Appends spans to the file that `variable` names.

    Raises:
        RuntimeError: The variable is not set.
    """

    def __init__(self) -> None:
        path = os.environ.get(variable)
        if not path:
            raise RuntimeError(f"{variable} must name the file that the ledger is written to")
        self._file = open(path, "a", encoding="utf-8")
        self._lock = Lock()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Writes a batch; it is with the operating system when this returns."""
        lines = "".join(f"{json.dumps(entry(span))}\n" for span in spans)
        with self._lock:
            self._file.write(lines)
            self._file.flush()
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Closes the file."""
        with self._lock:
            self._file.close()


def entry(span: ReadableSpan) -> dict[str, str | None]:
    """What the ledger says about a span. Times are texts: they do not fit a JavaScript number."""
    attributes = span.attributes or {}
    server, client = attributes.get("server.address"), attributes.get("client.address")
    return {
        "traceId": format_trace_id(span.context.trace_id),
        "spanId": format_span_id(span.context.span_id),
        "parentSpanId": format_span_id(span.parent.span_id) if span.parent else "",
        "name": span.name,
        "kind": span.kind.name,
        "startNs": str(span.start_time),
        "endNs": str(span.end_time),
        "status": span.status.status_code.name,
        "serverAddress": server if isinstance(server, str) else None,
        "clientAddress": client if isinstance(client, str) else None,
    }
