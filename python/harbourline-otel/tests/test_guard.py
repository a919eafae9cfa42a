"""Attempts to take spans elsewhere: by a variable, by code, by baggage, by the resource."""

import json
from collections.abc import Iterator
from http.server import ThreadingHTTPServer

import pytest
from conftest import Agent, Service, as_dict


@pytest.fixture
def elsewhere() -> Iterator[ThreadingHTTPServer]:
    """A port that nothing may connect to: not even a request that fails."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), None)  # type: ignore[arg-type]
    server.socket.setblocking(False)
    yield server
    with pytest.raises(BlockingIOError):
        server.socket.accept()
    server.server_close()


attempt = """
import json
from harbourline_otel import Refused
refused = {}
def attempt(name, call):
    try:
        call()
        refused[name] = None
    except Refused as error:
        refused[name] = str(error)
"""


@pytest.mark.parametrize("exporter", ["", "none"])
def test_code_cannot_add_another_way_out(service: Service, agent: Agent, exporter: str) -> None:
    script = (
        attempt
        + """
from opentelemetry.sdk.trace import *
from opentelemetry.sdk.trace.export import *
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
class Vendor(SpanExporter): pass
class Thief(SpanProcessor):
    def on_end(self, span): raise SystemExit("stolen")
class Subtle(BatchSpanProcessor):
    def on_end(self, span): raise SystemExit("stolen")
class Enricher(SpanProcessor):
    def on_start(self, span, parent_context=None): span.set_attribute("payment.enriched", "yes")
provider = TracerProvider()
add = provider.add_span_processor
attempt("vendor", lambda: add(BatchSpanProcessor(Vendor())))
attempt("simple", lambda: add(SimpleSpanProcessor(Vendor())))
attempt("console", lambda: add(SimpleSpanProcessor(ConsoleSpanExporter())))
attempt("memory", lambda: add(SimpleSpanProcessor(InMemorySpanExporter())))
attempt("thief", lambda: add(Thief()))
attempt("subtle", lambda: add(Subtle(Vendor())))
attempt("by keyword", lambda: add(span_processor=Thief()))
attempt("behind", lambda: provider._active_span_processor.add_span_processor(Thief()))
class Processors(SynchronousMultiSpanProcessor):
    _span_processors = (Thief(),)
attempt("prepared", lambda: TracerProvider(active_span_processor=Processors()))
attempt("sampled", lambda: TracerProvider(TraceIdRatioBased(0.1)))
attempt("enricher", lambda: add(Enricher()))
provider.get_tracer("test").start_span("span", attributes={"payment.id": "1"}).end()
provider.shutdown()
print(json.dumps(refused))
"""
    )
    done = service.run(script, OTEL_TRACES_EXPORTER=exporter)
    assert done.returncode == 0, done.stderr
    refused = json.loads(done.stdout)
    assert refused.pop("enricher") is None
    assert "Fix: make the provider without a sampler" in refused.pop("sampled")
    for name, text in refused.items():
        assert text and f"agent at {agent.url} and nowhere else" in text, name
    names = [as_dict(list(span.attributes)).get("payment.enriched") for span in agent.spans]
    assert names == ([] if exporter == "none" else ["yes"])


def test_a_tutorial_that_sets_a_plain_provider_is_guarded(service: Service, agent: Agent) -> None:
    script = """
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
provider = TracerProvider(resource=Resource.create({"service.name": "payment"}))
trace.set_tracer_provider(provider)
with trace.get_tracer(__name__).start_as_current_span("pay") as span:
    span.set_attributes({"payment.id": "1", "user.password": "hunter2", "crm.note": "private"})
"""
    assert service.run(script).returncode == 0
    (span,) = agent.spans
    assert as_dict(list(span.attributes)) == {
        "payment.id": "1",
        "user.password": "****",
        "crm.note": "****",
    }
    assert agent.resources[0]["service.name"] == "payment"
    assert agent.resources[0]["deployment.environment.name"] == "prod"


def test_the_exporter_of_a_tutorial_is_replaced_by_ours(service: Service, agent: Agent) -> None:
    script = f"""
import sys, types
# As opentelemetry-exporter-otlp-proto-http, which need not be installed.
module = types.ModuleType("opentelemetry.exporter.otlp.proto.http.trace_exporter")
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
class OTLPSpanExporter(SpanExporter):
    __module__ = module.__name__
    def __init__(self, endpoint): self._endpoint = endpoint
    def export(self, spans): raise SystemExit("used")
from opentelemetry.sdk.trace import TracerProvider
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter("{agent.url}/v1/traces")))
provider.get_tracer("test").start_span("once").end()
provider.shutdown()
try:
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter("https://u:hunter2@otel.example")))
except RuntimeError as error:
    print(error)
"""
    done = service.run(script)
    assert [span.name for span in agent.spans] == ["once"]
    assert "OTLPSpanExporter may take raw spans elsewhere to otel.example" in done.stdout


def test_a_variable_set_by_code_changes_nothing(
    service: Service, agent: Agent, elsewhere: ThreadingHTTPServer
) -> None:
    script = f"""
