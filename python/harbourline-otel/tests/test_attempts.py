"""Attempts to take raw values elsewhere, each with what becomes of it: the table of the docs."""

import subprocess
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import Agent, Service

DOCS = Path(__file__).parents[3] / "docs" / "instrument.md"
SITE = str(Path(pytest.__file__).parents[1])

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
    _named("sdk_tracer_provider", "OpenTelemetry's own provider"),
    Attempt(
        "no provider, and code that makes one",
        "does not start",
        {"OTEL_PYTHON_TRACER_PROVIDER": ""},
        OWN + END,
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
    Attempt("a sampler", "does not start", {"OTEL_TRACES_SAMPLER": "traceidratio"}),
    Attempt(
        "code that installs such a propagator",
        "refused",
        {},
        "from opentelemetry.propagators.textmap import TextMapPropagator\n"
        "from opentelemetry.propagate import set_global_textmap\n"
        "class Jaeger(TextMapPropagator):\n"
        "    def extract(self, *_, **__): pass\n"
        "    def inject(self, *_, **__): pass\n"
        "    fields = ()\n"
        "set_global_textmap(Jaeger())\n",
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
        "metrics that code exports elsewhere",
        "refused",
        {},
        EXPORTER + "from opentelemetry.sdk.metrics.export import *\n"
        f"exporter = otlp(MetricExporter, '{REMOTE}/v1/metrics', 'metric')\n"
        "PeriodicExportingMetricReader(exporter)\n",
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


@pytest.mark.parametrize("attempt", attempts, ids=[attempt.name for attempt in attempts])
def test_what_becomes_of_an_attempt(service: Service, agent: Agent, attempt: Attempt) -> None:
    done = service.run(attempt.script, **attempt.variables)
    left = str(agent.traces) + done.stdout
    assert "hunter2" not in left, left
    if attempt.outcome == "does not start":
        assert done.returncode == 78 and "Fix: " in done.stderr and not done.stdout, done.stderr
    elif attempt.outcome == "refused":
        assert done.returncode == 1 and "Refused: harbourline: " in done.stderr, done.stderr
        assert "Fix: " in done.stderr
    elif attempt.outcome == "left out":
        assert (done.returncode, done.stdout) == (0, "runs\n"), done.stderr
        assert "may take raw spans elsewhere" in done.stderr
    elif attempt.outcome == "masked":
        assert done.returncode == 0 and '"password": "****"' in done.stdout
    else:
        assert done.returncode == 0 and len(agent.spans) == 1, done.stderr


def test_the_docs_have_the_same_table() -> None:
    table = DOCS.read_text("utf-8").partition("| attempt | what becomes of it |\n|---|---|\n")[2]
    rows = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in table.partition("\n\n")[0].splitlines()
    ]
    elsewhere = [row for row in rows if row[1].startswith("guarded")]
    assert [row for row in rows if row not in elsewhere] == [(a.name, a.outcome) for a in attempts]
    assert {row[0] for row in elsewhere} == set(installs)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An interpreter without any package, as that of an image that copies packages in."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, symlinks=True)
    yield folder / "bin" / "python"


sources = Path(__file__).parents[1]
installs = {
    "`pip install --target`, `PYTHONPATH`, code that makes a provider": [str(sources), SITE],
    "`--target`, `opentelemetry-instrument`": [
        f"{SITE}/opentelemetry/instrumentation/auto_instrumentation",
        SITE,
    ],
    "any folder on `PYTHONPATH`, with the node's `OTEL_PYTHON_CONTEXT`": [SITE],
}


@pytest.mark.parametrize("name", installs)
def test_installed_where_python_reads_no_pth_file(
    service: Service, agent: Agent, bare: Path, name: str
) -> None:
    script = EXPORTER + OWN + "exporter = otlp(SpanExporter, 'http://127.0.0.1:9/v1/traces')\n"
    script += "provider.add_span_processor(SimpleSpanProcessor(exporter))\n"
    script += "trace.set_tracer_provider(provider)\n" + END
    context = "harbourline_context" if "CONTEXT" in name else ""

    def run(provider: str) -> "subprocess.CompletedProcess[str]":
        process = service.start(
            *(str(bare), "-c", script),
            PYTHONPATH=":".join(installs[name]),
            OTEL_PYTHON_TRACER_PROVIDER=provider,
            OTEL_PYTHON_CONTEXT=context,
        )
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess([], process.returncode, out, err)

    done = run("harbourline_production")
    assert done.returncode == 0, done.stderr
    assert len(agent.spans) == 1 and "hunter2" not in str(agent.traces)
    assert run("harborline_production").returncode == 78


def test_another_sitecustomize_still_runs(service: Service, bare: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('mine')\n")
    process = service.start(
        *(str(bare), "-c", "import sys; print('harbourline_otel.guard' in sys.modules)"),
        PYTHONPATH=f"{sources}:{tmp_path}:{SITE}",
    )
    assert process.communicate(timeout=60)[0] == "mine\nTrue\n"
