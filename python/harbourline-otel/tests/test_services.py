"""Services of every kind, each with the instrumentations that a service gets: context and peers.

Where the environment has them: `npm run python:matrix` makes one, and the tests of every change do
without.
"""

import pytest
import servers
from conftest import Agent, Service, answers, as_dict, free_port, wait_until
from opentelemetry.proto.trace.v1.trace_pb2 import Span

pytest.importorskip("grpc")
pytest.importorskip("django")

traceparent = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"


def one(agent: Agent, kind: int) -> tuple[Span, dict[str, object]]:
    """The span of a kind, and its attributes."""
    (span,) = [span for span in agent.spans if span.kind == kind]
    return span, as_dict(list(span.attributes))


SERVER, CLIENT = Span.SPAN_KIND_SERVER, Span.SPAN_KIND_CLIENT

grpc_server = """
from concurrent.futures import ThreadPoolExecutor
import grpc
def pay(request, context):
    if request == b"no": context.abort(grpc.StatusCode.NOT_FOUND, "customer hunter2 is not known")
    if request == b"fails": raise ValueError("customer hunter2")
    return b"paid"
class Handler(grpc.GenericRpcHandler):
    def service(self, details):
        return grpc.unary_unary_rpc_method_handler(pay)
server = grpc.server(ThreadPoolExecutor(1))
server.add_generic_rpc_handlers((Handler(),))
port = server.add_insecure_port("127.0.0.1:0")
server.start()
"""
grpc_clients = {
    "sync": """
with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
    assert channel.unary_unary("/payments.Payments/Pay")(REQUEST) == b"paid"
""",
    "asyncio": """
import asyncio
async def main():
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        assert await channel.unary_unary("/payments.Payments/Pay")(REQUEST) == b"paid"
asyncio.run(main())
""",
}


@pytest.mark.parametrize("client", grpc_clients)
def test_grpc_joins_and_names_both_peers(service: Service, agent: Agent, client: str) -> None:
    script = grpc_server + grpc_clients[client].replace("REQUEST", "b'yes'")
    service.instrumented(script + "server.stop(None).wait()\n")
    calls, client_attributes = one(agent, CLIENT)
    served, server_attributes = one(agent, SERVER)
    assert served.trace_id == calls.trace_id and served.parent_span_id == calls.span_id
    assert client_attributes["server.address"] == "127.0.0.1"
    assert isinstance(client_attributes["server.port"], int)
    assert server_attributes["net.peer.ip"] == "127.0.0.1"


def test_an_error_of_grpc_carries_no_value(service: Service, agent: Agent) -> None:
    call = grpc_clients["sync"].replace("REQUEST", "b'no'")
    script = f"{grpc_server}try:\n" + "".join(f"  {line}\n" for line in call.splitlines())
    script += "except grpc.RpcError: pass\nserver.stop(None).wait()\n"
    service.instrumented(script)
    assert len(agent.spans) == 2 and "hunter2" not in str(agent.traces)
    assert one(agent, CLIENT)[0].status.code == 2  # an error
    served, attributes = one(agent, SERVER)
    assert (served.status.code, attributes["rpc.grpc.status_code"]) == (0, 5)  # the caller's
    assert not served.events


grpc_failing_aio = """
import asyncio, grpc
async def pay(request, context): raise ValueError("customer hunter2")
async def main():
    server = grpc.aio.server()
    pays = {"Pay": grpc.unary_unary_rpc_method_handler(pay)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("payments.P", pays),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        try: await channel.unary_unary("/payments.P/Pay")(b"yes")
        except grpc.RpcError: pass
    await server.stop(None)
asyncio.run(main())
"""


@pytest.mark.parametrize("kind", ["sync", "asyncio"])
def test_what_a_method_of_grpc_raises_is_an_error_recorded_once(
    service: Service, agent: Agent, kind: str
) -> None:
    call = grpc_clients["sync"].replace("REQUEST", "b'fails'")
    script = f"{grpc_server}try:\n" + "".join(f"  {line}\n" for line in call.splitlines())
    script += "except grpc.RpcError: pass\nserver.stop(None).wait()\n"
    service.instrumented(script if kind == "sync" else grpc_failing_aio)
    served, attributes = one(agent, SERVER)
    assert (served.status.code, attributes["rpc.grpc.status_code"]) == (2, 2)
    assert [as_dict(list(e.attributes))["exception.type"] for e in served.events] == ["ValueError"]
    assert "hunter2" not in str(agent.traces)


grpc_streams = {
    "sync": """
def many(request, context):
    yield b"1"
    while context.is_active(): pass
class Streams(grpc.GenericRpcHandler):
    def service(self, details):
        return grpc.unary_stream_rpc_method_handler(many)
server = grpc.server(ThreadPoolExecutor(1))
server.add_generic_rpc_handlers((Streams(),))
port = server.add_insecure_port("127.0.0.1:0")
server.start()
with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
    call = channel.unary_stream("/payments.Payments/List")(b"")
    call.initial_metadata()
    assert next(call) == b"1"
    assert not trace.get_current_span().get_span_context().is_valid
    call.cancel()
server.stop(None).wait()
""",
    "asyncio": """
import asyncio
begun, over = threading.Event(), threading.Event()
def pay(request, context):
    begun.set()
    over.wait(30)
    return b""
async def main():
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        call = channel.unary_unary("/payments.Payments/Pay")(b"")
        await asyncio.to_thread(begun.wait)
        call.cancel()
        try: await call
        except asyncio.CancelledError: pass
    over.set()
asyncio.run(main())
server.stop(None).wait()
""",
}


