"""The attempts of test_attempts.py: what somebody may do by mistake, and what becomes of it."""

from typing import NamedTuple

END = """
from opentelemetry import trace
trace.get_tracer("test").start_span("span", attributes={"password": "hunter2"}).end()
print("runs")
"""
OWN = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import *
provider = TracerProvider()
"""
EXPORTER = """
import sys, types
def otlp(base, endpoint, signal="trace"):
    # As those of OpenTelemetry, which need not be installed.
    module = f"opentelemetry.exporter.otlp.proto.http.{signal}_exporter"
    def export(self, *_, **__):
        import urllib.request
        urllib.request.urlopen(endpoint, b"raw", timeout=5)
    exporter = type("Exporter", (base,), {
        "__module__": module, "export": export, "shutdown": lambda *_, **__: None,
        "force_flush": lambda *_, **__: True})
    exporter = exporter()
    exporter._endpoint = endpoint
    return exporter
"""
JAEGER = """
from opentelemetry.propagators.textmap import TextMapPropagator
class Jaeger(TextMapPropagator):
    def extract(self, *_, **__): pass
    def inject(self, *_, **__): pass
    fields = ()
"""
REMOTE = "http://192.0.2.1:4318"
"""Of the range for documentation: nobody is there, and no rule of loopback covers it."""


class Attempt(NamedTuple):
    """A mistake."""

    name: str
    """As in the docs."""
    outcome: str
    """``does not start``, ``refused``, ``left out``, ``masked``, ``to the agent``, ``not sent``."""
    variables: dict[str, str] = {}  # noqa: RUF012
    script: str = END


def _named(value: str, what: str) -> Attempt:
    return Attempt(what, "does not start", {"OTEL_PYTHON_TRACER_PROVIDER": value})


development = {
    "OTEL_PYTHON_TRACER_PROVIDER": "harbourline_development",
    "HARBOURLINE_ENVIRONMENT": "dev",
}
attempts = (
    _named("harborline_production", "a provider with a typing error"),
    _named('"harbourline_production"', "a provider in quotes, as `--env-file` keeps them"),
    _named(" harbourline_production", "a provider with a space"),
    _named("Harbourline_production", "a provider with a capital"),
    _named("harbourline_production\r", "a provider with a line's end of Windows"),
    _named("sdk_tracer_provider", "OpenTelemetry's own provider"),
    Attempt(
        "no provider, and code that makes one",
        "does not start",
        {"OTEL_PYTHON_TRACER_PROVIDER": ""},
        OWN + END,
    ),
    Attempt(
        "the same, and code that exports metrics or logs",
        "does not start",
        {"OTEL_PYTHON_TRACER_PROVIDER": ""},
        "from opentelemetry.sdk.metrics.export import *\n"
        "PeriodicExportingMetricReader(ConsoleMetricExporter())\n",
    ),
    Attempt(
        "the environment's variable with a typing error",
        "does not start",
        {
            "OTEL_PYTHON_TRACER_PROVIDER": "",
            "HARBOURLINE_ENVIRONMENT": "",
            "HARBORLINE_ENVIRONMENT": "prod",
        },
        OWN + END,
    ),
    Attempt(
        "the same, within its second word",
        "does not start",
        {
            "OTEL_PYTHON_TRACER_PROVIDER": "",
            "HARBOURLINE_ENVIRONMENT": "",
            "HARBOURLINE_ENVIROMENT": "prod",
        },
        OWN + END,
    ),
    Attempt(
        "another variable of ours with a typing error",
        "does not start",
        {"HARBOURLINE_ALOWED_KEYS": "payment.order"},
    ),
    Attempt(
        "a file of variables that begins with a byte order mark",
        "does not start",
        {"HARBOURLINE_ENVIRONMENT": "", "\ufeffHARBOURLINE_ENVIRONMENT": "prod"},
    ),
    Attempt(
        "`*`, or another pattern, among the allowed keys",
        "does not start",
        {"HARBOURLINE_ALLOWED_KEYS": "payment.order,*"},
    ),
    Attempt(
        "a context or a detector of resources that no package offers",
        "does not start",
        {"OTEL_PYTHON_CONTEXT": "nope", "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "nope"},
    ),
    Attempt(
        "the name of a service with a sign that nobody sees",
        "does not start",
        {"OTEL_SERVICE_NAME": "\ufeffpayment"},
    ),
    Attempt(
        "the environment in full-width letters",
        "does not start",
        {**development, "HARBOURLINE_ENVIRONMENT": "ｐｒｏｄ"},  # noqa: RUF001
    ),
    Attempt(
        "the provider of development where no word of the environment says that it is for trials",
        "does not start",
        {**development, "HARBOURLINE_ENVIRONMENT": "hk"},
    ),
    Attempt(
        "the provider of staging in production",
        "does not start",
        {"OTEL_PYTHON_TRACER_PROVIDER": "harbourline_staging"},
    ),
    Attempt(
        "the provider of development in `prod-hk`",
        "does not start",
        {**development, "HARBOURLINE_ENVIRONMENT": "prod-hk"},
    ),
    Attempt(
        "the provider of staging in `prodhk`",
        "does not start",
        {"OTEL_PYTHON_TRACER_PROVIDER": "harbourline_staging", "HARBOURLINE_ENVIRONMENT": "prodhk"},
    ),
    Attempt(
        "an endpoint elsewhere", "does not start", {"OTEL_EXPORTER_OTLP_ENDPOINT": REMOTE}
    ),
    Attempt(
        "an endpoint of traces elsewhere",
        "does not start",
        {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": REMOTE},
    ),
    Attempt("an exporter to the console", "does not start", {"OTEL_TRACES_EXPORTER": "console"}),
    Attempt(
        "a configuration file", "does not start", {"OTEL_EXPERIMENTAL_CONFIG_FILE": "otel.yaml"}
    ),
    Attempt(
        "baggage as a propagator", "does not start", {"OTEL_PROPAGATORS": "tracecontext,baggage"}
    ),
    Attempt(
        "`jaeger`, `ottrace`, `b3` or `xray` as a propagator",
        "does not start",
        {"OTEL_PROPAGATORS": "tracecontext,jaeger"},
    ),
    Attempt(
        "a comma too many among the propagators",
        "does not start",
        {"OTEL_PROPAGATORS": "tracecontext,"},
    ),
    Attempt("a sampler", "does not start", {"OTEL_TRACES_SAMPLER": "traceidratio"}),
    Attempt(
        "code that installs such a propagator",
        "refused",
        {},
        JAEGER + "from opentelemetry.propagate import set_global_textmap\n"
        "set_global_textmap(Jaeger())\n",
    ),
    Attempt(
        "such a propagator, put into OpenTelemetry's own variable",
        "refused",
        {},
        JAEGER + "from opentelemetry import propagate\n"
        "propagate._HTTP_TEXT_FORMAT = Jaeger()\npropagate.inject({})\n",
    ),
    Attempt(
        "the same, put beside the usual one",
        "refused",
        {},
        JAEGER + "from opentelemetry import propagate\n"
        "propagate.get_global_textmap()._propagators.append(Jaeger())\npropagate.inject({})\n",
    ),
    Attempt(
        "code that installs baggage",
        "not sent",
        {},
        "from opentelemetry import baggage, propagate\n"
        "from opentelemetry.baggage.propagation import W3CBaggagePropagator\n"
        "propagate.set_global_textmap(W3CBaggagePropagator())\n"
        "headers = {}\n"
        "propagate.inject(headers, baggage.set_baggage('customer', 'hunter2'))\n"
        "assert headers == {}, headers\n" + END,
    ),
    Attempt(
        "Jaeger's or OpenTracing's propagator, asked by code itself",
        "not sent",
        {},
        "import os, opentelemetry.propagators as package\n"
        "os.mkdir('theirs')\n"
        "open('theirs/jaeger.py', 'w').write('class JaegerPropagator:"
        " inject = lambda _, headers, *__: headers.update(customer=str(1))')\n"
        "package.__path__ = [*package.__path__, os.path.abspath('theirs')]\n"
        "from opentelemetry.propagators.jaeger import JaegerPropagator\n"
        "headers = {}\n"
        "JaegerPropagator().inject(headers)\n"
        "assert headers == {}, headers\n" + END,
    ),
    Attempt(
        "the usual propagator, with a function for its headers that code put there",
        "refused",
        {},
        "from opentelemetry import propagate\n"
        "inject = lambda headers, *_, **__: headers.update(customer='1')\n"
        "propagate.get_global_textmap()._propagators[0].inject = inject\n"
        "propagate.inject({})\n",
    ),
    Attempt(
        "code that sets `OTEL_PROPAGATORS`, as a `.env` file does",
        "refused",
        {},
        JAEGER + "import os\n"
        "import opentelemetry.util._importlib_metadata as metadata\n"
        "class Point: load = staticmethod(lambda: Jaeger)\n"
        "metadata.entry_points = lambda **_: [Point]\n"
        "os.environ['OTEL_PROPAGATORS'] = 'jaeger'\n"
        "import opentelemetry.propagate\n",
    ),
    Attempt(
        "code that sets `OTEL_TRACES_SAMPLER`",
        "to the agent",
        {},
        "import os\nos.environ['OTEL_TRACES_SAMPLER'] = 'always_off'\n" + END,
    ),
    Attempt(
        "code that exports to a vendor",
        "refused",
        {},
        OWN + "class Vendor(SpanExporter): pass\n"
        "provider.add_span_processor(BatchSpanProcessor(Vendor()))\n",
    ),
    Attempt(
        "code that exports by OTLP elsewhere",
        "refused",
        {},
        EXPORTER + OWN + f"exporter = otlp(SpanExporter, '{REMOTE}/v1/traces')\n"
        "provider.add_span_processor(SimpleSpanProcessor(exporter))\n",
    ),
    Attempt(
        "code that exports by OTLP to the agent, as tutorials do",
        "to the agent",
        {},
        EXPORTER + OWN + "exporter = otlp(SpanExporter, 'http://127.0.0.1:9/v1/traces')\n"
        "provider.add_span_processor(SimpleSpanProcessor(exporter))\n"
        "trace.set_tracer_provider(provider)\n" + END,
    ),
    Attempt(
        "a span processor that sees spans when they end",
        "refused",
        {},
        OWN + "from opentelemetry.sdk.trace import SpanProcessor\n"
        "class Thief(SpanProcessor):\n    def on_end(self, span): pass\n"
        "provider.add_span_processor(Thief())\n",
    ),
    Attempt(
        "such a processor, by an attribute and not by the method",
        "refused",
        {},
        OWN + "from opentelemetry.sdk.trace import SpanProcessor\n"
        "class Thief(SpanProcessor):\n    def on_end(self, span): print(span.to_json())\n"
        "provider._active_span_processor._span_processors += (Thief(),)\n"
        "trace.set_tracer_provider(provider)\n" + END,
    ),
    Attempt(
        "code that empties them",
        "refused",
        {},
        OWN + "provider._active_span_processor._span_processors = ()\n",
    ),
    Attempt(
        "code that changes the resource of a provider",
        "refused",
        {},
        OWN + "from opentelemetry.sdk.resources import Resource\n"
        "provider._resource = Resource({'deployment.environment.name': 'dev'})\n",
    ),
    Attempt(
        "code that replaces the processors of a provider",
        "refused",
        {},
        OWN + "provider._active_span_processor = SimpleSpanProcessor(ConsoleSpanExporter())\n"
        "trace.set_tracer_provider(provider)\n" + END,
    ),
    Attempt(
        "a function that code puts into a processor, to see spans when they end",
        "refused",
        {},
        OWN + "from opentelemetry.sdk.trace import SpanProcessor\n"
        "enricher = SpanProcessor()\n"
        "enricher.on_end = lambda span: print(span.to_json())\n"
        "provider.add_span_processor(enricher)\n",
    ),
    Attempt(
        "the same, once the processor was added",
        "to the agent",
        {},
        OWN + "from opentelemetry.sdk.trace import SpanProcessor\n"
        "enricher = SpanProcessor()\n"
        "provider.add_span_processor(enricher)\n"
        "enricher.on_end = lambda span: print(span.to_json())\n"
        "trace.set_tracer_provider(provider)\n" + END,
    ),
    Attempt(
        "a subclass of the SDK's provider that makes tracers of its own",
        "refused",
        {},
        OWN + "class Own(TracerProvider):\n"
        "    def get_tracer(self, *_, **__): raise SystemExit('used')\n"
        "trace.set_tracer_provider(Own())\n",
    ),
    Attempt(
        "one that leaves out what the SDK's does when it is made",
        "refused",
        {},
        OWN + "class Own(TracerProvider):\n    def __init__(self): pass\n"
        "trace.set_tracer_provider(Own())\n",
    ),
    Attempt(
        "code that changes the sampler of a provider",
        "refused",
        {},
        OWN + "from opentelemetry.sdk.trace.sampling import ALWAYS_OFF\n"
        "provider.sampler = ALWAYS_OFF\n",
    ),
    Attempt(
        "another processor, put into a tracer",
        "refused",
        {},
        OWN + "provider.get_tracer('test').span_processor = "
        "SimpleSpanProcessor(ConsoleSpanExporter())\n",
    ),
    Attempt(
        "another sampler, put into a tracer",
        "refused",
        {},
        OWN + "from opentelemetry.sdk.trace.sampling import ALWAYS_OFF\n"
        "provider.get_tracer('test').sampler = ALWAYS_OFF\n",
    ),
    Attempt(
        "a sampler that says that it equals the usual one",
        "refused",
        {},
        OWN + "from opentelemetry.sdk.trace.sampling import *\n"
        "class Never(Sampler):\n"
        "    def __eq__(self, other): return True\n"
        "    def should_sample(self, *_, **__): return SamplingResult(Decision.DROP)\n"
        "    def get_description(self): return DEFAULT_ON.get_description()\n"
        "TracerProvider(sampler=Never())\n",
    ),
    Attempt(
        "the usual sampler, made by code",
        "to the agent",
        {},
        OWN + "from opentelemetry.sdk.trace.sampling import *\n"
        "trace.set_tracer_provider(TracerProvider(sampler=ParentBased(ALWAYS_ON)))\n" + END,
    ),
    Attempt(
        "code that takes the provider's variable away, or changes it, as a `.env` file does",
        "to the agent",
        {},
        "import os\nos.environ['OTEL_PYTHON_TRACER_PROVIDER'] = 'vendor'\n"
        "os.environ.pop('OTEL_PYTHON_TRACER_PROVIDER')\n" + END,
    ),
    Attempt(
        "metrics that code exports elsewhere",
        "refused",
        {},
        EXPORTER + "from opentelemetry.sdk.metrics.export import *\n"
        f"exporter = otlp(MetricExporter, '{REMOTE}/v1/metrics', 'metric')\n"
        "PeriodicExportingMetricReader(exporter)\n",
    ),
    Attempt(
        "the same in development",
        "refused",
        development,
        EXPORTER + "from opentelemetry.sdk.metrics.export import *\n"
        f"exporter = otlp(MetricExporter, '{REMOTE}/v1/metrics', 'metric')\n"
        "PeriodicExportingMetricReader(exporter)\n",
    ),
    Attempt(
        "metrics to another port of this machine",
        "refused",
        {},
        EXPORTER + "from opentelemetry.sdk.metrics.export import *\n"
        "exporter = otlp(MetricExporter, 'http://127.0.0.1:9/v1/metrics', 'metric')\n"
        "PeriodicExportingMetricReader(exporter)\n",
    ),
    Attempt(
        "a reader of metrics of the code's own",
        "refused",
        {},
        "from opentelemetry.sdk.metrics import MeterProvider\n"
        "from opentelemetry.sdk.metrics.export import *\n"
        "class Thief(MetricReader):\n"
        "    def _receive_metrics(self, *_, **__): pass\n"
        "    def shutdown(self, *_, **__): pass\n"
        "MeterProvider(metric_readers=[Thief()])\n",
    ),
    Attempt(
        "such a reader, added later",
        "refused",
        {},
        "from opentelemetry.sdk.metrics import MeterProvider\n"
        "from opentelemetry.sdk.metrics.export import *\n"
        "class Thief(MetricReader):\n"
        "    def _receive_metrics(self, *_, **__): pass\n"
        "    def shutdown(self, *_, **__): pass\n"
        "provider = MeterProvider()\n"
        "if hasattr(provider, 'add_metric_reader'): provider.add_metric_reader(Thief())\n"
        "else: MeterProvider(metric_readers=[Thief()])\n",
    ),
    Attempt(
        "metrics to the agent, by a proxy that code names",
        "refused",
        {},
        EXPORTER + "from opentelemetry.sdk.metrics.export import *\nimport os\n"
        "endpoint = os.environ['OTEL_EXPORTER_OTLP_ENDPOINT'] + '/v1/metrics'\n"
        "exporter = otlp(MetricExporter, endpoint, 'metric')\n"
        "exporter._session = types.SimpleNamespace(proxies={'http': 'http://192.0.2.1'})\n"
        "PeriodicExportingMetricReader(exporter)\n",
    ),
    Attempt(
        "the same, by a proxy in a variable that code sets",
        "refused",
        {},
        EXPORTER + "from opentelemetry.sdk.metrics.export import *\nimport os\n"
        "os.environ['http_proxy'] = 'http://192.0.2.1'\n"
        "endpoint = os.environ['OTEL_EXPORTER_OTLP_ENDPOINT'] + '/v1/metrics'\n"
        "PeriodicExportingMetricReader(otlp(MetricExporter, endpoint, 'metric'))\n",
    ),
    Attempt(
        "the same, by a proxy among gRPC's options of a channel",
        "refused",
        {},
        EXPORTER + "from opentelemetry.sdk.metrics.export import *\nimport os\n"
        "endpoint = os.environ['OTEL_EXPORTER_OTLP_ENDPOINT'] + '/v1/metrics'\n"
        "exporter = otlp(MetricExporter, endpoint, 'metric')\n"
        "exporter._channel_options = (('grpc.http_proxy', 'http://192.0.2.1'),)\n"
        "PeriodicExportingMetricReader(exporter)\n",
    ),
    Attempt(
        "a provider of metrics of the code's own, past the SDK",
        "refused",
        {},
        "from opentelemetry import metrics\n"
        "class Own(metrics.MeterProvider):\n"
        "    def get_meter(self, *_, **__): raise SystemExit('used')\n"
        "metrics.set_meter_provider(Own())\n",
    ),
    Attempt(
        "the same, put into OpenTelemetry's own variable",
        "refused",
        {},
        "from opentelemetry import metrics\n"
        "class Own(metrics.MeterProvider):\n"
        "    def get_meter(self, *_, **__): raise SystemExit('used')\n"
        "metrics._internal._METER_PROVIDER = Own()\n"
        "metrics.get_meter('test')\n",
    ),
    Attempt(
        "a subclass of the SDK's that makes meters of its own",
        "refused",
        {},
        "from opentelemetry import metrics\n"
        "from opentelemetry.sdk.metrics import MeterProvider\n"
        "class Own(MeterProvider):\n"
        "    def get_meter(self, *_, **__): raise SystemExit('used')\n"
        "metrics.set_meter_provider(Own())\n",
    ),
    Attempt(
        "another exporter, put into a reader of metrics",
        "refused",
        {},
        EXPORTER + "from opentelemetry.sdk.metrics.export import *\nimport os\n"
        "endpoint = os.environ['OTEL_EXPORTER_OTLP_ENDPOINT'] + '/v1/metrics'\n"
        "reader = PeriodicExportingMetricReader(otlp(MetricExporter, endpoint, 'metric'))\n"
        "reader._exporter = ConsoleMetricExporter()\n",
    ),
    Attempt(
        "a provider of logs of the code's own, past the SDK",
        "refused",
        {},
        "from opentelemetry import _logs\n"
        "class Own(_logs.LoggerProvider):\n"
        "    def get_logger(self, *_, **__): raise SystemExit('used')\n"
        "_logs.set_logger_provider(Own())\n",
    ),
    Attempt(
        "another package's provider of metrics or logs, in a variable",
        "does not start",
        {"OTEL_PYTHON_METER_PROVIDER": "vendor"},
    ),
    Attempt(
        "credentials of another package for exporters",
        "does not start",
        {"OTEL_PYTHON_EXPORTER_OTLP_HTTP_METRICS_CREDENTIAL_PROVIDER": "vendor"},
    ),
    Attempt(
        "logs that code exports elsewhere",
        "refused",
        {},
        EXPORTER + "from opentelemetry.sdk._logs import export\n"
        "base = getattr(export, 'LogRecordExporter', None) or export.LogExporter\n"
        f"exporter = otlp(base, '{REMOTE}/v1/logs', '_log')\n"
        "export.BatchLogRecordProcessor(exporter)\n",
    ),
    Attempt(
        "a processor of log records of the code's own",
        "refused",
        {},
        "from opentelemetry.sdk._logs import LoggerProvider, LogRecordProcessor\n"
        "class Thief(LogRecordProcessor):\n"
        "    def on_emit(self, *_): pass\n"
        "    emit = shutdown = force_flush = on_emit\n"
        "LoggerProvider().add_log_record_processor(Thief())\n",
    ),
    Attempt(
        "such a processor, by an attribute and not by the method",
        "refused",
        {},
        "from opentelemetry.sdk._logs import LoggerProvider\n"
        "class Thief:\n    def on_emit(self, *_): pass\n"
        "LoggerProvider()._multi_log_record_processor = Thief()\n",
    ),
    Attempt(
        "such a processor, among those of a provider",
        "refused",
        {},
        "from opentelemetry.sdk._logs import LoggerProvider\n"
        "class Thief:\n    def on_emit(self, *_): pass\n"
        "LoggerProvider()._multi_log_record_processor._log_record_processors = (Thief(),)\n",
    ),
    Attempt(
        "another vendor's agent that adds its exporter",
        "left out",
        {},
        OWN + "class Vendor(SpanExporter):\n    __module__ = 'sentry_sdk.integrations'\n"
        "provider.add_span_processor(BatchSpanProcessor(Vendor()))\nprint('runs')\n",
    ),
    Attempt(
        "the same, with an exporter of OpenTelemetry",
        "left out",
        {},
        EXPORTER + OWN + f"exporter = otlp(SpanExporter, '{REMOTE}/v1/traces')\n"
        "vendor = {'__name__': 'sentry_sdk.integrations.otlp', 'provider': provider}\n"
        "vendor['processor'] = BatchSpanProcessor(exporter)\n"
        "exec('provider.add_span_processor(processor)', vendor)\nprint('runs')\n",
    ),
    Attempt(
        "another vendor's tracer provider, as ddtrace sets its own",
        "left out",
        {},
        "from opentelemetry import trace\n"
        "class Theirs(trace.TracerProvider):\n    __module__ = 'ddtrace.opentelemetry'\n"
        "    def get_tracer(self, *_, **__): raise SystemExit('used')\n"
        "trace.set_tracer_provider(Theirs())\ntrace.get_tracer('test')\nprint('runs')\n",
    ),
    Attempt(
        "the same, put into OpenTelemetry's own variable",
        "left out",
        {},
        "from opentelemetry import trace\n"
        "class Theirs(trace.TracerProvider):\n    __module__ = 'ddtrace.opentelemetry'\n"
        "    def get_tracer(self, *_, **__): raise SystemExit('used')\n"
        "trace._TRACER_PROVIDER = Theirs()\ntrace.get_tracer('test')\nprint('runs')\n",
    ),
    Attempt(
        "another vendor's function to find the tracer provider, as New Relic sets its own",
        "left out",
        {},
        "from opentelemetry import trace\n"
        "def find(*_, **__): raise SystemExit('used')\n"
        "exec('trace.get_tracer_provider = find',"
        " {'__name__': 'newrelic.hooks', 'trace': trace, 'find': find})\n"
        "trace.get_tracer('test')\nprint('runs')\n",
    ),
    Attempt(
        "the same, of the code's own",
        "refused",
        {},
        "from opentelemetry import trace\n"
        "def find(*_, **__): raise SystemExit('used')\n"
        "trace.get_tracer_provider = find\ntrace.get_tracer('test')\n",
    ),
    Attempt(
        "another vendor's agent that exports metrics",
        "left out",
        {},
        EXPORTER + "from opentelemetry.sdk.metrics import MeterProvider\n"
        "from opentelemetry.sdk.metrics.export import *\n"
        f"exporter = otlp(MetricExporter, '{REMOTE}/v1/metrics', 'metric')\n"
        "vendor = {'__name__': 'amazon.opentelemetry', 'exporter': exporter}\n"
        "vendor['make'] = PeriodicExportingMetricReader\n"
        "exec('reader = make(exporter)', vendor)\n"
        "provider = MeterProvider([vendor['reader']])\n"
        "provider.get_meter('test').create_counter('hunter2').add(1)\n"
        "provider.shutdown()\nprint('runs')\n",
    ),
    Attempt(
        "another vendor's sampler",
        "to the agent",
        {},
        OWN + "from opentelemetry.sdk.trace.sampling import StaticSampler, Decision\n"
        "class Theirs(StaticSampler):\n    __module__ = 'amazon.opentelemetry'\n"
        "trace.set_tracer_provider(TracerProvider(Theirs(Decision.DROP)))\n" + END,
    ),
    Attempt(
        "a tracer provider of the code's own, past the SDK",
        "refused",
        {},
        "from opentelemetry import trace\n"
        "class Own(trace.TracerProvider):\n"
        "    def get_tracer(self, *_, **__): raise SystemExit('used')\n"
        "trace.set_tracer_provider(Own())\n",
    ),
    Attempt(
        "the same, put into OpenTelemetry's own variable",
        "refused",
        {},
        "from opentelemetry import trace\n"
        "class Own(trace.TracerProvider):\n"
        "    def get_tracer(self, *_, **__): raise SystemExit('used')\n"
        "trace._TRACER_PROVIDER = Own()\n" + END,
    ),
    Attempt(
        "a resource that names a person",
        "to the agent",
        {"OTEL_RESOURCE_ATTRIBUTES": "user.email=hunter2@example.com,enduser.id=hunter2"},
    ),
    Attempt(
        "the console in development",
        "masked",
        {**development, "OTEL_TRACES_EXPORTER": "console"},
    ),
    Attempt("code that names another environment", "refused", {}, OWN.replace(
        "TracerProvider()",
        "TracerProvider(resource=__import__('opentelemetry.sdk.resources', fromlist=['x'])"
        ".Resource({'deployment.environment.name': 'dev'}))",
    )),
)  # fmt: skip
