"""Both services in this process, on loopback, with their spans in memory."""

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "http,database"  # read once, when a library is loaded

import httpx
import pytest
import uvicorn
from opentelemetry import trace
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from werkzeug.serving import make_server

exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)
# As `opentelemetry-instrument` does, before the services are loaded.
for instrumentor in (
    FastAPIInstrumentor,
    FlaskInstrumentor,
    HTTPXClientInstrumentor,
    RequestsInstrumentor,
    SQLAlchemyInstrumentor,
):
    instrumentor().instrument()

import payment.app
import payment.settings
import settlement.app
import settlement.settings


@pytest.fixture
def spans() -> InMemorySpanExporter:
    """The spans that ended since the test began."""
    exporter.clear()
    return exporter


@pytest.fixture
def settlement_settings() -> settlement.settings.Settings:
    """A quick settlement that always succeeds and always calls back; tests override it."""
    return settlement.settings.Settings(
        latency_ms=1, slow_share=0, declined_share=0, callback_share=1
    )


@pytest.fixture
def careless() -> bool:
    """Whether the payment service is careless; tests override it."""
    return False


@pytest.fixture
def payments(
    spans: InMemorySpanExporter,
    settlement_settings: settlement.settings.Settings,
    careless: bool,
    tmp_path: Path,
) -> Iterator[httpx.Client]:
    """A client of a payment service that has a settlement service to call."""
    with uvicorn.Config(lambda: None).bind_socket() as socket:
        payment_url = f"http://127.0.0.1:{socket.getsockname()[1]}"
        flask_app = settlement.app.create_app(replace(settlement_settings, payment_url=payment_url))
        flask_server = make_server("127.0.0.1", 0, flask_app, threaded=True)
        app = payment.app.create_app(
            payment.settings.Settings(
                settlement_url=f"http://127.0.0.1:{flask_server.server_port}",
                database_url=f"sqlite+aiosqlite:///{tmp_path}/payment.db",
                careless=careless,
            )
        )
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        threads = [
            threading.Thread(target=flask_server.serve_forever, args=(0.02,)),
            threading.Thread(target=server.run, kwargs={"sockets": [socket]}),
        ]
        for thread in threads:
            thread.start()
        while not server.started:
            time.sleep(0.01)
        # Not traced: the root of a trace is the service's own span.
        with httpx.Client(base_url=payment_url, trust_env=False) as client:
            HTTPXClientInstrumentor.uninstrument_client(client)
            spans.clear()
            yield client
        server.should_exit = True
        flask_server.shutdown()
        for thread in threads:
            thread.join()
