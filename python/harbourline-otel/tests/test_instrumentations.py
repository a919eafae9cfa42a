"""What OpenTelemetry's instrumentations do twice or for nothing, and what must stay of it."""

from collections.abc import Callable
from types import ModuleType, SimpleNamespace

import pytest
from conftest import Agent, Service, as_dict

from harbourline_otel import corrections, instrumentations, say

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
import asyncio, inspect
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
async def app(scope, receive, send):
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})
async def receive():
    return {"type": "http.request", "body": b"", "more_body": False}
async def send(message):
    pass
# To a server, what is no coroutine's function is ASGI 2: it calls it with the scope alone.
assert inspect.iscoroutinefunction(OpenTelemetryMiddleware(app).__call__)
scope = {"type": "http", "method": "GET", "path": "/", "scheme": "http", "headers": [],
         "query_string": b"", "server": ("127.0.0.1", 8443), "client": ("127.0.0.1", 1),
         "http_version": "1.1"}
asyncio.run(OpenTelemetryMiddleware(app)(scope, receive, send))
"""
    done = service.run(script)
    assert done.returncode == 0, done.stderr
    (span,) = agent.spans
    # The oldest release has none.
    assert as_dict(list(span.attributes)).get("server.address", "127.0.0.1") == "127.0.0.1"


@pytest.mark.parametrize(
    ("host", "port", "name"),
    [
        ("pay.example", 80, "pay.example"),
        ("pay.example:8443", 80, "pay.example"),
        ("127.0.0.1:80", 80, "127.0.0.1"),
        ("[2001:db8::1]:8000", 80, "2001:db8::1"),
        ("[2001:db8::1]", 80, "2001:db8::1"),
        ("2001:db8::1:8000", 8000, "2001:db8::1"),
        ("2001:db8::1", 80, "2001:db8::1"),
        ("/run/pay.sock", None, "/run/pay.sock"),
    ],
)
def test_the_address_of_a_server_has_no_port(host: str, port: int | None, name: str) -> None:
    assert corrections._without_port(host, port) == name


asgi_calls = """
import asyncio
from fastapi import APIRouter, FastAPI
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
FastAPIInstrumentor().instrument()
import fastapi
from starlette.routing import Host, Mount, Route
from starlette.responses import PlainTextResponse
app, shop, inner, router = fastapi.FastAPI(), fastapi.FastAPI(), fastapi.FastAPI(), APIRouter()
async def answer(request): return PlainTextResponse("ok")
@inner.get("/pay/{number}")
async def pay(number: str): return 1
@router.get("/list/{card}")
async def cards(card: str): return 1
shop.include_router(router, prefix="/cards")
shop.mount("/inner", inner)
app.mount("/shop", shop)
app.mount("/{tenant}/old", Mount("", routes=[Route("/x/{card}", answer)]))
app.router.routes.append(Host("api.example", Mount("", routes=[Route("/by-host/{card}", answer)])))
async def receive(): return {"type": "http.request", "body": b"", "more_body": False}
async def send(message): pass
def call(path, host=b"127.0.0.1"):
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(),
             "scheme": "http", "headers": [(b"host", host)], "query_string": b"", "root_path": "",
             "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), "http_version": "1.1"}
    asyncio.run(app(scope, receive, send))
"""


routes = {
    "'/shop/inner/pay/hunter2'": "/shop/inner/pay/{number}",
    "'/shop/cards/list/hunter2'": "/shop/cards/list/{card}",
    "'/shop/hunter2'": "/shop",
    "'/hunter2/old/x/1'": "/{tenant}/old/x/{card}",
    "'/by-host/hunter2', b'api.example'": "/by-host/{card}",
    "'/hunter2'": None,
}


def test_a_route_below_a_mount_or_a_host_is_named_whole_and_once(
    service: Service, agent: Agent
) -> None:
    done = service.run(asgi_calls + "".join(f"call({call})\n" for call in routes))
    assert done.returncode == 0, done.stderr
    assert [as_dict(list(span.attributes)).get("http.route") for span in agent.spans] == list(
        routes.values()
    )
    names = [f"GET {route}" if route else "GET" for route in routes.values()]
    assert [span.name for span in agent.spans] == names


def test_an_error_of_a_stream_or_a_websocket_is_recorded_once(
    service: Service, agent: Agent
) -> None:
    script = """
