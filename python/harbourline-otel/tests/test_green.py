"""gevent and eventlet, where the environment has them: nothing may hold all greenlets up."""

import pytest
from conftest import Agent, Service

pytest.importorskip("gevent")
pytest.importorskip("eventlet")

program = """
import time
from opentelemetry import trace
longest = 0.0
def tick():
    global longest
    last = time.perf_counter()
    while True:
        sleep(0.01)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
spawn(tick)
for n in range(50):
    trace.get_tracer("test").start_span("span").end()
    sleep(0.02)
print(longest)
"""
greens = {
    "gevent": "from gevent import monkey; monkey.patch_all()\nfrom gevent import sleep, spawn\n",
    "eventlet": "import eventlet; eventlet.monkey_patch()\nfrom eventlet import sleep, spawn\n",
}


@pytest.mark.parametrize("started", ["opentelemetry-instrument python", "python"])
@pytest.mark.parametrize("name", greens)
def test_greenlets_go_on_while_spans_are_handed_over(
    service: Service, agent: Agent, name: str, started: str
) -> None:
    (service.folder / "program.py").write_text(greens[name] + program)
    process = service.start(
        *started.split(),
        *("-Wignore", "program.py"),
        OTEL_BSP_SCHEDULE_DELAY="30000",
        OTEL_PYTHON_DISABLED_INSTRUMENTATIONS="*",
    )
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert sum(span.name == "span" for span in agent.spans) == 50
    # A greenlet of ours would have waited for the delay, and everybody with it.
    assert float(out) < 15
