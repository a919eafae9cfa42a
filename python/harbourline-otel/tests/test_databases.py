"""Spans of databases: there, named, and without the values that statements carry."""

import asyncio
import socketserver
import threading
from collections.abc import Iterator
from unittest.mock import AsyncMock, MagicMock

import pytest
import redis
import sqlalchemy
from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
from opentelemetry.instrumentation.redis import RedisInstrumentor
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from harbourline_otel.scrub import Scrubber

secret = "hunter2"
memory = InMemorySpanExporter()
provider = TracerProvider(shutdown_on_exit=False)
provider.add_span_processor(SimpleSpanProcessor(memory))


@pytest.fixture(autouse=True)
def _clear() -> None:
    memory.clear()


def leaving() -> list[ReadableSpan]:
    """Spans of databases as they leave the process."""
    scrub = Scrubber([]).span
    spans = [scrub(span) for span in memory.get_finished_spans() if span.kind == SpanKind.CLIENT]
    assert spans
    for span in spans:
        assert secret not in span.to_json()
    return spans


def statement(span: ReadableSpan) -> str:
    attributes = span.attributes or {}
    return str(attributes.get("db.query.text", attributes.get("db.statement")))


def test_sqlalchemy_on_sqlite() -> None:
    engine = sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.pool.StaticPool)
    SQLAlchemyInstrumentor().instrument(engine=engine, tracer_provider=provider)
    try:
        with engine.begin() as db:
            db.execute(sqlalchemy.text("CREATE TABLE payments (id TEXT UNIQUE)"))
            db.execute(sqlalchemy.text("INSERT INTO payments VALUES (:id)"), {"id": secret})
            db.execute(sqlalchemy.text(f"SELECT * FROM payments WHERE id = '{secret}'"))
        with pytest.raises(sqlalchemy.exc.IntegrityError) as error, engine.begin() as db:
            with provider.get_tracer("test").start_as_current_span("again", kind=SpanKind.CLIENT):
                db.execute(sqlalchemy.text("INSERT INTO payments VALUES (:id)"), {"id": secret})
        assert secret in str(error.value)  # the control: such errors do carry parameters
    finally:
        SQLAlchemyInstrumentor().uninstrument()
    texts = [statement(span) for span in leaving()]
    assert "INSERT INTO payments VALUES (?)" in texts
    assert "SELECT * FROM payments WHERE id = ?" in texts


def test_asyncpg_even_where_parameters_are_captured() -> None:
    # The instrumentation's own wrapper around a connection that is none.
    instrumentor = AsyncPGInstrumentor(capture_parameters=True)
    instrumentor.instrument(tracer_provider=provider)
    connection = MagicMock()
    connection._params.database = "payments"
    connection._addr = ("10.0.0.1", 5432)

    async def query() -> None:
        arguments = ("INSERT INTO payments VALUES ($1)", secret)
        await instrumentor._do_execute(AsyncMock(), connection, arguments, {})

    try:
        asyncio.run(query())
    finally:
        instrumentor.uninstrument()
    assert any(secret in span.to_json() for span in memory.get_finished_spans())  # the control
    assert [statement(span) for span in leaving()] == ["INSERT INTO payments VALUES ($1)"]


@pytest.fixture
def redis_port() -> Iterator[int]:
    """A server that says OK to everything, as Redis does to much."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while line := self.rfile.readline():
                for _ in range(int(line[1:])):
                    length = int(self.rfile.readline()[1:])
                    self.rfile.read(length + 2)
                self.wfile.write(b"+OK\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_redis(redis_port: int) -> None:
    RedisInstrumentor().instrument(tracer_provider=provider)
    try:
        with redis.Redis(port=redis_port, protocol=2) as client:
            assert client.set(f"session:{secret}", secret)
    finally:
        RedisInstrumentor().uninstrument()
    assert "SET ? ?" in [statement(span) for span in leaving()]
