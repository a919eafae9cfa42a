"""Context across Kafka, by both clients: on the broker of librdkafka's own tests, over the wire."""

import pytest
from conftest import Agent, Service, as_dict
from opentelemetry.proto.trace.v1.trace_pb2 import Span

pytest.importorskip("confluent_kafka")
pytest.importorskip("aiokafka")

common = """
import asyncio, time
from confluent_kafka import Consumer, Producer
from opentelemetry import trace
tracer = trace.get_tracer("test")
# A cluster within this process, which listens: other clients come to it by its port.
cluster = Producer({"test.mock.num.brokers": 1})
brokers = cluster.list_topics(timeout=30).brokers.values()
broker = ",".join(f"{each.host}:{each.port}" for each in brokers)
"""
clients = {
    "confluent-kafka": """
with tracer.start_as_current_span("pay"):
    producer = Producer({"bootstrap.servers": broker})
    producer.produce("payments", b"1")
    assert producer.flush(30) == 0
consumer = Consumer(
    {"bootstrap.servers": broker, "group.id": "one", "auto.offset.reset": "earliest"}
)
consumer.subscribe(["payments"])
message, until = None, time.monotonic() + 60
while message is None and time.monotonic() < until:
    message = consumer.poll(1)
assert message.value() == b"1"
consumer.close()
""",
    "aiokafka": """
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
async def main():
    producer = AIOKafkaProducer(bootstrap_servers=broker)
    await producer.start()
    with tracer.start_as_current_span("pay"):
        await producer.send_and_wait("payments", b"1", key=b"hunter2")
    await producer.stop()
    consumer = AIOKafkaConsumer(
        "payments", bootstrap_servers=broker, group_id="one", auto_offset_reset="earliest"
    )
    await consumer.start()
    message = await asyncio.wait_for(consumer.getone(), 60)
    assert message.value == b"1"
    await consumer.stop()
asyncio.run(main())
""",
}


@pytest.mark.parametrize("client", clients)
def test_a_message_is_taken_in_the_trace_that_sent_it_or_names_it(
    service: Service, agent: Agent, client: str
) -> None:
    service.instrumented(common + clients[client], seconds=180)
    (sent,) = [span for span in agent.spans if span.kind == Span.SPAN_KIND_PRODUCER]
    (taken,) = [
        span for span in agent.spans if span.name in ("payments process", "payments receive")
    ]
    assert taken.kind == Span.SPAN_KIND_CONSUMER
    # One poll may take messages of many traces: Confluent's names each of them by a link.
    assert sent.trace_id in (taken.trace_id, *(link.trace_id for link in taken.links))
    for span in (sent, taken):
        assert as_dict(list(span.attributes))["server.address"] == "127.0.0.1"
    assert "hunter2" not in str(agent.traces)  # keys of messages are of customers
