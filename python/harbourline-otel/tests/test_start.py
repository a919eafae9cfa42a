"""What the package costs a Python process at its start, before the service does anything."""

from conftest import Service

# Fast because little is loaded: what is, is named here, so that more of it is noticed.
light = {
    "harbourline_otel",
    "harbourline_otel.addresses",
    "harbourline_otel.ends",
    "harbourline_otel.guard",
    "harbourline_otel.hooks",
    "harbourline_otel.instrumentations",
    "harbourline_otel.native",
    "harbourline_otel.refusals",
    "harbourline_otel.settings",
    "harbourline_otel.startup",
}
script = "import sys; print('\\n'.join(sorted(sys.modules)))"


def test_at_the_start_only_the_package_itself_is_loaded(service: Service) -> None:
    with_it = set(service.run(script).stdout.split())
    without = set(service.run(script, OTEL_PYTHON_TRACER_PROVIDER="").stdout.split())
    assert with_it - without <= light | {"__future__", "atexit"}


def test_memory_at_the_start(service: Service) -> None:
    """At the most 6 MiB over bare Python; `npm run bench:python` measures the time."""
    memory = "print(next(l for l in open('/proc/self/status') if l.startswith('VmHWM')).split()[1])"
    bare = {"OTEL_PYTHON_TRACER_PROVIDER": "", "HARBOURLINE_ENVIRONMENT": ""}
    with_it, without = (int(service.run(memory, **v).stdout) for v in ({}, bare))
    assert with_it - without < 6 * 1024
