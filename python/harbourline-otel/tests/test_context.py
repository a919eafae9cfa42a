"""Context across every construct of Python that services use, and over HTTP."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import aiohttp
import httpx
import pytest
import requests
import uvicorn
from conftest import wait_until
from fastapi import BackgroundTasks, FastAPI
from fastapi.responses import StreamingResponse
from flask import Flask, Response
from opentelemetry import propagate, trace
from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.instrumentation.threading import ThreadingInstrumentor
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from harbourline_otel import client_span, keep_context
from harbourline_otel.b3 import AcceptB3

memory = InMemorySpanExporter()
provider = TracerProvider(shutdown_on_exit=False)
provider.add_span_processor(SimpleSpanProcessor(memory))
tracer = provider.get_tracer("test")


@pytest.fixture(autouse=True)
def _one_provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    ThreadingInstrumentor().instrument()
    memory.clear()
    yield
    ThreadingInstrumentor().uninstrument()


def named(name: str) -> ReadableSpan:
    (span,) = [s for s in memory.get_finished_spans() if s.name == name]
    return span


def child() -> None:
    tracer.start_span("child").end()


async def async_child() -> None:
    await asyncio.sleep(0)
    child()


async def in_task() -> None:
    await asyncio.create_task(async_child())


async def in_gather() -> None:
    await asyncio.gather(async_child(), asyncio.sleep(0))


async def in_to_thread() -> None:
    await asyncio.to_thread(child)


async def in_default_executor() -> None:
    await asyncio.get_running_loop().run_in_executor(None, child)


async def in_own_executor() -> None:
    with ThreadPoolExecutor(1) as pool:
        # Its thread is there before the span, as in a service.
        await asyncio.get_running_loop().run_in_executor(pool, lambda: None)
        await asyncio.get_running_loop().run_in_executor(pool, child)


async def in_callback() -> None:
    done = asyncio.Event()

    def call() -> None:
        child()
        done.set()

    asyncio.get_running_loop().call_soon(call)
    await done.wait()


async def in_generator() -> None:
    async def generate() -> AsyncIterator[int]:
        yield 1
        await async_child()

    async for _ in generate():
        pass


async def in_thread() -> None:
    thread = threading.Thread(target=child)
    thread.start()
    thread.join()


async def in_timer() -> None:
    timer = threading.Timer(0.001, child)
    timer.start()
    timer.join()


constructs = (
    in_task,
    in_gather,
    in_to_thread,
    in_default_executor,
    in_own_executor,
    in_callback,
    in_generator,
    in_thread,
    in_timer,
)


@pytest.mark.parametrize("construct", constructs, ids=lambda c: c.__name__)
def test_context_holds(construct: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        with tracer.start_as_current_span("parent"):
            await construct()

    asyncio.run(main())
    assert named("child").parent == named("parent").context


def test_context_of_requests_at_the_same_time_does_not_mix() -> None:
    async def one(n: int) -> None:
        with tracer.start_as_current_span(f"parent {n}"):
            await asyncio.sleep(0)
            with tracer.start_as_current_span(f"child {n}"):
                await asyncio.to_thread(lambda: tracer.start_span(f"grandchild {n}").end())

    async def main() -> None:
        await asyncio.gather(*(one(n) for n in range(20)))

    asyncio.run(main())
    for n in range(20):
        assert named(f"child {n}").parent == named(f"parent {n}").context
        assert named(f"grandchild {n}").parent == named(f"child {n}").context


@pytest.fixture
def fastapi_app() -> Iterator[FastAPI]:
    app = FastAPI()

    @app.get("/background")
    async def background(tasks: BackgroundTasks) -> str:
        tasks.add_task(async_child)
        return "ok"

    @app.get("/background-in-thread")
    def background_in_thread(tasks: BackgroundTasks) -> str:
        tasks.add_task(child)
        return "ok"

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"first"
            await async_child()
            yield b"second"

        return StreamingResponse(parts())

    @app.get("/stream-in-thread")
    def stream_in_thread() -> StreamingResponse:
        def parts() -> Iterator[bytes]:
            yield b"first"
            child()

        return StreamingResponse(parts())

    FastAPIInstrumentor.instrument_app(app, tracer_provider=provider)
    yield app
    FastAPIInstrumentor.uninstrument_app(app)


paths = ["/background", "/background-in-thread", "/stream", "/stream-in-thread"]


@pytest.mark.parametrize("path", paths)
def test_context_holds_in_fastapi(fastapi_app: FastAPI, path: str) -> None:
    server = uvicorn.Server(uvicorn.Config(fastapi_app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.started, "uvicorn")
        port = server.servers[0].sockets[0].getsockname()[1]
        traceparent = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
        url = f"http://127.0.0.1:{port}{path}"
        with httpx.Client(trust_env=False) as client:
            assert client.get(url, headers={"traceparent": traceparent}).status_code == 200
        spans = memory.get_finished_spans
        wanted = {f"GET {path}", "child"}
        wait_until(lambda: wanted <= (seen := {s.name for s in spans()}) or seen, f"{wanted}")
        root = named(f"GET {path}")
        assert root.parent and f"{root.parent.span_id:016x}" == "0123456789abcdef"

        # Between them there may be spans of the instrumentation, which end later.
        def is_below() -> bool:
            parents = {s.context.span_id: s.parent for s in spans()}
            above = named("child").parent
            while above and above != root.context:
                above = parents.get(above.span_id)
            return above == root.context

        wait_until(is_below, "the child to stand below the request")
    finally:
        server.should_exit = True
        thread.join()


def test_context_comes_into_flask_and_its_streams_need_a_helper() -> None:
    app = Flask(__name__)

    def parts() -> Iterator[str]:
        child()
        yield "one"
        yield "two"

    app.add_url_rule("/lost", view_func=lambda: Response(parts()), endpoint="lost")
    app.add_url_rule("/kept", view_func=lambda: Response(keep_context(parts())), endpoint="kept")
    FlaskInstrumentor().instrument_app(app, tracer_provider=provider)
    traceparent = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
    for path, kept in (("/lost", False), ("/kept", True)):
        memory.clear()
        response = app.test_client().get(path, headers={"traceparent": traceparent})
        assert response.text == "onetwo"
        root = named(f"GET {path}")
        assert root.parent and f"{root.parent.span_id:016x}" == "0123456789abcdef"
        assert (named("child").parent == root.context) is kept


@pytest.fixture
def peer() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server that keeps the headers that it got."""
    got: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            got.append({key.lower(): value for key, value in self.headers.items()})
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/path", got
    server.shutdown()
    server.server_close()