import os
otlp = "OTEL_EXPORTER_OTLP"
for name in (f"{{otlp}}_ENDPOINT", f"{{otlp}}_TRACES_ENDPOINT", "HTTP_PROXY", "http_proxy"):
    os.environ[name] = "http://127.0.0.1:{elsewhere.server_address[1]}"
from opentelemetry import trace
trace.get_tracer("test").start_span("span").end()
"""
    assert service.run(script).returncode == 0
    assert [span.name for span in agent.spans] == ["span"]


def test_baggage_leaves_neither_by_headers_nor_by_spans(service: Service, agent: Agent) -> None:
    script = """
from opentelemetry import baggage, propagate, trace
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import attach
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.sdk.trace import SpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
class BaggageSpanProcessor(SpanProcessor):  # as opentelemetry-processor-baggage
    def on_start(self, span, parent_context=None):
        for key, value in baggage.get_all(parent_context).items(): span.set_attribute(key, value)
trace.get_tracer_provider().add_span_processor(BaggageSpanProcessor())
attach(baggage.set_baggage("customer", "hunter2"))
with trace.get_tracer("test").start_as_current_span("span"):
    headers = {}
    propagate.inject(headers)
    assert set(headers) == {"traceparent"}, headers
    both = [TraceContextTextMapPropagator(), W3CBaggagePropagator()]
    propagate.set_global_textmap(CompositePropagator(both))
    propagate.inject(headers)
    assert set(headers) == {"traceparent"}, headers
"""
    done = service.run(script)
    assert done.returncode == 0, done.stderr
    assert as_dict(list(agent.spans[0].attributes)) == {"customer": "****"}


def test_a_resource_cannot_name_another_environment(service: Service, agent: Agent) -> None:
    script = (
        attempt
        + """
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
for key in ("deployment.environment.name", "deployment.environment"):
    attempt(key, lambda: TracerProvider(resource=Resource.create({key: "dev"})))
    attempt(f"{key} bare", lambda: TracerProvider(None, Resource({key: "dev"})))
print(json.dumps(refused))
"""
    )
    done = service.run(script)
    refused = json.loads(done.stdout)
    assert len(refused) == 4
    for key, text in refused.items():
        assert f"{key.split()[0]}=dev, and this node is of prod" in text


@pytest.mark.parametrize(
    "command", [["python"], ["opentelemetry-instrument", "python"]], ids=["plain", "instrument"]
)
def test_a_wrong_setting_ends_the_service_at_its_start(
    service: Service, command: list[str]
) -> None:
    process = service.start(
        *command, "-c", "print('started')", OTEL_EXPORTER_OTLP_ENDPOINT="https://otel.example"
    )
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (78, "")
    assert err.startswith(
        "harbourline: this service does not start.\n  OTEL_EXPORTER_OTLP_ENDPOINT = "
    )
    assert "Traceback" not in err


away = {"OTEL_PYTHON_TRACER_PROVIDER": "", "HARBOURLINE_ENVIRONMENT": ""}


def test_other_programs_are_left_alone(service: Service) -> None:
    script = "import sys; print([m for m in sys.modules if 'harbourline' in m or 'opentel' in m])"
    assert service.run(script, **away).stdout == "[]\n"
    # Where it is on, it still loads nothing of OpenTelemetry before the service does.
    assert "opentelemetry" not in service.run(script).stdout


def test_a_program_that_only_imports_metrics_is_left_alone(service: Service) -> None:
    """As the client of redis does."""
    script = (
        "import opentelemetry.sdk.metrics.export, opentelemetry.sdk._logs.export; print('runs')"
    )
    done = service.run(script, OTEL_PYTHON_TRACER_PROVIDER="")
    assert (done.returncode, done.stdout) == (0, "runs\n"), done.stderr


def test_levels_differ_in_what_they_let_through(service: Service, agent: Agent) -> None:
    script = """
from opentelemetry import trace
attributes = {"crm.note": "note", "token": "hunter2"}
trace.get_tracer("test").start_span("span", attributes=attributes).end()
"""
    staging = {
        "OTEL_PYTHON_TRACER_PROVIDER": "harbourline_staging",
        "HARBOURLINE_ENVIRONMENT": "staging",
    }
    assert service.run(script, **staging).returncode == 0
    assert as_dict(list(agent.spans[0].attributes)) == {"crm.note": "note", "token": "****"}

    development = {
        "OTEL_PYTHON_TRACER_PROVIDER": "harbourline_development",
        "HARBOURLINE_ENVIRONMENT": "dev",
        "OTEL_TRACES_EXPORTER": "console",
    }
    done = service.run(script, **development)
    assert '"crm.note": "note"' in done.stdout
    assert len(agent.spans) == 1


def test_a_provider_is_also_chosen_by_code(service: Service, agent: Agent) -> None:
    script = """
from harbourline_otel.providers import production, staging
production().get_tracer("test").start_span("span").end()
try:
    staging()