@pytest.mark.parametrize("kind", grpc_streams)
def test_a_call_of_grpc_that_is_cancelled_is_one_and_ends(
    service: Service, agent: Agent, kind: str
) -> None:
    script = "import threading\nfrom opentelemetry import trace\n" + grpc_server
    service.instrumented(script + grpc_streams[kind])
    calls, attributes = one(agent, CLIENT)
    assert (calls.status.code, attributes["rpc.grpc.status_code"]) == (2, 1)
    assert one(agent, SERVER)[0].parent_span_id == calls.span_id


@pytest.mark.parametrize(
    ("target", "attributes"),
    [
        ("10.20.0.15:443", {"server.address": "10.20.0.15", "server.port": 443}),
        ("dns:///pay.example:443", {"server.address": "pay.example", "server.port": 443}),
        ("dns://8.8.8.8/pay.example:443", {"server.address": "pay.example", "server.port": 443}),
        ("dns:pay.example", {"server.address": "pay.example"}),
        ("ipv4:10.0.0.1:50,10.0.0.2:50", {"server.address": "10.0.0.1", "server.port": 50}),
        ("ipv6:[2001:db8::1]:50", {"server.address": "2001:db8::1", "server.port": 50}),
        ("[::1]:50", {"server.address": "::1", "server.port": 50}),
        ("unix:/run/pay.sock", {"server.address": "/run/pay.sock"}),
        ("", {}),
    ],
)
def test_every_form_of_a_target_names_the_peer(target: str, attributes: dict[str, object]) -> None:
    from harbourline_otel.grpc_peers import peer

    assert peer(target) == attributes


django = {
    "settings.py": """
ROOT_URLCONF, ALLOWED_HOSTS, SECRET_KEY, MIDDLEWARE = "project", ["*"], "x", []
LOGGING_CONFIG = None
""",
    "project.py": """
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import include, path
from opentelemetry import trace
def pay(request, number):
    trace.get_tracer("test").start_span("child").end()
    return HttpResponse("paid")
urlpatterns = [path("shop/", include([path("pay/<int:number>", pay)]))]
""",
    "served.py": """
from project import *
wsgi, asgi = get_wsgi_application(), get_asgi_application()
""",
}
django_servers = {
    "gunicorn": "gunicorn served:wsgi -b 127.0.0.1:{port}",
    "uvicorn": "uvicorn served:asgi --port {port}",
}


@pytest.mark.parametrize("server", django_servers)
def test_django_joins_names_its_route_and_its_client(
    service: Service, agent: Agent, server: str
) -> None:
    for file, text in django.items():
        (service.folder / file).write_text(text)
    port = free_port()
    process = service.start(
        "opentelemetry-instrument",
        *django_servers[server].format(port=port).split(),
        PYTHONPATH=str(service.folder),
        DJANGO_SETTINGS_MODULE="settings",
    )
    path = "/shop/pay/7?token=hunter2"
    wait_until(
        lambda: answers(process, port, path, traceparent=traceparent), f"{server} to answer", 120
    )
    process.terminate()
    process.communicate(timeout=60)
    span, attributes = one(agent, SERVER)
    assert f"{span.trace_id.hex()}-{span.parent_span_id.hex()}" in traceparent
    assert attributes["http.route"] == "shop/pay/<int:number>"
    assert attributes["client.address"] == "127.0.0.1"
    assert "hunter2" not in str(agent.traces)
    (child,) = [each for each in agent.spans if each.name == "child"]
    assert child.parent_span_id == span.span_id


@pytest.mark.parametrize("release", ["3.1", "4.2"])
def test_an_answer_of_django_that_is_an_exception_is_no_error(
    service: Service, agent: Agent, release: str
) -> None:
    urls = "def pay(request, number):\n    from django.http import Http404\n    raise Http404\n"
    (service.folder / "settings.py").write_text(django["settings.py"])
    (service.folder / "project.py").write_text(
        django["project.py"].replace("urlpatterns", f"{urls}urlpatterns")
    )
    script = """
import django; django.setup()
from django.test import Client
assert Client().get("/shop/pay/7").status_code == 404
"""
    if release == "3.1":
        script = f"from django.core import exceptions; del exceptions.BadRequest\n{script}"
    environment = {"PYTHONPATH": str(service.folder), "DJANGO_SETTINGS_MODULE": "settings"}
    service.instrumented(script, **environment)
    span, attributes = one(agent, SERVER)
    assert (span.status.code, attributes["http.response.status_code"]) == (0, 404)
    assert not span.events


