"""The ledger against the SDK, also in a process that is asked to stop."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from harbourline_ledger import LedgerExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind

service = """
import signal, sys, time
from opentelemetry import trace
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
for n in range(1000):
    trace.get_tracer("test").start_span(f"span {n}").end()
print("ready", flush=True)
time.sleep(30)
"""


def read(path: Path) -> list[dict[str, str | None]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_writes_what_the_rehearsal_compares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REHEARSAL_LEDGER", str(tmp_path / "ledger"))
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(LedgerExporter()))
    tracer = provider.get_tracer("test")
    with tracer.start_as_current_span("root") as root:
        attributes = {"server.address": "10.20.0.15"}
        with tracer.start_as_current_span("call", kind=SpanKind.CLIENT, attributes=attributes):
            pass
    provider.shutdown()

    call, parent = read(tmp_path / "ledger")
    assert call["parentSpanId"] == parent["spanId"] == f"{root.get_span_context().span_id:016x}"
    assert parent["parentSpanId"] == ""
    assert call["traceId"] == parent["traceId"]
    assert (call["kind"], call["serverAddress"], call["status"]) == (
        "CLIENT",
        "10.20.0.15",
        "UNSET",
    )
    assert int(call["endNs"] or 0) >= int(call["startNs"] or 0) > 10**18


def test_loses_nothing_when_the_service_is_told_to_stop(tmp_path: Path) -> None:
    environment = os.environ | {
        "REHEARSAL_LEDGER": str(tmp_path / "ledger"),
        "OTEL_PYTHON_TRACER_PROVIDER": "harbourline_production",
        "OTEL_SERVICE_NAME": "test",
        "HARBOURLINE_ENVIRONMENT": "prod",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318",
        "OTEL_TRACES_EXPORTER": "ledger",
        "OTEL_BSP_SCHEDULE_DELAY": "60000",
    }
    command = [str(Path(sys.executable).parent / "opentelemetry-instrument"), sys.executable]
    with subprocess.Popen(
        [*command, "-c", service], env=environment, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout and process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGTERM)
    assert process.returncode == 0
    assert len(read(tmp_path / "ledger")) == 1000


def test_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REHEARSAL_LEDGER", raising=False)
    with pytest.raises(RuntimeError, match="REHEARSAL_LEDGER must name the file"):
        LedgerExporter()
