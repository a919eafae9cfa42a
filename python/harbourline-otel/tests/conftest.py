"""An agent on loopback that keeps what it gets, and services that run as processes."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import NumberDataPoint
from opentelemetry.proto.trace.v1.trace_pb2 import Span


def wait_until(condition: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Waits until a condition is True; else it returns, or raises, what it saw instead.

    That it never comes is a failure, which says what was waited for and what was seen last. An
    assertion that fails meanwhile ends the wait: what is waited for cannot come.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            seen = condition()
        except AssertionError:
            raise
        except Exception as error:  # a server that starts refuses in many ways
            seen = repr(error)
        if seen is True:
            return
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}; seen last: {seen}"
        time.sleep(0.01)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def answers(process: "subprocess.Popen[str]", port: int, path: str = "/", **headers: str) -> bool:
    """Whether a server says that all is well; one that has ended is waited for in vain."""
    assert process.poll() is None, process.communicate()
    connection = http.client.HTTPConnection("127.0.0.1", port, 60)
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status == 200
    finally:
        connection.close()


def as_dict(attributes: list[KeyValue]) -> dict[str, object]:
    """Attributes of a message, by key."""
    return {
        a.key: getattr(a.value, a.value.WhichOneof("value") or "string_value") for a in attributes
    }


class Agent:
    """Takes OTLP over HTTP, and answers `status` and `answer`. Can be stopped and started again."""

    def __init__(self) -> None:
        self.status = 200
        self.answer = b""
        self.traces: list[ExportTraceServiceRequest] = []
        self.metrics: list[ExportMetricsServiceRequest] = []
        self.requests: list[str] = []
        self.connections: set[object] = set()
        self.port = 0
        self.start()

    def start(self) -> None:
        agent = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                agent.connections.add(self)

            def finish(self) -> None:
                agent.connections.discard(self)
                super().finish()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = agent.status  # once: it may change meanwhile
                agent.requests.append(self.path)
                if status == 200:
                    if self.path == "/v1/traces":
                        agent.traces.append(ExportTraceServiceRequest.FromString(body))
                    elif self.path == "/v1/metrics":
                        agent.metrics.append(ExportMetricsServiceRequest.FromString(body))
                self.send_response(status)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(agent.answer)))
                self.end_headers()
                self.wfile.write(agent.answer)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, *_: object) -> None:
                """A client that ended in the middle of a request."""

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def spans(self) -> list[Span]:
        """All spans, in the order in which they came."""
        return [
            span
            for request in list(self.traces)
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    @property
    def resources(self) -> list[dict[str, object]]:
        """Attributes of the resources of spans."""
        return [
            as_dict(list(resource.resource.attributes))
            for request in self.traces
            for resource in request.resource_spans
        ]

    def points(self, name: str) -> list[NumberDataPoint]:
        """Data points of a metric."""
        found = []
        for request in list(self.metrics):
            for resource in request.resource_metrics:
                for scope in resource.scope_metrics:
                    for metric in scope.metrics:
                        if metric.name == name:
                            data = getattr(metric, metric.WhichOneof("data") or "gauge")
                            found.extend(data.data_points)
        return found

    def total(self, name: str, **attributes: object) -> int:
        """Sum of a counter's deltas of exactly these attributes, written with ``_`` for ``.``."""
        wanted = {key.replace("_", "."): value for key, value in attributes.items()}
        return sum(p.as_int for p in self.points(name) if as_dict(list(p.attributes)) == wanted)


@pytest.fixture
def agent() -> Iterator[Agent]:
    """A running agent."""
    agent = Agent()
    yield agent
    agent.stop()


class Service:
    """Runs Python with the environment that a node gives, and nothing of the shell's."""

    def __init__(self, agent: Agent, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "PYTHONPATH": str(Path(__file__).parent),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OTEL_PYTHON_TRACER_PROVIDER": "harbourline_production",
            "HARBOURLINE_ENVIRONMENT": "prod",
            "HARBOURLINE_ALLOWED_KEYS": "payment",
            "OTEL_SERVICE_NAME": "payment",
            "OTEL_EXPORTER_OTLP_ENDPOINT": agent.url,
            "OTEL_SEMCONV_STABILITY_OPT_IN": "http,database",
            "HARBOURLINE_STATE": str(folder),
        }

    def start(self, *command: str, **variables: str) -> "subprocess.Popen[str]":
        """A process; an empty variable is unset."""
        merged = {k: v for k, v in (self.environment | variables).items() if v}
        return subprocess.Popen(
            command,
            env=merged,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, script: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Runs a script to its end."""
        return self._to_its_end(60, sys.executable, "-c", script, **variables)

    def instrumented(
        self, script: str, seconds: float = 120, **variables: str
    ) -> "subprocess.CompletedProcess[str]":
        """Runs a script that is started as a service is; it must end well."""
        (self.folder / "program.py").write_text(script)
        command = ("opentelemetry-instrument", "python", "program.py")
        done = self._to_its_end(seconds, *command, **variables)
        assert done.returncode == 0, done.stderr
        return done

    def _to_its_end(
        self, seconds: float, *command: str, **variables: str
    ) -> "subprocess.CompletedProcess[str]":
        process = self.start(*command, **variables)
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            # With its children: what hangs would spin on and disturb all that comes after it.
            os.killpg(process.pid, signal.SIGKILL)
            raise
        return subprocess.CompletedProcess(command, process.returncode, out, err)


@pytest.fixture
def service(agent: Agent, tmp_path: Path) -> Service:
    """A service whose node has the agent."""
    return Service(agent, tmp_path)


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith(("OTEL_", "HARBOURLINE_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HARBOURLINE_STATE", str(tmp_path))  # no counts of other tests