async def _aiohttp(url: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(url):
        pass


async def _httpx_async(url: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.get(url)


def _requests(url: str) -> None:
    with requests.Session() as session:
        session.trust_env = False
        session.get(url)


clients = {
    "httpx": (HTTPXClientInstrumentor, lambda url: httpx.get(url, trust_env=False)),
    "httpx async": (HTTPXClientInstrumentor, lambda url: asyncio.run(_httpx_async(url))),
    "requests": (RequestsInstrumentor, _requests),
    "aiohttp": (AioHttpClientInstrumentor, lambda url: asyncio.run(_aiohttp(url))),
}


@pytest.mark.parametrize("name", clients)
def test_context_goes_out(peer: tuple[str, list[dict[str, str]]], name: str) -> None:
    instrumentor, call = clients[name]
    url, got = peer
    instrumentor().instrument(tracer_provider=provider)
    try:
        with tracer.start_as_current_span("parent"):
            call(url)
    finally:
        instrumentor().uninstrument()
    (span,) = [s for s in memory.get_finished_spans() if s.kind == trace.SpanKind.CLIENT]
    assert span.parent == named("parent").context
    ids = f"{span.context.trace_id:032x}-{span.context.span_id:016x}"
    # The last digit holds flags: sampled, and in newer releases that the id is random.
    assert got[0]["traceparent"].startswith(f"00-{ids}-0")
    assert "baggage" not in got[0]


def test_a_client_written_by_hand_has_a_helper() -> None:
    headers = {"accept": "text/plain"}
    url = "https://user:hunter2@10.20.0.15/settlements?card=4111"
    with tracer.start_as_current_span("parent"), client_span("POST", url, headers) as span:
        pass
    ended = named("POST")
    assert headers["traceparent"].split("-")[2] == f"{span.get_span_context().span_id:016x}"
    assert ended.kind == trace.SpanKind.CLIENT and ended.parent == named("parent").context
    assert ended.attributes == {
        "http.request.method": "POST",
        "server.address": "10.20.0.15",
        "server.port": 443,
        "url.full": "https://10.20.0.15/settlements",
    }


b3_trace, b3_span = "463ac35c9f6413ad48485a3953bb6124", "a2fb4a1d1a96d312"
b3_headers = {
    "single": {"b3": f"{b3_trace}-{b3_span}-1"},
    "multiple": {"x-b3-traceid": b3_trace, "x-b3-spanid": b3_span, "x-b3-sampled": "1"},
}


@pytest.mark.parametrize("form", b3_headers)
def test_b3_is_read_where_there_is_no_traceparent_and_never_written(form: str) -> None:
    both = CompositePropagator([TraceContextTextMapPropagator(), AcceptB3()])
    found = trace.get_current_span(both.extract(b3_headers[form])).get_span_context()
    assert (f"{found.trace_id:032x}", f"{found.span_id:016x}") == (b3_trace, b3_span)

    traceparent = {"traceparent": "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"}
    found = trace.get_current_span(both.extract(b3_headers[form] | traceparent)).get_span_context()
    assert f"{found.trace_id:032x}" == "0123456789abcdef0123456789abcdef"

    headers: dict[str, str] = {}
    with tracer.start_as_current_span("parent"):
        both.inject(headers)
    assert set(headers) == {"traceparent"}


def test_a_task_for_another_process_takes_its_context_along() -> None:
    """What the documentation says of process pools and queues."""
    message: dict[str, str] = {}
    with tracer.start_as_current_span("parent"):
        propagate.inject(message)
    with tracer.start_as_current_span("child", context=propagate.extract(message)):
        pass
    child_span, parent_span = named("child"), named("parent")
    assert child_span.parent and child_span.parent.span_id == parent_span.context.span_id
