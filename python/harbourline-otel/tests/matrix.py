"""Spans made, stored, counted as lost, time to end and exit code: each server and way to start.

Run by ``npm run python:matrix`` in an environment of each Python; prints one line of JSON for each
row. Each program runs with the package and, as a control, without.
"""

import argparse
import http.client
import json
import os
import platform
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import servers
from conftest import Agent, Service, answers, free_port, wait_until
from test_harmless import multiprocessing

applications = """
import os
from opentelemetry import trace

def made():
    trace.get_tracer("test").start_span("child").end()

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    if scope["type"] != "http":
        return
    if scope["path"] == "/pay":
        made()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})

def wsgi(environ, start_response):
    if environ["PATH_INFO"] == "/pay":
        made()
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
application = wsgi
"""
tasks = """
import os
from celery import Celery
from opentelemetry import trace
folder = os.environ["QUEUE"]
app = Celery("tasks", broker="filesystem://")
app.conf.update(
    broker_transport_options={
        "data_folder_in": folder, "data_folder_out": folder, "control_folder": folder + "-control"
    },
    worker_max_tasks_per_child=5,
    task_ignore_result=True,
)
@app.task
def pay():
    trace.get_tracer("test").start_span("child").end()
    open(os.path.join(folder + "-done", os.urandom(8).hex()), "w").close()
"""
jobs = """
import os
from opentelemetry import trace
def pay():
    trace.get_tracer("test").start_span("child").end()
    open(os.path.join(os.environ["QUEUE"] + "-done", os.urandom(8).hex()), "w").close()
"""

next_process = """
from opentelemetry import trace
trace.get_tracer("test").start_span("next").end()
"""

REQUESTS = 40
web = {
    "uvicorn": "uvicorn served:app --port {port}",
    "uvicorn, 2 workers": "uvicorn served:app --port {port} --workers 2 "
    "--timeout-worker-healthcheck 60",
    "gunicorn sync, 2 workers": "gunicorn served:wsgi -b 127.0.0.1:{port} -w 2",
    "gunicorn gthread": "gunicorn served:wsgi -b 127.0.0.1:{port} --threads 4",
    "gunicorn preload": "gunicorn served:wsgi -b 127.0.0.1:{port} -w 2 --preload",
    "gunicorn recycling": "gunicorn served:wsgi -b 127.0.0.1:{port} -w 2 --max-requests 7",
    "gunicorn uvicorn_worker": "gunicorn served:app -b 127.0.0.1:{port} -w 2 "
    "-k uvicorn_worker.UvicornWorker",
    "gunicorn uvicorn_worker, recycling": "gunicorn served:app -b 127.0.0.1:{port} -w 2 "
    "-k uvicorn_worker.UvicornWorker --max-requests 7",
    "hypercorn, 2 workers": "hypercorn served:app -b 127.0.0.1:{port} -w 2",
    "granian, 2 workers": "granian --interface asgi served:app --port {port} --workers 2",
    "uWSGI, 2 processes": "pyuwsgi {options} --hook-master-start "
    "'unix_signal:15 gracefully_kill_them_all'",
    "uWSGI, die-on-term": "pyuwsgi {options} --die-on-term",
}
uwsgi = (
    "--http-socket 127.0.0.1:{port} --module served --master --processes 2 --enable-threads "
    "--need-app --virtualenv {prefix}"
)


def stored_and_lost(agent: Agent) -> tuple[int, int]:
    """Spans of children that the agent has, and that it was told of as lost."""
    reported = agent.points("otel.sdk.exporter.span.exported")
    dropped = agent.points("otel.sdk.processor.span.processed")
    lost = sum(p.as_int for p in (*reported, *dropped) if p.attributes)
    return sum(span.name.startswith("child") for span in agent.spans), lost


class Row(dict[str, Any]):
    """One line of the table."""

    def __init__(
        self, name: str, method: str, agent: Agent, made: int, run: dict[str, Any]
    ) -> None:
        stored, lost = stored_and_lost(agent)
        super().__init__(
            python=platform.python_version(),
            server=name,
            start=method,
            made=made,
            stored=stored,
            lost=lost,
            **run,
        )
        # A pool kills its workers, and uWSGI's die-on-term those that are busy, also without the
        # package: what one had then is counted.
        self["ok"] = (
            self["code"] == self["control"]
            and stored <= made <= stored + lost
            and (stored == made or name in ("pool", "uWSGI, die-on-term"))
        )


def end(process: Any, kind: int | None = None) -> tuple[int, float, str]:
    """Exit code, seconds until the end, and what it said."""
    if kind:
        process.send_signal(kind)
    start = time.monotonic()
    try:
        out, err = process.communicate(timeout=180)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
    return process.returncode, time.monotonic() - start, f"{out}{err}"


