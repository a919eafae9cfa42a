"""Context across queues, on a real broker, where the environment has the clients for it."""

import pytest
import servers
from conftest import Agent, Service

pytest.importorskip("pika")
pytest.importorskip("aio_pika")

rabbitmq = servers.shared(servers.rabbitmq)
common = """
import asyncio, pika, aio_pika
from opentelemetry import trace
tracer = trace.get_tracer("test")
def trace_id():
    return trace.get_current_span().get_span_context().trace_id
"""
clients = {
    "pika": """
channel = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", PORT)).channel()
channel.queue_declare("payments")
found = []
def take(channel, method, properties, body):
    found.append(trace_id())
    channel.stop_consuming()
channel.basic_consume("payments", take, auto_ack=True)
with tracer.start_as_current_span("pay"):
    sent = trace_id()
    channel.basic_publish("", "payments", b"1")
channel.start_consuming()
assert found == [sent]
""",
    "aio-pika": """
async def main():
    connection = await aio_pika.connect("amqp://guest:guest@127.0.0.1:PORT/")
    channel = await connection.channel()
    queue = await channel.declare_queue("settlements")
    found = asyncio.get_running_loop().create_future()
    async def take(message):
        found.set_result(trace_id())
        await message.ack()
    await queue.consume(take)
    with tracer.start_as_current_span("pay"):
        sent = trace_id()
        await channel.default_exchange.publish(aio_pika.Message(b"1"), routing_key="settlements")
    assert await asyncio.wait_for(found, 30) == sent
    await connection.close()
asyncio.run(main())
""",
}


@pytest.mark.parametrize("client", clients)
def test_a_message_is_taken_in_the_trace_that_sent_it(
    service: Service, agent: Agent, rabbitmq: int, client: str
) -> None:
    service.instrumented(common + clients[client].replace("PORT", str(rabbitmq)))
    assert len({span.trace_id for span in agent.spans}) == 1
    kinds = {span.kind for span in agent.spans}
    assert {4, 5} <= kinds  # producer and consumer
    assert sum(span.kind == 4 for span in agent.spans) == 1


def test_a_message_taken_by_a_loop_is_not_current_after_it(
    service: Service, agent: Agent, rabbitmq: int
) -> None:
    script = """
channel = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", PORT)).channel()
channel.queue_declare("refunds", auto_delete=True)
with tracer.start_as_current_span("refund"):
    sent = trace_id()
    for _ in range(2): channel.basic_publish("", "refunds", b"1")
for method, properties, body in channel.consume("refunds", auto_ack=True, inactivity_timeout=30):
    assert trace_id() == sent
    break
assert trace_id() == 0
channel.cancel()
assert trace_id() == 0
"""
    service.instrumented(common + script.replace("PORT", str(rabbitmq)))
    assert sum(span.kind == 5 for span in agent.spans) == 1


def test_routing_keys_and_queues_for_answers_are_no_names(service: Service, agent: Agent) -> None:
    script = """
from types import SimpleNamespace
from opentelemetry.instrumentation.aio_pika.span_builder import SpanBuilder
from opentelemetry.instrumentation.pika import utils
names = ("payments", "amq.gen-hunter2", "answers-5f0c1f8e-9a56-4b1e-8f7d-2b1d1a2b3c4d")
for destination in ("shop,customer.hunter2", *(f",{name}" for name in names)):
    builder = SpanBuilder(tracer)
    builder.set_as_producer()
    builder.set_destination(destination)
    builder.build().end()
for name in names:
    properties = SimpleNamespace(type=None, message_id=None, correlation_id=None)
    kind = trace.SpanKind.PRODUCER
    utils._get_span(tracer, None, properties, task_name="", destination=name, span_kind=kind).end()
"""
    service.instrumented(common + script)
    temporary = ["(temporary) send"] * 2
    names = [span.name for span in agent.spans]
    assert names == ["shop send", "payments send", *temporary, "payments send", *temporary]
    assert "hunter2" not in str(agent.traces)
