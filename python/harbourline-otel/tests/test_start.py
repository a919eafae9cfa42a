"""What the package costs a Python process at its start, before the service does anything."""

from conftest import Service

# Fast because little is loaded: what is, is named here, so that more of it is noticed.
light = {
    "harbourline_otel",
    "harbourline_otel.addresses",
    "harbourline_otel.ends",
    "harbourline_otel.forks",
    "harbourline_otel.guard",
    "harbourline_otel.hooks",
    "harbourline_otel.instrumentations",
    "harbourline_otel.native",
    "harbourline_otel.refusals",
    "harbourline_otel.settings",
    "harbourline_otel.startup",
}
builtin = {"_functools", "_operator"}  # parts of the interpreter, which read no file
script = "import sys; print('\\n'.join(sorted(sys.modules)))"


def test_at_the_start_only_the_package_itself_is_loaded(service: Service) -> None:
    with_it = set(service.run(script).stdout.split())
    without = set(service.run(script, OTEL_PYTHON_TRACER_PROVIDER="").stdout.split())
    assert with_it - without <= light | {"__future__", "atexit", *builtin}


def test_memory_at_the_start(service: Service) -> None:
    """At the most 6 MiB over bare Python; `npm run bench:python` measures the time."""
    memory = "print(next(l for l in open('/proc/self/status') if l.startswith('VmHWM')).split()[1])"
    bare = {"OTEL_PYTHON_TRACER_PROVIDER": "", "HARBOURLINE_ENVIRONMENT": ""}
    with_it, without = (int(service.run(memory, **v).stdout) for v in ({}, bare))
    assert with_it - without < 6 * 1024


def test_the_distribution_of_opentelemetry_is_left_where_it_is(service: Service) -> None:
    """Its class sets what the node's file has, and loads metrics and logs of the SDK."""
    folder = service.folder / "opentelemetry_distro-1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: opentelemetry-distro\n")
    usual = "[opentelemetry_distro]\ndistro = opentelemetry.distro:OpenTelemetryDistro\n"
    (service.folder / "theirs.py").write_text(
        "from opentelemetry.instrumentation.distro import DefaultDistro\n"
        "class Theirs(DefaultDistro): pass\n"
    )
    for points, named, loaded in (
        (usual, "", False),
        (f"{usual}theirs = theirs:Theirs\n", "theirs", True),
    ):
        (folder / "entry_points.txt").write_text(points)
        done = service.instrumented(
            "import sys; print('opentelemetry.sdk.trace' in sys.modules, 'theirs' in sys.modules)",
            PYTHONPATH=str(service.folder),
            OTEL_PYTHON_DISTRO=named,
        )
        assert done.stdout.split() == ["True", str(loaded)], done.stderr
        assert "Traceback" not in done.stderr


def test_a_span_on_its_way_loads_no_more_than_it_needs(service: Service) -> None:
    """Nor does the first connection load anything: a fork meanwhile would split an import."""
    done = service.run(
        "import os, sys\n"
        "from opentelemetry import trace\n"
        "from harbourline_otel.agent import Agent\n"
        "from harbourline_otel.settings import Settings\n"
        "agent, before = Agent(Settings.from_environment(os.environ)), set(sys.modules)\n"
        "agent.post('/v1/traces', b'')\n"
        "print(*set(sys.modules) - before, file=sys.stderr)\n"
        "trace.get_tracer('test').start_span('span').end()\n"
        "assert trace.get_tracer_provider().force_flush()\n"
        f"{script}"
    )
    assert done.stderr.strip() == ""
    heavy = {"google.protobuf", "encodings.idna", "opentelemetry.sdk.metrics", "requests"}
    assert heavy.isdisjoint(done.stdout.split())
    assert "harbourline_otel.otlp" in done.stdout.split()