def both(run: Callable[[Service, str], tuple[int, float, str, int]]) -> tuple[Agent, int, dict]:  # type: ignore[type-arg]
    """With the package, and without."""
    agent = Agent()
    results = []
    later = 0
    for provider in ("harbourline_production", ""):
        with tempfile.TemporaryDirectory(prefix="harbourline-matrix-") as folder:
            service = Service(agent, Path(folder))
            results.append(run(service, provider))
            stored, lost = stored_and_lost(agent)
            if provider and stored + lost < results[0][3]:
                service.run(next_process)
                later = stored_and_lost(agent)[1] - lost
            if not provider and results[-1][0] == -signal.SIGKILL:
                # A server may hang at its end without us, too: granian that has just begun.
                results[-1] = run(Service(agent, Path(folder)), provider)
    agent.stop()
    (code, seconds, said, made), (control, control_seconds, _, _) = results
    figures = {
        "code": code,
        "control": control,
        "seconds": round(seconds, 2),
        "control_seconds": round(control_seconds, 2),
        "later": later,
    }
    if code != control:
        figures["said"] = said[-600:]
    return agent, made, figures


def start_methods(rounds: int) -> Iterator[Row]:
    """Children by every start method; what they must return is asserted by the program."""
    for kind in ("pool", "executor", "process", "terminate"):
        for method in ("fork", "forkserver", "spawn"):
            times = rounds if method == "fork" else max(1, rounds // 10)

            def run(service: Service, provider: str) -> tuple[int, float, str, int]:
                (service.folder / "program.py").write_text(multiprocessing)
                process = service.start(
                    *(sys.executable, "program.py", kind, method, str(times)),
                    OTEL_PYTHON_TRACER_PROVIDER=provider,
                )
                return *end(process), 0 if kind == "terminate" else 4 * times

            agent, made, figures = both(run)
            yield Row(kind, f"{method}, {times} rounds", agent, made, figures)


def web_servers() -> Iterator[Row]:
    """Servers that end by SIGTERM with spans that wait."""
    for name, command in web.items():

        def run(service: Service, provider: str) -> tuple[int, float, str, int]:
            (service.folder / "served.py").write_text(applications)
            port = free_port()
            options = uwsgi.format(port=port, prefix=sys.prefix)
            parts = shlex.split(command.format(port=port, options=options))
            process = service.start(
                *(["opentelemetry-instrument"] if provider else []),
                *parts,
                OTEL_PYTHON_TRACER_PROVIDER=provider,
                OTEL_BSP_SCHEDULE_DELAY="60000",
                OTEL_PYTHON_DISABLED_INSTRUMENTATIONS="*",
                PYTHONPATH=str(service.folder),
            )
            wait_until(lambda: answers(process, port), f"{name} to answer")
            made = 0
            while made < REQUESTS:
                try:
                    made += answers(process, port, "/pay")
                except (OSError, http.client.HTTPException):
                    made += 0  # a worker that is being replaced took none
            return *end(process, signal.SIGTERM), made

        agent, made, figures = both(run)
        yield Row(name, "", agent, made, figures)


def queues() -> Iterator[Row]:
    """Workers that take tasks: Celery's prefork pool with recycling, RQ's horses."""
    with servers.redis() as port:
        commands = {
            "Celery prefork, recycling": (
                "celery -A tasks worker -c 2 -P prefork --without-gossip --without-mingle",
                "from tasks import pay\nfor _ in range(12): pay.delay()",
            ),
            "RQ": (
                f"rq worker --url redis://127.0.0.1:{port} payments",
                "import jobs, redis, rq\n"
                f"q = rq.Queue('payments', connection=redis.Redis(port={port}))\n"
                "for _ in range(12): q.enqueue(jobs.pay)",
            ),
        }
        for name, (command, send) in commands.items():

            def run(service: Service, provider: str) -> tuple[int, float, str, int]:
                queue = service.folder / "queue"
                done = service.folder / "queue-done"
                for folder in (queue, done, service.folder / "queue-control"):
                    folder.mkdir(exist_ok=True)
                (service.folder / "tasks.py").write_text(tasks)
                (service.folder / "jobs.py").write_text(jobs)
                service.environment |= {"QUEUE": str(queue), "PYTHONPATH": str(service.folder)}
                process = service.start(
                    *(["opentelemetry-instrument"] if provider else []),
                    *command.split(),
                    OTEL_PYTHON_TRACER_PROVIDER=provider,
                    OTEL_BSP_SCHEDULE_DELAY="60000",
                    OTEL_PYTHON_DISABLED_INSTRUMENTATIONS="*",
                )
                sent = service.run(send, OTEL_PYTHON_TRACER_PROVIDER="")
                assert sent.returncode == 0, sent.stderr

                def all_done() -> object:
                    assert process.poll() is None, process.communicate()
                    return len(list(done.iterdir())) == 12 or len(list(done.iterdir()))

                wait_until(all_done, f"{name} to do its tasks", 120)
                return *end(process, signal.SIGTERM), 12

            agent, made, figures = both(run)
            yield Row(name, "", agent, made, figures)


def main() -> None:
    """Prints rows as they come; exit code 1 where one is not as promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--parts", nargs="*", default=["starts", "web", "queues"])
    given = parser.parse_args()
    parts: dict[str, Callable[[], Iterator[Row]]] = {
        "starts": lambda: start_methods(given.rounds),
        "web": web_servers,
        "queues": queues,
    }
    failed = 0
    for part in given.parts:
        for row in parts[part]():
            failed += not row["ok"]
            print(json.dumps(row), flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
