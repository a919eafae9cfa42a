"""What `harbourline-otel doctor` says of broken set-ups: what, why, a fix, and no secret.

The agent is a double here, which answers as the real one does; `npm run python:doctor` tries the
same against the collector itself.
"""

import random
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import pytest
from conftest import Agent, Service

from harbourline_otel.cli import _variables, main

SECRET = "hunter2"
SENT = "otelcol_exporter_sent_spans_total"


class Node(NamedTuple):
    """An address of loopback with an agent, and what it is to do."""

    url: str
    answers: dict[str, int]
    """Status of an answer, and by how much its counters grow with each span."""
    kind: list[str]
    """Content type of its answers."""


@pytest.fixture
def node() -> Iterator[Node]:
    address = f"127.{random.randint(80, 250)}.{random.randint(1, 250)}.{random.randint(1, 250)}"
    answers = {"status": 200, SENT: 1}
    totals: dict[str, int] = {}
    node_kind = ["application/x-protobuf"]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            for name, growth in answers.items():
                totals[name] = totals.get(name, 0) + growth
            self._answer(answers["status"], b"", *node_kind)

        def do_GET(self) -> None:
            lines = [f'{name}{{exporter="otlp"}} {total}\n' for name, total in totals.items()]
            self._answer(200, "".join(lines).encode(), "text/plain; version=0.0.4")

        def _answer(self, status: int, body: bytes, kind: str = "") -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if kind:
                self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    running = [ThreadingHTTPServer((address, port), Handler) for port in (0, 8888)]
    for server in running:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield Node(f"http://{address}:{running[0].server_address[1]}", answers, node_kind)
    for server in running:
        server.shutdown()
        server.server_close()


class Doctor:
    """The command, within this process: its exit code, and all that it said."""

    def __init__(
        self, service: Service, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]
    ) -> None:
        self._variables, self._patch, self._capture = service.environment, patch, capture

    def __call__(self, **variables: str) -> tuple[int, str]:
        for name, value in {**self._variables, **variables}.items():
            self._patch.setenv(name, value) if value else self._patch.delenv(name, False)
        code = main(["doctor", "--seconds", "0.5"])
        said = self._capture.readouterr().out
        assert "Traceback" not in said and SECRET not in said, said
        return code, said


