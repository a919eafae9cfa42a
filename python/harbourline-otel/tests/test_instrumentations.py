"""What OpenTelemetry's instrumentations do twice or for nothing, and what must stay of it."""

from conftest import Agent, Service

prelude = """
import asyncio, time
from opentelemetry import trace
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.sdk.trace import Span
SQLAlchemyInstrumentor().instrument()
import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine
started = 0
start = Span.start
def count(self, *args, **kwargs):
    global started
    started += 1
    return start(self, *args, **kwargs)
Span.start = count
select = sqlalchemy.text("SELECT 1")
"""


def test_a_statement_of_an_async_engine_is_one_span(service: Service, agent: Agent) -> None:
    script = """
async def main():
    engine = create_async_engine("sqlite+aiosqlite://")
    async with engine.connect() as db:
        await db.execute(select)
    for _ in range(5):
        async with engine.connect() as db:
            await db.execute(select)
    await engine.dispose()
asyncio.run(main())
print(started)
"""
    done = service.run(prelude + script)
    assert done.returncode == 0, done.stderr
    names = [span.name for span in agent.spans]
    assert sum(name.startswith("SELECT") for name in names) == 6
    assert int(done.stdout) == len(names)  # none was started and never ended
    # The pool has one from the second on; what took more than a millisecond all the same is a span.
    connects = [span for span in agent.spans[2:] if span.name == "connect"]
    assert all(span.end_time_unix_nano - span.start_time_unix_nano > 1_000_000 for span in connects)


def test_two_engines_are_both_traced(service: Service, agent: Agent) -> None:
    script = """
for _ in range(2):
    with sqlalchemy.create_engine("sqlite://").connect() as db:
        db.execute(select)
"""
    done = service.run(prelude + script)
    assert done.returncode == 0, done.stderr
    assert sum(span.name.startswith("SELECT") for span in agent.spans) == 2


def test_a_connection_that_takes_a_while_or_fails_is_a_span(service: Service, agent: Agent) -> None:
    script = """
import sqlite3
def slow():
    time.sleep(0.02)
    return sqlite3.connect(":memory:")
def away():
    raise sqlite3.OperationalError("the database is away")
with sqlalchemy.create_engine("sqlite://", creator=slow).connect():
    pass
try:
    sqlalchemy.create_engine("sqlite://", creator=away).connect()
except sqlalchemy.exc.OperationalError as error:
    print(error.orig)
"""
    done = service.run(prelude + script)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "the database is away\n"
    slow, failed = agent.spans
    assert slow.name == failed.name == "connect"
    assert slow.end_time_unix_nano - slow.start_time_unix_nano >= 20_000_000
    assert failed.status.code == failed.status.STATUS_CODE_ERROR
    assert failed.events[0].name == "exception"


def test_no_span_for_events_of_asgi(service: Service, agent: Agent) -> None:
    script = """
import asyncio
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
async def app(scope, receive, send):
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})
async def receive():
    return {"type": "http.request", "body": b"", "more_body": False}
async def send(message):
    pass
scope = {"type": "http", "method": "GET", "path": "/", "scheme": "http", "headers": [],
         "query_string": b"", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
         "http_version": "1.1"}
asyncio.run(OpenTelemetryMiddleware(app)(scope, receive, send))
"""
    done = service.run(script)
    assert done.returncode == 0, done.stderr
    assert len(agent.spans) == 1
