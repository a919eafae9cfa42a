"""uWSGI, where the environment has it: what its options cost is said, what they lose counted."""

import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress

import pytest
from conftest import Agent, Service, answers, free_port, wait_until

if not shutil.which("pyuwsgi", path=f"{sys.prefix}/bin"):
    pytest.skip("without uWSGI", allow_module_level=True)

served = """
import time
import uwsgi
from opentelemetry import trace
def application(environ, start_response):
    if environ["PATH_INFO"] != "/":
        trace.get_tracer("test").start_span("span").end()
        open(f"worker-{uwsgi.worker_id()}", "w").close()
    if environ["PATH_INFO"] == "/busy":
        open("busy", "w").close()
        time.sleep(3600)
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""
graceful = ("--hook-master-start", "unix_signal:15 gracefully_kill_them_all")
no_threads, brutal = "runs no thread of Python", "ends workers that are busy"


def start(service: Service, *options: str) -> tuple[int, "subprocess.Popen[str]"]:
    """A port, and the process that listens there."""
    (service.folder / "served.py").write_text(served)
    port = free_port()
    process = service.start(
        *("opentelemetry-instrument", "pyuwsgi", "--http-socket", f"127.0.0.1:{port}"),
        *("--module", "served", "--master", "--need-app", "--virtualenv", sys.prefix, *options),
        OTEL_BSP_SCHEDULE_DELAY="60000",
        OTEL_PYTHON_DISABLED_INSTRUMENTATIONS="*",
        PYTHONPATH=str(service.folder),
    )
    wait_until(lambda: answers(process, port), "uWSGI to answer")
    return port, process


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--enable-threads", *graceful), ()),
        (("--threads", "2", *graceful), ()),
        (("--enable-threads", "--die-on-term"), (brutal,)),
        (graceful, (no_threads,)),
        (("--die-on-term",), (no_threads, brutal)),
    ],
)
def test_what_options_cost_is_said_once(
    service: Service, agent: Agent, options: tuple[str, ...], says: tuple[str, ...]
) -> None:
    port, process = start(service, "--processes", "2", *options)
    workers = [service.folder / f"worker-{number}" for number in (1, 2)]
    paid: list[bool] = []

    def pay() -> bool:  # a busy machine gives one of them twenty requests in a row
        paid.append(answers(process, port, "/pay"))
        return all(worker.exists() for worker in workers)

    wait_until(pay, "both workers to answer")
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    for line in (no_threads, brutal):
        assert (out + err).count(line) == (line in says)
    if brutal not in says:
        assert len(agent.spans) == len(paid)


def test_what_a_busy_worker_had_is_counted_by_the_next_process(
    service: Service, agent: Agent
) -> None:
    port, process = start(service, "--enable-threads", "--die-on-term")

    def ask() -> None:
        with suppress(OSError):
            answers(process, port, "/busy")

    client = threading.Thread(target=ask)
    client.start()
    wait_until((service.folder / "busy").exists, "the worker to be busy")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    client.join()
    script = "from opentelemetry import trace\ntrace.get_tracer('test').start_span('next').end()"
    assert service.run(script).returncode == 0
    assert [span.name for span in agent.spans] == ["next"]
    assert agent.total("otel.sdk.exporter.span.exported", error_type="process_died") == 1