@pytest.fixture
def doctor(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Doctor:
    return Doctor(service, monkeypatch, capsys)


def test_a_sound_set_up(doctor: Doctor, node: Node) -> None:
    code, said = doctor(OTEL_EXPORTER_OTLP_ENDPOINT=node.url)
    assert code == 0 and said.endswith("\nhealthy\n"), said
    for line in (
        "ok    settings: payment in prod, provider harbourline_production",
        "ok    the guard is up before the service",
        f"ok    the agent at {node.url} took a test span",
        "ok    the gateway took the agent's spans",
    ):
        assert line in said


class Broken(NamedTuple):
    """A set-up that is wrong: how, and what must be said of it."""

    name: str
    said: tuple[str, ...]
    variables: dict[str, str] = {}  # noqa: RUF012
    answers: dict[str, int] = {}  # noqa: RUF012


broken = (
    Broken(
        "a setting is missing, another one wrong",
        ("settings: OTEL_SERVICE_NAME is not set: ", "OTEL_PROPAGATORS = baggage: ", "2 wrong"),
        {"OTEL_SERVICE_NAME": "", "OTEL_PROPAGATORS": "baggage"},
    ),
    Broken(
        "an endpoint elsewhere, with a password",
        (
            "settings: OTEL_EXPORTER_OTLP_ENDPOINT = otel.example: ",
            "Fix: use http://127.0.0.1:4318",
        ),
        {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"https://user:{SECRET}@otel.example?key={SECRET}#{SECRET}"
        },
    ),
    Broken(
        "quotes of an environment file around a secret",
        ("settings: OTEL_EXPORTER_OTLP_HEADERS = (not shown): ", "Fix: remove the quotes."),
        {"OTEL_EXPORTER_OTLP_HEADERS": f"'api-key={SECRET}'"},
    ),
    Broken(
        "the agent is away",
        ("the agent at http://127.0.0.1:9: nothing listens there", "Fix: start the agent"),
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"},
    ),
    Broken("a server that is none of OTLP", ("none of OTLP", "Fix: use the"), {}, {"status": 404}),
    Broken(
        "one that wants credentials", ("it wants credentials", "Fix: point"), {}, {"status": 401}
    ),
    Broken(
        "a gateway that is away",
        ("the agent keeps it: the gateway took nothing within 0 s", "Fix: look at the agent's log"),
        {},
        {SENT: 0},
    ),
    Broken(
        "an agent of another environment, which drops the span",
        ("the agent dropped it, or could not send it: ", "is HARBOURLINE_ENVIRONMENT that of the"),
        {},
        {SENT: 0, "otelcol_processor_filter_spans_filtered_total": 1},
    ),
    Broken(
        "tracing that is switched off, in three ways",
        ("OTEL_SDK_DISABLED is true", "leaves out otlp", "instrumentation fastapi does nothing"),
        {
            "OTEL_SDK_DISABLED": "true",
            "OTEL_TRACES_EXPORTER": "none",
            "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "fastapi",
        },
    ),
    Broken(
        "a folder of counts that is none",
        ("no counts can be kept in /dev/null: ", "Fix: let the service's user write there, or"),
        {"HARBOURLINE_STATE": "/dev/null"},
    ),
    Broken(
        "a sampler that takes nothing, in development",
        ("OTEL_TRACES_SAMPLER leaves spans out, or all", "Fix: remove it."),
        {
            "OTEL_PYTHON_TRACER_PROVIDER": "harbourline_development",
            "HARBOURLINE_ENVIRONMENT": "dev",
            "OTEL_TRACES_SAMPLER": "always_off",
        },
    ),
    Broken("a page of a login", ("it answers 302, as no server of OTLP",), {}, {"status": 302}),
    Broken("a proxy's limit", ("it takes no batch of this size",), {}, {"status": 413}),
    Broken("an agent that fails", ("it failed with 500", "Fix: look at its"), {}, {"status": 500}),
    Broken(
        "old names of attributes",
        ("OTEL_SEMCONV_STABILITY_OPT_IN lacks http,database", "Fix: use http,database"),
        {"OTEL_SEMCONV_STABILITY_OPT_IN": ""},
    ),
)


@pytest.mark.parametrize("case", broken, ids=[case.name for case in broken])
def test_what_is_broken_is_said(doctor: Doctor, node: Node, case: Broken) -> None:
    node.answers.update(case.answers)
    code, said = doctor(**{"OTEL_EXPORTER_OTLP_ENDPOINT": node.url, **case.variables})
    assert code == 1 and "\nhealthy" not in said
    for part in case.said:
        assert part in said, said


@pytest.mark.parametrize(
    "kind",
    [["text/html"], ["application/json"], []],
    ids=["a page", "JSON, as the agent's port of health", "no kind"],
)
def test_a_server_that_takes_everything_is_no_agent(
    doctor: Doctor, node: Node, kind: list[str]
) -> None:
    node.kind[:] = kind
    code, said = doctor(OTEL_EXPORTER_OTLP_ENDPOINT=node.url)
    assert code == 1 and "something answered, but it is not an OTLP receiver" in said
    assert "Fix: use the" in said


not_http = ("it does not speak HTTP/1.1", "not that of gRPC, 4317")
wants_tls = ("it wants TLS", "Fix: use the agent's port of OTLP over HTTP, 4318")
programs = {
    "gRPC": (b"\0\0\x12\4\0\0\0\0\0" + b"\0" * 18, not_http),
    "ssh": (b"SSH-2.0-OpenSSH_9.2\r\n", not_http),
    "one that ends the connection": (b"", not_http),
    "TLS, an alert": (b"\x15\3\3\0\2\2\x46", wants_tls),
    "TLS, of Go": (
        b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
        wants_tls,
    ),
}


def speak(server: socket.socket, answer: bytes) -> None:
    """Answers the first request so."""

    def work() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(answer)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):  # else the rest of the request resets the connection
                pass

    threading.Thread(target=work, daemon=True).start()