def test_an_application_of_aiohttp_within_another_is_one_span_with_its_client(
    service: Service, agent: Agent
) -> None:
    script = """
import asyncio, http.client
from aiohttp import web
async def pay(request): return web.Response(text="paid")
async def main():
    app, shop = web.Application(), web.Application()
    shop.add_routes([web.get("/pay/{number}", pay)])
    app.add_subapp("/shop", shop)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    def get():
        connection = http.client.HTTPConnection(*runner.addresses[0])
        connection.request("GET", "/shop/pay/7")
        assert connection.getresponse().read() == b"paid"
    await asyncio.to_thread(get)
    await runner.cleanup()
asyncio.run(main())
"""
    service.instrumented(script)
    span, attributes = one(agent, SERVER)
    assert span.name == "GET /shop/pay/{number}"
    assert attributes["client.address"] == "127.0.0.1"


late_settings = {
    "in wsgi.py": "gunicorn served:wsgi -b 127.0.0.1:{port}",
    "on the server's own path": "gunicorn --pythonpath own served:wsgi -b 127.0.0.1:{port}",
    "in manage.py": "python manage.py runserver --noreload 127.0.0.1:{port}",
}
manage = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""


@pytest.mark.parametrize("where", late_settings)
def test_django_may_learn_its_settings_late(service: Service, agent: Agent, where: str) -> None:
    own = "own" in where
    folder = service.folder / "own" if own else service.folder
    folder.mkdir(exist_ok=True)
    late = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")\n'
    served = {"served.py": late + django["served.py"], "manage.py": manage}
    for file, text in (django | served).items():
        (folder / file).write_text(text)
    port = free_port()
    process = service.start(
        "opentelemetry-instrument",
        *late_settings[where].format(port=port).split(),
        DJANGO_SETTINGS_MODULE="settings" if own else "",
    )
    wait_until(lambda: answers(process, port, "/shop/pay/7"), "Django to answer", 120)
    process.terminate()
    process.communicate(timeout=60)
    assert one(agent, SERVER)[1]["http.route"] == "shop/pay/<int:number>"


celery = """
import os
from celery import Celery
app = Celery("tasks", broker=os.environ["BROKER"])
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)
@app.task
def pay(card): raise ValueError(f"no customer {card}")
"""


def test_a_task_of_celery_is_done_in_the_trace_that_sent_it(service: Service, agent: Agent) -> None:
    (service.folder / "tasks.py").write_text(celery)
    with servers.redis() as port:
        service.environment |= {
            "BROKER": f"redis://127.0.0.1:{port}",
            "PYTHONPATH": str(service.folder),
        }
        worker = service.start(
            *"opentelemetry-instrument celery -A tasks worker -c 1 --without-gossip".split()
        )
        try:
            service.instrumented("from tasks import pay\npay.delay('hunter2')\n")
            kinds = (Span.SPAN_KIND_PRODUCER, Span.SPAN_KIND_CONSUMER)

            def done() -> object:
                assert worker.poll() is None, worker.communicate()
                seen = {span.kind for span in agent.spans}
                return seen >= set(kinds) or seen

            wait_until(done, "the task to be done", 120)
        finally:
            worker.terminate()
            worker.communicate(timeout=60)
    sent, _ = one(agent, kinds[0])
    taken, _ = one(agent, kinds[1])
    assert taken.trace_id == sent.trace_id and taken.parent_span_id == sent.span_id
    assert taken.name == "run/tasks.pay"
    assert taken.status.code == 2 and "hunter2" not in str(agent.traces)


@pytest.mark.parametrize("correlated", ["", "true"])
def test_records_of_a_service_that_sets_up_no_logging_are_still_written(
    service: Service, agent: Agent, correlated: str
) -> None:
    script = """
import logging
from opentelemetry import trace
with trace.get_tracer("test").start_as_current_span("span") as span:
    logging.getLogger("payment").warning("declined")
    print(f"{span.get_span_context().trace_id:032x}")
"""
    done = service.instrumented(script, OTEL_PYTHON_LOG_CORRELATION=correlated)
    (line,) = [line for line in done.stderr.splitlines() if line.endswith("declined")]
    assert (f"trace_id={done.stdout.strip()}" in line) is bool(correlated)


def test_sentry_beside_it_gets_no_span_and_the_service_starts(
    service: Service, agent: Agent
) -> None:
    pytest.importorskip("sentry_sdk")
    script = """
import sentry_sdk
sentry_sdk.init(dsn="http://key@192.0.2.1/1", instrumenter="otel", traces_sample_rate=1.0)
from opentelemetry import propagate, trace
from sentry_sdk.integrations.opentelemetry import SentryPropagator, SentrySpanProcessor
trace.get_tracer_provider().add_span_processor(SentrySpanProcessor())
propagate.set_global_textmap(SentryPropagator())
with trace.get_tracer("test").start_as_current_span("span"):
    headers = {}
    propagate.inject(headers)
assert set(headers) == {"traceparent"}, headers
import os
os._exit(0)  # Sentry's own thread would wait for its server
"""
    err = service.instrumented(script).stderr
    assert [span.name for span in agent.spans] == ["span"]
    assert "SentrySpanProcessor may take raw spans elsewhere" in err
    assert "SentryPropagator writes headers that are no trace context of W3C" in err
