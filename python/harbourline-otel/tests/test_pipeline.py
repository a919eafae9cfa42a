"""Queue, batches, counts, fork and end, against an agent that is there or not."""

import os
import signal
import socket
import sys
import threading
import time
from types import ModuleType

import pytest
from conftest import Agent, Service, answers, as_dict, free_port, wait_until
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider

from harbourline_otel.agent import encode
from harbourline_otel.pipeline import Pipeline
from harbourline_otel.running import Running
from harbourline_otel.scrub import Scrubber
from harbourline_otel.settings import Settings


def provider_of(agent: Agent, **changes: int) -> tuple[TracerProvider, Pipeline]:
    """A provider without the guard, with a pipeline to the agent."""
    settings = Settings("production", "prod", port=agent.port, **changes)  # type: ignore[arg-type]
    resource = Resource({"service.name": "payment", "deployment.environment.name": "prod"})
    pipeline = Pipeline(settings, resource)
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(pipeline)
    return provider, pipeline


def end_spans(provider: TracerProvider, count: int) -> None:
    tracer = provider.get_tracer("test")
    for n in range(count):
        tracer.start_span(f"span {n}").end()


def test_spans_arrive_once_in_small_batches(agent: Agent) -> None:
    provider, _ = provider_of(agent, queue=4096)
    end_spans(provider, 1000)
    assert provider.force_flush()
    provider.shutdown()
    assert sorted(span.name for span in agent.spans) == sorted(f"span {n}" for n in range(1000))
    sizes = [
        sum(len(scope.spans) for r in request.resource_spans for scope in r.scope_spans)
        for request in agent.traces
    ]
    assert max(sizes) <= 128


def test_a_span_that_cannot_be_encoded_is_counted_and_hurts_nobody(agent: Agent) -> None:
    provider, _ = provider_of(agent)
    tracer = provider.get_tracer("test")
    tracer.start_span("half a character \ud83d").end()
    tracer.start_span("whole").end()
    provider.shutdown()
    assert [span.name for span in agent.spans] == ["whole"]
    exported = "otel.sdk.exporter.span.exported"
    assert agent.total(exported, error_type="UnicodeEncodeError") == agent.total(exported) == 1


def test_an_encoded_batch_is_one_request() -> None:
    spans: list[ReadableSpan] = []

    class Keep(Pipeline):
        def on_end(self, span: ReadableSpan) -> None:
            spans.append(span)

    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(Keep(Settings("production", "prod"), Resource({})))
    end_spans(provider, 40)
    request = ExportTraceServiceRequest.FromString(encode(spans)[0])
    names = [s.name for r in request.resource_spans for scope in r.scope_spans for s in scope.spans]
    assert names == [f"span {n}" for n in range(40)]