@pytest.mark.parametrize("name", programs)
def test_another_program_has_the_port(doctor: Doctor, name: str) -> None:
    answer, parts = programs[name]
    with socket.create_server(("127.0.0.1", 0)) as server:
        speak(server, answer)
        code, said = doctor(
            OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{server.getsockname()[1]}"
        )
    assert code == 1
    for part in parts:
        assert part in said, said


@pytest.mark.parametrize(
    "answer",
    [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>"],
)
def test_another_program_has_the_port_of_the_agents_metrics(
    doctor: Doctor, agent: Agent, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    """Nothing is known of the gateway then, and nothing is said of it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setattr("harbourline_otel.doctor._TELEMETRY", port)
        speak(server, answer)
        code, said = doctor(OTEL_EXPORTER_OTLP_ENDPOINT=agent.url)
    assert code == 0 and f"note  the agent tells nothing about itself on port {port}" in said, said


def test_it_reads_a_file_of_variables_as_systemd_does(service: Service, node: Node) -> None:
    (service.folder / "service.env").write_text(
        f"# the node's\nOTEL_EXPORTER_OTLP_ENDPOINT=\"{node.url}\"\nOTEL_SERVICE_NAME='pay'\n"
    )
    process = service.start(
        *("harbourline-otel", "doctor", "--env-file", "service.env"),
        OTEL_SERVICE_NAME="",
        OTEL_EXPORTER_OTLP_ENDPOINT="",
    )
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0 and "settings: pay in prod" in out, out


def test_what_systemd_makes_of_odd_lines() -> None:
    lines = "A=b \\\nc\n  D = 'e' \n=f\nexport G=h\nI\nJ=k\0l\n;M=n\nO=\udce9\n"
    wanted = {"A": "b c", "D": "e", "export G": "h", "O": "\udce9"}
    assert _variables(lines) == wanted


def test_a_file_that_cannot_be_read(service: Service) -> None:
    process = service.start("harbourline-otel", "doctor", "--env-file", str(service.folder))
    assert "cannot be read: Is a directory" in process.communicate(timeout=120)[1]
    assert process.returncode == 2


def test_a_file_that_begins_with_a_byte_order_mark(service: Service) -> None:
    (service.folder / "service.env").write_text("\ufeffHARBOURLINE_ENVIRONMENT=prod\n")
    process = service.start("harbourline-otel", "doctor", "--env-file", "service.env")
    assert "service.env begins with a byte order mark" in process.communicate(timeout=120)[1]
    assert process.returncode == 2


@pytest.mark.parametrize("line", ["export OTEL_SERVICE_NAME=pay", "OTEL_SERVICE_NAME: pay"])
def test_a_file_that_sets_nothing(service: Service, line: str) -> None:
    (service.folder / "service.env").write_text(f"{line}\n")
    process = service.start(
        *("harbourline-otel", "doctor", "--env-file", "service.env"),
        **{name: "" for name in service.environment if name.startswith(("OTEL_", "HARBOURLINE_E"))},
    )
    assert "service.env sets no variable OTEL_" in process.communicate(timeout=120)[1]
    assert process.returncode == 2


def test_a_pager_that_ends(service: Service) -> None:
    command = "harbourline-otel doctor --seconds 0 | head -1; exit ${PIPESTATUS[0]}"
    process = service.start("bash", "-c", command)
    err = process.communicate(timeout=120)[1]
    assert err.startswith("harbourline: the report ends here: ") and err.count("\n") == 1, err
    assert process.returncode == 1


def test_a_service_that_is_named_by_its_resource(service: Service, doctor: Doctor) -> None:
    named = {"OTEL_SERVICE_NAME": "", "OTEL_RESOURCE_ATTRIBUTES": "service.name=pay%20in"}
    assert "harbourline: pay in in prod, spans to" in service.instrumented("", **named).stderr
    assert "ok    settings: pay in in prod" in doctor(**named)[1]


def test_a_terminal_without_the_letters(service: Service, node: Node) -> None:
    process = service.start(
        *("harbourline-otel", "doctor"),
        OTEL_EXPORTER_OTLP_ENDPOINT=node.url,
        OTEL_SERVICE_NAME="\u652f\u4ed8",
        OTEL_PROPAGATORS="none",
        PYTHONIOENCODING="ascii",
    )
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, ""), err
    assert "settings: \\u652f\\u4ed8 in prod" in out
    assert "note  OTEL_PROPAGATORS lacks tracecontext" in out


@pytest.mark.parametrize("opted", ["http,database", "http"])
def test_a_service_with_old_names_of_attributes_says_so(service: Service, opted: str) -> None:
    done = service.instrumented("", OTEL_SEMCONV_STABILITY_OPT_IN=opted)
    assert done.stderr.count("calls over the border are not seen") == (opted == "http")


@pytest.mark.parametrize("command", ["harbourline-otel", "python -m harbourline_otel"])
def test_run_is_guarded_where_it_is_started_twice(service: Service, command: str) -> None:
    """The second one finds itself instrumented, by what the first one put on the path."""
    (service.folder / "theirs").mkdir()
    (service.folder / "theirs" / "sitecustomize.py").write_text(
        "import sys\nprint('harbourline_otel.guard' in sys.modules, flush=True)\n"
    )
    process = service.start(
        *(*command.split(), "run", "true"), PYTHONPATH=str(service.folder / "theirs")
    )
    assert process.communicate(timeout=120)[0] == "True\n"


def test_run_says_that_there_is_no_such_command(service: Service) -> None:
    process = service.start("harbourline-otel", "run", "pythn", "main.py")
    assert process.communicate(timeout=120)[1].startswith("harbourline: there is no command pythn.")
    assert process.returncode == 127


@pytest.mark.parametrize("options", ["-X utf8 -m", "-I -m", "-Im"])
def test_wrong_settings_do_not_keep_it_from_running(service: Service, options: str) -> None:
    command = ["python", *options.split(), "harbourline_otel", "doctor"]
    process = service.start(*command, OTEL_EXPORTER_OTLP_ENDPOINT="")
    assert "Nothing says where the agent is." in process.communicate(timeout=120)[0]
    assert process.returncode == 1


def test_run_refuses_what_the_guard_would_refuse(service: Service, agent: Agent) -> None:
    process = service.start(
        *("harbourline-otel", "run", "python", "-c", "print('runs')"), OTEL_SERVICE_NAME=""
    )
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (78, "") and "OTEL_SERVICE_NAME is not set" in err


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("OTEL_TRACES_SAMPLER", "always_off", "OTEL_TRACES_SAMPLER leaves spans out, or all."),
        ("OTEL_SDK_DISABLED", "true", "OTEL_SDK_DISABLED is true: there are no spans."),
        ("OTEL_TRACES_EXPORTER", "none", "OTEL_TRACES_EXPORTER is none: no span is sent."),
    ],
)
def test_a_service_says_once_that_spans_are_missing(
    service: Service, name: str, value: str, said: str
) -> None:
    variables = {
        "OTEL_PYTHON_TRACER_PROVIDER": "harbourline_development",
        "HARBOURLINE_ENVIRONMENT": "dev",
        name: value,
    }
    make = "from opentelemetry import trace; trace.get_tracer('test')\nprint('runs')"
    for done in (service.instrumented(make, **variables), service.run(make, **variables)):
        assert done.stdout == "runs\n"
        assert done.stderr.count(f"harbourline: {said} Fix: ") == 1, done.stderr