except RuntimeError as error:
    print(error)
"""
    done = service.run(script, OTEL_PYTHON_TRACER_PROVIDER="")
    assert done.returncode == 0, done.stderr
    assert "chose production, and the code staging" in done.stdout
    assert len(agent.spans) == 1


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({"http_proxy": "http://192.0.2.1"}, ["127.0.0.1,localhost", None, None]),
        (
            {"HTTPS_PROXY": "http://192.0.2.1", "NO_PROXY": "a.example"},
            [None, "a.example,127.0.0.1,localhost", "127.0.0.1,localhost"],
        ),
        (
            {"grpc_proxy": "http://192.0.2.1", "no_proxy": "b.example"},
            ["b.example,127.0.0.1,localhost", None, None],
        ),
        ({"http_proxy": "http://192.0.2.1", "no_proxy": "*"}, ["*", None, None]),
        ({}, [None, None, None]),
    ],
)
def test_no_proxy_is_asked_for_the_agent(
    service: Service, given: dict[str, str], left: list[str | None]
) -> None:
    """Clients of gRPC ask one for loopback, too."""
    names = ("no_proxy", "NO_PROXY", "no_grpc_proxy")
    script = f"import os\nprint([os.environ.get(name) for name in {names}])"
    assert service.run(script, **given).stdout == f"{left}\n"


@pytest.mark.parametrize("where", ["_session", "_client._transport._session"])
def test_the_exporter_of_metrics_goes_to_the_agent_alone(service: Service, where: str) -> None:
    """Where releases of OpenTelemetry keep the session of requests."""
    script = f"""
import os
from operator import attrgetter
from types import SimpleNamespace
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
class Exporter(MetricExporter):
    __module__ = "opentelemetry.exporter.otlp.proto.http.metric_exporter"
    export = shutdown = force_flush = lambda *_, **__: True
exporter = Exporter()
exporter._endpoint = os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] + "/v1/metrics"
inner = SimpleNamespace(trust_env=True, proxies={{}})
*names, last = {where!r}.split(".")
for name in [*names, last][:0:-1]:
    inner = SimpleNamespace(**{{name: inner}})
setattr(exporter, [*names, last][0], inner)
PeriodicExportingMetricReader(exporter)
session = attrgetter({where!r})(exporter)
print(session.trust_env, session.max_redirects)
"""
    assert service.run(script).stdout == "False 0\n"


def test_readers_may_come_one_after_the_other(service: Service) -> None:
    done = service.run("""
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
reader = InMemoryMetricReader()
provider = MeterProvider(metric_readers=(each for each in [reader]))
provider.get_meter("test").create_counter("count").add(1)
print(reader.get_metrics_data() is not None)
""")
    assert done.stdout == "True\n", done.stderr


def test_in_development_metrics_go_to_the_console_too(service: Service) -> None:
    """As spans do; test_attempts.py tries them elsewhere."""
    done = service.run(
        "from opentelemetry.sdk.metrics import MeterProvider\n"
        "from opentelemetry.sdk.metrics.export import *\n"
        "provider = MeterProvider([PeriodicExportingMetricReader(ConsoleMetricExporter())])\n"
        "provider.get_meter('test').create_counter('paid').add(1)\n"
        "provider.shutdown()\n",
        OTEL_PYTHON_TRACER_PROVIDER="harbourline_development",
        HARBOURLINE_ENVIRONMENT="dev",
    )
    assert done.returncode == 0 and '"paid"' in done.stdout, done.stderr


def test_a_service_is_named_without_the_line_ends_of_windows(
    service: Service, agent: Agent
) -> None:
    script = "from opentelemetry import trace\ntrace.get_tracer('test').start_span('span').end()"
    assert service.run(script, OTEL_SERVICE_NAME="payment\r").returncode == 0
    assert agent.resources[0]["service.name"] == "payment"


def test_a_service_that_chooses_no_spans_is_told(service: Service) -> None:
    script = (
        "from opentelemetry import trace\ntrace.set_tracer_provider(trace.NoOpTracerProvider())"
    )
    done = service.run(script)
    assert done.returncode == 0 and "there are no spans. Fix: " in done.stderr


def test_another_vendors_propagator_is_left_out_and_said_once(service: Service) -> None:
    done = service.run("""
from opentelemetry import propagate, trace
from opentelemetry.propagators.textmap import TextMapPropagator
class Theirs(TextMapPropagator):
    __module__ = "ddtrace.propagation"
    def extract(self, *_, **__): pass
    def inject(self, carrier, *_, **__): carrier["x-theirs"] = "1"
    fields = ()
propagate._HTTP_TEXT_FORMAT = Theirs()
with trace.get_tracer("test").start_as_current_span("span"):
    for _ in range(2):
        headers = {}
        propagate.inject(headers)
        print(*headers)
""")
    assert done.stdout == "traceparent\ntraceparent\n", done.stderr
    assert done.stderr.count("no trace context of W3C") == 1