def test_a_flush_waits_no_longer_than_the_end_of_the_process(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenTelemetry's default is half a minute, for every task that flushes at its end."""
    provider, pipeline = provider_of(agent)
    end_spans(provider, 1)
    allowed: list[float] = []
    with monkeypatch.context() as patch:
        patch.setattr(Running, "flush", lambda _, seconds: bool(allowed.append(seconds)))
        provider.force_flush()
        pipeline.force_flush()
        pipeline.force_flush(timeout_millis=50)
    assert max(allowed) == allowed[1] == 5.0 and allowed[2] == 0.05
    provider.shutdown()


def test_an_agent_that_is_away_costs_a_bounded_queue_and_is_counted(agent: Agent) -> None:
    agent.stop()
    provider, pipeline = provider_of(agent, queue=256)
    end_spans(provider, 10_000)
    counts = pipeline.counts
    assert counts
    assert counts.queued <= 256
    assert counts.dropped == counts.ended - counts.taken - counts.queued >= 10_000 - 256 - 128
    assert not provider.force_flush(timeout_millis=50)

    # It comes back: what waited arrives, and the loss is reported.
    agent.start()
    assert provider.force_flush()
    provider.shutdown()
    arrived = len(agent.spans)
    assert arrived == 10_000 - counts.dropped
    processed = "otel.sdk.processor.span.processed"
    assert agent.total(processed, error_type="queue_full") == counts.dropped
    assert agent.total(processed) == agent.total("otel.sdk.exporter.span.exported") == arrived
    failures = [p for p in agent.points("otel.sdk.exporter.operation.duration") if p.attributes]
    assert {as_dict(list(p.attributes))["error.type"] for p in failures} == {
        "ConnectionRefusedError"
    }


def test_a_socket_that_fails_otherwise_is_an_agent_that_is_away(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where tests of a service forbid sockets: the spans wait."""
    from harbourline_otel.agent import Agent as Way
    from harbourline_otel.agent import AgentAway

    def forbidden(*_: object) -> None:
        raise RuntimeError("no network")

    monkeypatch.setattr("harbourline_otel.native.original", lambda *_: forbidden)
    settings = Settings("production", "test", port=agent.port)
    with pytest.raises(AgentAway, match="RuntimeError"):
        Way(settings).post("/v1/traces", b"")


@pytest.mark.parametrize(("status", "arrives"), [(503, True), (429, True), (400, False)])
def test_an_agent_that_refuses_is_asked_again_where_that_helps(
    agent: Agent, status: int, arrives: bool
) -> None:
    agent.status = status
    provider, pipeline = provider_of(agent)
    end_spans(provider, 3)
    flush = threading.Thread(target=provider.force_flush)
    flush.start()
    wait_until(lambda: "/v1/traces" in agent.requests, "a request at the agent")
    counts = pipeline.counts
    assert counts
    wait_until(lambda: arrives or counts.exported == {"400": 3} or counts.exported, "the refusal")
    agent.status = 200
    flush.join()
    provider.shutdown()
    assert len(agent.spans) == (3 if arrives else 0)
    exported = agent.total("otel.sdk.exporter.span.exported")
    lost = agent.total("otel.sdk.exporter.span.exported", error_type="400")
    assert (exported, lost) == ((3, 0) if arrives else (0, 3))


@pytest.mark.parametrize("said", [3, 99])
def test_spans_that_an_agent_rejects_of_a_batch_are_counted(agent: Agent, said: int) -> None:
    partial = ExportTracePartialSuccess(rejected_spans=said, error_message="too old")
    agent.answer = ExportTraceServiceResponse(partial_success=partial).SerializeToString()
    provider, _ = provider_of(agent)
    end_spans(provider, 5)
    provider.shutdown()
    exported = "otel.sdk.exporter.span.exported"
    rejected = agent.total(exported, error_type="rejected")
    assert (agent.total(exported), rejected) == ((2, 3) if said == 3 else (0, 5))


def test_of_an_answer_without_an_end_little_is_read(agent: Agent) -> None:
    """Else a server that is no agent fills the memory of the service."""
    from harbourline_otel.agent import Agent as Way

    way = Way(Settings("production", "test", port=agent.port))
    agent.answer = bytes(1 << 20)
    for _ in range(2):
        assert len(way.post("/v1/traces", b"")[1]) == 1 << 16
    agent.answer = b""
    assert way.post("/v1/traces", b"")[1] == b""
    way.close()


def test_a_deadline_comes_also_where_the_clock_is_held_still(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in tests of a service."""
    provider, pipeline = provider_of(agent)
    end_spans(provider, 1)
    assert pipeline._running
    exporter = pipeline._running.exporter
    sleep = time.sleep
    with monkeypatch.context() as held:
        held.setattr(time, "monotonic", lambda: 5.0)
        exporter.stop_within(0.01)
        for _ in range(500):
            if exporter.is_late:
                break
            sleep(0.01)
        assert exporter.is_late
    exporter.stop_within(5)
    provider.shutdown()


def test_a_fork_does_not_wait_for_an_agent_that_has_not_answered_before(agent: Agent) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = Settings("production", "prod", port=silent.getsockname()[1], delay_ms=1)
        running = Running(settings, Resource({}), Scrubber.of(settings))
        span = TracerProvider(shutdown_on_exit=False).get_tracer("test").start_span("span")
        span.end()
        running.put(span)  # type: ignore[arg-type]
        connection, _ = silent.accept()
        with connection.makefile("rb") as request:
            while request.readline() != b"\r\n":  # of its head
                pass
            request.read(1)  # the whole is sent: it waits for an answer now
        running.exporter._warner.failed("TimeoutError", True)
        running.pause(60)
        assert running._thread is None and running.exporter.keeps
        assert set(running.counts.seconds) == {"RemoteDisconnected"}
        running.exporter.stop_within(0)
        running.exporter.abandon()
        connection.close()


def test_a_fork_that_a_handler_prevents_holds_nothing_back(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent.status = 503
    provider, pipeline = provider_of(agent, delay_ms=1)
    end_spans(provider, 1)
    running = pipeline._running
    assert running
    wait_until(lambda: running.exporter.keeps, "the agent to refuse the batch")
    pause = running.pause

    def interrupted(seconds: float) -> None:
        pause(seconds)
        raise TimeoutError

    monkeypatch.setattr(running, "pause", interrupted)
    with pytest.raises(TimeoutError):
        os.fork()
    agent.status = 200
    wait_until(lambda: len(agent.spans) == 1, "the batch to come again")
    provider.shutdown()


def test_children_do_not_wait_in_vain_one_after_the_other(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As they end by ``os._exit``: else each of them takes a second longer."""
    from harbourline_otel import pipeline

    allowed: list[float] = []
    left: set[Pipeline] = set()
    finish = Pipeline.finish

    def finished(self: Pipeline, seconds: float) -> None:
        allowed.append(seconds)
        finish(self, seconds)

    monkeypatch.setattr(pipeline, "_pipelines", left)
    monkeypatch.setattr(Pipeline, "finish", finished)
    for status in (200, 503, 200, 200):
        agent.status = status
        provider, one = provider_of(agent)
        end_spans(provider, 1)
        assert left == {one}
        pipeline.leave_all(1.0)
        left.clear()
    assert min(allowed[:2]) > 0.5 and max(allowed[2:]) < 0.5
    assert len(agent.spans) == 3


def test_metrics_that_the_agent_did_not_take_come_later(agent: Agent) -> None:
    agent.stop()
    provider, pipeline = provider_of(agent)
    end_spans(provider, 5)
    running = pipeline._running
    assert running
    running.exporter.report()
    agent.start()
    provider.force_flush()
    running.exporter.report()
    end_spans(provider, 2)
    provider.shutdown()
    assert agent.total("otel.sdk.exporter.span.exported") == 7
    assert len(agent.metrics) == 2


def test_a_report_goes_along_once_a_minute(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harbourline_otel.observe._INTERVAL", 0.0)
    provider, _ = provider_of(agent, queue=1024)
    end_spans(provider, 300)
    provider.force_flush()
    assert len(agent.metrics) == agent.requests.count("/v1/traces") > 1
    provider.shutdown()
    assert agent.total("otel.sdk.exporter.span.exported") == 300


def test_every_figure_is_reported(agent: Agent) -> None:
    import gc

    provider, _ = provider_of(agent)
    end_spans(provider, 5)
    gc.collect()
    provider.shutdown()
    assert agent.total("cpython.gc.collections") >= 1
    (seconds,) = agent.points("harbourline.gc.pause.time")
    (longest,) = agent.points("harbourline.gc.pause.longest")
    assert 0 < longest.as_double <= seconds.as_double
    assert [p.as_int for p in agent.points("otel.sdk.processor.span.queue.size")] == [0]
    (duration,) = agent.points("otel.sdk.exporter.operation.duration")
    assert duration.count >= 1 and duration.scale is not None  # type: ignore[attr-defined]
    resource = as_dict(list(agent.metrics[0].resource_metrics[0].resource.attributes))
    assert resource.pop("service.instance.id")
    assert resource == {"service.name": "payment", "deployment.environment.name": "prod"}


def test_the_end_of_a_service_does_not_wait_long_for_an_agent(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harbourline_otel.pipeline.GRACE", 0.3)
    agent.stop()
    provider, pipeline = provider_of(agent)
    end_spans(provider, 1000)
    ended = threading.Thread(target=provider.shutdown, daemon=True)
    ended.start()
    ended.join(15)
    assert not ended.is_alive()
    counts = pipeline.counts
    assert counts
    page = counts._page
    wait_until(lambda: page._file is None or f"{counts.exported}", "the thread to give up")
    assert counts.exported.total() == 1000
    assert set(counts.exported) <= {"ConnectionRefusedError", "process_ended"}

    # It could not be reported, or not all: the next process of the service does it.
    agent.start()
    monkeypatch.setattr("harbourline_otel.pipeline.GRACE", 60)
    provider, _ = provider_of(agent)
    end_spans(provider, 1)
    provider.shutdown()
    exported = agent.points("otel.sdk.exporter.span.exported")
    assert sum(point.as_int for point in exported if point.attributes) == 1000
    assert agent.total("otel.sdk.exporter.span.exported") == 1


def test_a_forked_child_has_its_own_spans_and_none_of_its_parent(
    service: Service, agent: Agent
) -> None:
    script = """
import os, threading
from opentelemetry import trace
tracer = trace.get_tracer("test")
tracer.start_span("parent before").end()
pid = os.fork()
if pid == 0:
    tracer.start_span("child").end()
    trace.get_tracer_provider().shutdown()
    os._exit(0)
os.waitpid(pid, 0)
tracer.start_span("parent after").end()
"""
    done = service.run(script, OTEL_BSP_SCHEDULE_DELAY="60000")
    assert done.returncode == 0, done.stderr
    assert sorted(s.name for s in agent.spans) == ["child", "parent after", "parent before"]
    ids = [span.trace_id for span in agent.spans]
    assert len(set(ids)) == 3
    assert agent.total("otel.sdk.exporter.span.exported") == 3
    instances = {
        as_dict(list(r.resource.attributes))["service.instance.id"]
        for request in agent.metrics
        for r in request.resource_metrics
    }
    assert len(instances) == 2


def test_a_fork_while_another_thread_ends_spans_does_not_hang(
    service: Service, agent: Agent
) -> None:
    script = """
import os, threading
from opentelemetry import trace
tracer = trace.get_tracer("test")
stop = threading.Event()
def work():
    while not stop.is_set():
        tracer.start_span("busy").end()
threads = [threading.Thread(target=work) for _ in range(4)]
for t in threads: t.start()
for _ in range(10):
    pid = os.fork()
    if pid == 0:
        tracer.start_span("child").end()
        trace.get_tracer_provider().shutdown()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
stop.set()
for t in threads: t.join()
"""
    done = service.run(script)
    assert done.returncode == 0, done.stderr
    assert sum(span.name == "child" for span in agent.spans) == 10


app = """
async def app(scope, receive, send):
    from opentelemetry import trace
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    trace.get_tracer("test").start_span("request").end()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})

def wsgi(environ, start_response):
    import os
    from opentelemetry import trace
    trace.get_tracer("test").start_span(f"request {os.getpid()}").end()
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""
# It ends workers that do not answer for five seconds, also while they import.
patient = ["--timeout-worker-healthcheck", "60"]
servers = {
    "uvicorn": ["uvicorn", "served:app", "--port", "{port}"],
    "uvicorn workers": ["uvicorn", "served:app", "--port", "{port}", "--workers", "2", *patient],
    "gunicorn": ["gunicorn", "served:wsgi", "-b", "127.0.0.1:{port}", "-w", "2"],
    "gunicorn preload": ["gunicorn", "served:wsgi", "-b", "127.0.0.1:{port}", "--preload"],
}


@pytest.mark.parametrize("name", servers)
def test_servers_hand_over_their_last_spans(service: Service, agent: Agent, name: str) -> None:
    (service.folder / "served.py").write_text(app)
    port = free_port()
    command = [part.format(port=port) for part in servers[name]]
    process = service.start(
        "opentelemetry-instrument",
        *command,
        OTEL_BSP_SCHEDULE_DELAY="60000",
        PYTHONPATH=str(service.folder),
    )
    wait_until(lambda: answers(process, port), f"{name} to answer")
    for _ in range(9):
        assert answers(process, port)
    time.sleep(0)
    assert not agent.spans
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert len(agent.spans) == 10, err
    assert agent.total("otel.sdk.exporter.span.exported") == 10


def test_a_stand_in_for_uwsgi_harms_no_span(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    """As tests of services have it."""
    monkeypatch.setitem(sys.modules, "uwsgi", ModuleType("uwsgi"))
    provider, _ = provider_of(agent)
    end_spans(provider, 1)
    provider.shutdown()
    assert len(agent.spans) == 1


def test_what_waits_is_few_objects_for_the_garbage_collector(
    service: Service, agent: Agent
) -> None:
    script = """
import gc
from opentelemetry import trace
tracer = trace.get_tracer("test")
attributes = {f"http.key{n}": n for n in range(8)}
def make():
    for _ in range(100):
        tracer.start_span("span", attributes=attributes).end()
make()
gc.collect()
gc.disable()
before = gc.get_count()[0]
make()
print((gc.get_count()[0] - before) / 100)
"""
    done = service.run(script, OTEL_BSP_SCHEDULE_DELAY="60000")
    assert float(done.stdout) < 4, done.stderr  # the SDK's own: 12
    assert len(agent.spans) == 200


def test_what_the_sdk_dropped_of_a_span_is_told(service: Service, agent: Agent) -> None:
    script = """
from opentelemetry import trace
from opentelemetry.trace import Link
other = trace.SpanContext(1, 2, False)
span = trace.get_tracer("test").start_span("span", links=[Link(other), Link(other)])
for n in range(3):
    span.set_attribute(f"http.key{n}", n)
    span.add_event("event", {"http.key": n, "http.other": n})
span.end()
"""
    limits = {f"OTEL_SPAN_{what}_COUNT_LIMIT": "1" for what in ("ATTRIBUTE", "EVENT", "LINK")}
    limits["OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT"] = "1"
    assert service.run(script, **limits).returncode == 0
    (span,) = agent.spans
    assert len(span.attributes) == len(span.events) == len(span.links) == 1
    dropped = span.dropped_attributes_count, span.dropped_events_count, span.dropped_links_count
    assert dropped == (2, 2, 1)
    assert span.events[0].dropped_attributes_count == 1
