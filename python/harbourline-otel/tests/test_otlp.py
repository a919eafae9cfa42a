"""What is written by hand is what OpenTelemetry's exporter writes."""

import random

import pytest
from opentelemetry.attributes import BoundedAttributes
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.trace.span import TraceState

from harbourline_otel import otlp
from harbourline_otel.agent import encode
from harbourline_otel.waiting import smaller

_numbers = (0, 1, 127, 128, 16_383, 16_384, 2**31, 2**63 - 1, -1, -128, -(2**63))
_values: tuple[object, ...] = (
    *("", "a", "é 支付 🙂", "x" * 127, "x" * 128, "x" * 20_000, b"", b"\x00\xff", True, False),
    *(0.0, -0.5, 1e300, float("inf"), (), ("a", ""), (1, -1), (True, 0.5), ((1,), ("b",))),
    *({}, {"a": {"b": (1, "c")}, 1: b"d"}, *_numbers),
)


def spans_of(seed: int) -> list[ReadableSpan]:
    """A batch in which everything is there or not, at random."""
    chance = random.Random(seed)

    def attributes() -> dict[str, object]:
        keys = ("", "k", "http.route", "键", "k" * 200)
        return {key: chance.choice(_values) for key in chance.sample(keys, chance.randrange(5))}

    def some() -> BoundedAttributes:
        return BoundedAttributes(2, attributes())  # type: ignore[arg-type]

    def context() -> SpanContext:
        state = TraceState([("vendor", "1"), ("other", "2")]) if chance.random() < 0.3 else None
        ids = chance.getrandbits(128) or 1, chance.getrandbits(64) or 1
        return SpanContext(*ids, chance.random() < 0.5, TraceFlags(1), state)

    resources = [Resource(attributes(), url) for url in ("", "https://a.b/1")]  # type: ignore[arg-type]
    scopes = [InstrumentationScope("a"), InstrumentationScope("b", "1.2"), None]
    return [
        ReadableSpan(
            name=chance.choice(("", "GET", "支付", "n" * 300)),
            context=context(),
            parent=chance.choice((None, context())),
            resource=chance.choice(resources),
            attributes=attributes(),  # type: ignore[arg-type]
            events=[
                Event(chance.choice(("", "e")), attributes(), chance.getrandbits(63))  # type: ignore[arg-type]
                for _ in range(chance.randrange(3))
            ],
            links=[Link(context(), some()) for _ in range(chance.randrange(3))],
            kind=chance.choice(list(SpanKind)),
            status=chance.choice((Status(), Status(StatusCode.OK), Status(StatusCode.ERROR, "é"))),
            start_time=chance.choice((None, 0, chance.getrandbits(63))),
            end_time=chance.getrandbits(63),
            instrumentation_scope=chance.choice(scopes),
        )
        for _ in range(chance.randrange(1, 40))
    ]


def test_every_batch_is_as_opentelemetry_encodes_it() -> None:
    for seed in range(300):
        spans = spans_of(seed)
        body, lost = encode(spans)
        assert not lost
        assert ExportTraceServiceRequest.FromString(body) == encode_spans(spans), seed


def test_what_was_dropped_is_told() -> None:
    provider = TracerProvider(span_limits=SpanLimits(1, 1, 1, 1, 1, 1), shutdown_on_exit=False)
    many = {"a": 1, "b": 2, "c": 3}
    links = [Link(SpanContext(1, 2, False), many)] * 3
    span = provider.get_tracer("t").start_span("s", attributes=many, links=links)
    for _ in range(4):
        span.add_event("e", many)
    span.end()
    assert isinstance(span, ReadableSpan)
    assert span.dropped_links
    body, _ = encode([span])
    assert ExportTraceServiceRequest.FromString(body) == encode_spans([span])


def test_an_attribute_that_cannot_be_written_is_left_out() -> None:
    half = {"half": "\ud83d", "long": 2**63, "whole": 1, "object": object(), "within": ("\ud83d",)}
    span = ReadableSpan("s", SpanContext(1, 2, False), attributes=half)  # type: ignore[arg-type]
    body, lost = encode([span])
    assert not lost
    assert ExportTraceServiceRequest.FromString(body) == encode_spans([span])


def test_a_scope_has_its_schema() -> None:
    """Which the exporters of older releases leave out."""
    scope = InstrumentationScope("a", "1", "https://a.b/1")
    span = ReadableSpan("s", SpanContext(1, 2, False), instrumentation_scope=scope)
    written = ExportTraceServiceRequest.FromString(encode([span])[0]).resource_spans[0]
    assert written.scope_spans[0].schema_url == "https://a.b/1"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\xff",
        b"\x0a\x05\x08",
        b"\x0d",
        b"<html>",
        b"\x08\x03",
        b"\x08" + b"\xff" * 10 + b"\x01",
    ],
)
def test_an_answer_that_is_none_rejects_nothing(answer: bytes) -> None:
    assert otlp.rejected(answer) == 0


def test_a_span_that_waits_is_the_same_span() -> None:
    span = TracerProvider(shutdown_on_exit=False).get_tracer("test").start_span("span")
    span.set_attribute("key", 1)
    span.end()
    assert isinstance(span, ReadableSpan)
    waits = smaller(span)
    assert type(waits) is not type(span)
    assert waits.to_json() == span.to_json()
    assert waits.get_span_context() == span.get_span_context()