from starlette.responses import StreamingResponse
async def receive(): await asyncio.Event().wait()  # the client stays
async def parts():
    yield b"1"
    raise ValueError("hunter2")
@app.get("/stream")
async def stream(): return StreamingResponse(parts())
@app.get("/fails")
async def fails(): raise ValueError("hunter2")
@app.websocket("/socket")
async def talk(socket: fastapi.WebSocket): raise ValueError("hunter2")
for path in ("/stream", "/fails"):
    try: call(path)
    except ValueError: pass
async def connect(): return {"type": "websocket.connect"}
scope = {"type": "websocket", "path": "/socket", "raw_path": b"/socket", "scheme": "ws",
         "headers": [], "query_string": b"", "root_path": "", "subprotocols": [],
         "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), "http_version": "1.1"}
try: asyncio.run(app(scope, connect, send))
except ValueError: pass
"""
    done = service.run(asgi_calls + script)
    assert done.returncode == 0, done.stderr
    assert [[event.name for event in span.events] for span in agent.spans] == [["exception"]] * 3
    assert [span.status.code for span in agent.spans] == [2, 2, 2]


def test_what_flask_raises_when_a_request_is_torn_down_is_an_error(
    service: Service, agent: Agent
) -> None:
    script = """
from opentelemetry.instrumentation.flask import FlaskInstrumentor
FlaskInstrumentor().instrument()
import flask
app = flask.Flask("x")
@app.get("/pay")
def pay(): return "paid"
@app.teardown_request
def close(error): raise ValueError("hunter2")
try: app.test_client().get("/pay")
except ValueError: pass
"""
    done = service.run(script)
    assert done.returncode == 0, done.stderr
    (span,) = agent.spans
    attributes = as_dict(list(span.attributes))
    assert (span.status.code, attributes["http.response.status_code"]) == (2, 500)
    assert [event.name for event in span.events] == ["exception"]


def test_a_statement_of_sqlalchemy_is_no_span_of_its_driver(service: Service, agent: Agent) -> None:
    script = """
import sqlite3
from opentelemetry.instrumentation import dbapi
dbapi.wrap_connect("test", sqlite3.dbapi2, "connect", "sqlite")
sqlite3.dbapi2.connect(":memory:").cursor().execute("SELECT 2")  # the control
with sqlalchemy.create_engine("sqlite://").connect() as db:
    db.execute(select)
    db.connection.cursor().execute("SELECT 3")  # by the driver, without SQLAlchemy
print(hasattr(dbapi, "is_instrumentation_enabled"))  # drivers of the oldest release do not ask
"""
    done = service.run(prelude + script)
    assert done.returncode == 0, done.stderr
    expected = 3 if done.stdout == "True\n" else 4
    assert [span.name for span in agent.spans].count("SELECT") == expected


def test_the_newest_sqlalchemy_is_traced(service: Service) -> None:
    script = """
from opentelemetry.instrumentation import dependencies
known = ["sqlalchemy >= 1.0.0, < 2.1.0"]
for version, traced in (("2.0.58", True), ("2.1.9", True), ("2.1.0rc1", True), ("2.2.0", False)):
    dependencies.version = lambda _: version
    assert (dependencies.get_dependency_conflicts(known) is None) is traced, version
"""
    done = service.run(script)
    assert done.returncode == 0, done.stderr


def test_older_releases_name_requests_of_aiohttp_by_their_route() -> None:
    class Old(ModuleType):
        middleware = collect_request_attributes = get_default_span_details = staticmethod(
            lambda request: ("/pay/hunter2", {})
        )

    module = Old("old")
    corrections._name_callers(module)
    route = SimpleNamespace(resource=SimpleNamespace(canonical="/pay/{number}"))
    for found, name in ((route, "GET /pay/{number}"), (SimpleNamespace(resource=None), "GET")):
        request = SimpleNamespace(method="GET", match_info=SimpleNamespace(route=found))
        assert module.get_default_span_details(request) == (name, {})


def test_a_path_of_no_route_is_no_name(service: Service, agent: Agent) -> None:
    script = """
from opentelemetry.instrumentation.flask import FlaskInstrumentor
FlaskInstrumentor().instrument()
import flask
flask.Flask("x").test_client().get("/customers/hunter2")
"""
    done = service.run(script)
    assert done.returncode == 0, done.stderr
    assert [span.name for span in agent.spans] == ["GET"]


def test_statements_rows_and_pipelines_of_databases(service: Service) -> None:
    script = """
import asyncio
from types import SimpleNamespace as Fake
from opentelemetry.instrumentation import psycopg, redis
from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
tracer = object.__new__(psycopg.CursorTracer)
given = (b"INSERT INTO payments VALUES ('hunter2')",)
assert tracer.get_statement(None, given) == given[0].decode(), tracer.get_statement(None, given)
commands = [[("GET", "a")], [("GET", "b")], [("SET", "a", "b")]]
assert redis._build_span_meta_data_for_pipeline(Fake(command_stack=commands))[2] == "GET SET"
async def row(): return 1
# What waits in the buffer came with an earlier journey: no tracer is asked.
rows = AsyncPGInstrumentor()._do_cursor_execute(row, Fake(_buffer=[1]), (), {})
assert asyncio.run(rows) == 1
# Between its tasks a worker of Celery asks redis many times a second: no tracer is asked, either.
if hasattr(redis, "_traced_execute_factory"):
    import sys
    asks = redis._traced_execute_factory(None, None, None)
    sys.modules["celery.apps.worker"] = sys
    assert asks(lambda *_: "pong", None, ("PING",), {}) == "pong"
"""
    done = service.run(script)
    assert done.returncode == 0, done.stderr


def test_connections_and_sessions_leave_nothing_behind(service: Service) -> None:
    script = """
import asyncio, gc
import aiohttp
from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor
from opentelemetry.instrumentation.psycopg import DatabaseApiIntegration
AioHttpClientInstrumentor().instrument()
async def sessions(count):
    for _ in range(count):
        async with aiohttp.ClientSession(): pass
def connections(count):
    for _ in range(count): DatabaseApiIntegration("psycopg", "postgresql")
def objects():
    gc.collect()
    return len(gc.get_objects())
for many in (lambda count: asyncio.run(sessions(count)), connections):
    many(10)
    before = objects()
    many(300)
    assert objects() - before < 100, objects() - before
"""
    done = service.run(script)
    assert done.returncode == 0, done.stderr


def test_a_release_of_other_names_is_left_as_it_is_with_a_warning_for_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changes: dict[str, list[Callable[[ModuleType], None]]] = {}
    monkeypatch.setattr(
        instrumentations,
        "when_imported",
        lambda name, change: changes.setdefault(name, []).append(change),
    )
    said: list[str] = []
    monkeypatch.setattr(say, "warn", said.append)
    instrumentations.spare()
    assert len(changes) > 10
    for name, each in changes.items():
        for change in each:
            said.clear()
            module = ModuleType(name)
            before = set(vars(module))
            change(module)
            if name.endswith((".aiohttp_client", ".dbapi")):  # older releases need no change
                assert not said
                continue
            assert len(said) == 1 and said[0].startswith(f"{name} is traced as OpenTelemetry"), name
            assert set(vars(module)) == before
    assert set(instrumentations._CORRECTED) == set(corrections.CORRECT)
