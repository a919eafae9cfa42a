"""Spans of databases: there, named, and without the values that statements carry."""

import asyncio

import asyncpg
import psycopg
import pytest
import redis
import servers
import sqlalchemy
from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.instrumentation.redis import RedisInstrumentor
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

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
    scrub = Scrubber(["exception.message"]).span
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


postgresql = servers.shared(servers.postgresql)


def check_postgresql(spans: list[ReadableSpan]) -> None:
    """What three statements on a new table left: the last is refused, and says with which value."""
    assert any(secret in span.to_json() for span in memory.get_finished_spans())  # the control
    texts = [statement(span) for span in spans]
    assert sum(text.startswith("INSERT INTO payments VALUES (") for text in texts) == 2
    failed = [span for span in spans if span.status.status_code == StatusCode.ERROR]
    assert len(failed) == 1
    shown = failed[0].to_json()
    assert "payments_pkey" in shown and "Key (id)=(****)" in shown


def test_asyncpg_even_where_parameters_are_captured(postgresql: int) -> None:
    AsyncPGInstrumentor(capture_parameters=True).instrument(tracer_provider=provider)

    async def query() -> None:
        db = await asyncpg.connect(host="127.0.0.1", port=postgresql, user="postgres")
        await db.execute(
            "DROP TABLE IF EXISTS payments; CREATE TABLE payments (id TEXT PRIMARY KEY)"
        )
        await db.execute("INSERT INTO payments VALUES ($1)", secret)
        with pytest.raises(asyncpg.UniqueViolationError) as error:
            with provider.get_tracer("test").start_as_current_span("pay", kind=SpanKind.CLIENT):
                await db.fetch("INSERT INTO payments VALUES ($1)", secret)
        assert secret in str(error.value.detail)
        await db.close()

    try:
        asyncio.run(query())
    finally:
        AsyncPGInstrumentor().uninstrument()
    texts = [statement(span) for span in leaving()]
    assert texts.count("INSERT INTO payments VALUES ($1)") == 2


def test_psycopg_even_where_parameters_are_captured(postgresql: int) -> None:
    instrumentor = PsycopgInstrumentor()
    instrumentor.instrument(tracer_provider=provider, capture_parameters=True)
    try:
        with psycopg.connect(f"host=127.0.0.1 port={postgresql} user=postgres") as db:
            db.execute("DROP TABLE IF EXISTS payments")
            db.execute("CREATE TABLE payments (id TEXT PRIMARY KEY)")
            db.execute("INSERT INTO payments VALUES (%s)", [secret])
            with pytest.raises(psycopg.errors.UniqueViolation) as error:
                db.execute("INSERT INTO payments VALUES (%s)", [secret])
            assert secret in str(error.value)
            db.rollback()
    finally:
        instrumentor.uninstrument()
    check_postgresql(leaving())


def test_sqlalchemy_on_postgresql(postgresql: int) -> None:
    SQLAlchemyInstrumentor().instrument(tracer_provider=provider)
    try:
        engine = sqlalchemy.create_engine(f"postgresql+psycopg://postgres@127.0.0.1:{postgresql}/")
        insert = sqlalchemy.text("INSERT INTO payments VALUES (:id)")
        with engine.begin() as db:
            db.execute(sqlalchemy.text("DROP TABLE IF EXISTS payments"))
            db.execute(sqlalchemy.text("CREATE TABLE payments (id TEXT PRIMARY KEY)"))
            db.execute(insert, {"id": secret})
        with pytest.raises(sqlalchemy.exc.IntegrityError), engine.begin() as db:
            db.execute(insert, {"id": secret})
        engine.dispose()
    finally:
        SQLAlchemyInstrumentor().uninstrument()
    check_postgresql(leaving())


def test_redis() -> None:
    RedisInstrumentor().instrument(tracer_provider=provider)
    try:
        with servers.redis() as port, redis.Redis(port=port) as client:
            client.set(f"session:{secret}", secret)
            assert client.get(f"session:{secret}") == secret.encode()
            with pytest.raises(redis.ResponseError):
                client.lpush(f"session:{secret}", secret)
    finally:
        RedisInstrumentor().uninstrument()
    texts = [statement(span) for span in leaving()]
    assert "SET ? ?" in texts and "GET ?" in texts and "LPUSH ? ?" in texts
