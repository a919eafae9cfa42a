"""OTLP as bytes, written by hand: protobuf's classes would be 2 MiB of every process that traces.

Messages and numbers of fields are those of https://github.com/open-telemetry/opentelemetry-proto.
What is written is what OpenTelemetry's own exporters write: the tests compare both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from struct import pack
from typing import Any

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext

from harbourline_otel.say import warn

_HAS_IS_REMOTE, _IS_REMOTE = 0x100, 0x200


def varint(number: int) -> bytes:
    """A number from 0 on, in as many bytes as it needs."""
    if number < 0x80:
        return number.to_bytes(1, "big")
    parts = bytearray()
    while number >= 0x80:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    parts.append(number)
    return bytes(parts)


def part(field: int, content: bytes) -> bytes:
    """A message, text or bytes within a message."""
    return varint(field << 3 | 2) + varint(len(content)) + content


def text(field: int, content: str | None) -> bytes:
    """Nothing, where it is empty: that is the default."""
    return part(field, content.encode()) if content else b""


def number(field: int, value: int) -> bytes:
    """Nothing, where it is 0."""
    return varint(field << 3) + varint(value) if value else b""


def fixed(field: int, value: int | None) -> bytes:
    """Eight bytes: a time or a count."""
    return varint(field << 3 | 1) + value.to_bytes(8, "little") if value else b""


def attributes(field: int, values: Mapping[str, Any] | None) -> bytes:
    """Each as a message; one that cannot be written is left out."""
    parts = []
    for key, value in (values or {}).items():
        try:
            parts.append(part(field, _pair(key, value)))
        except Exception as error:
            warn(f"an attribute cannot be encoded: {type(error).__name__}. Fix: look at {key!a}")
    return b"".join(parts)


@lru_cache(1024)
def _key(key: str) -> bytes:
    return text(1, key)


def _pair(key: str, value: object) -> bytes:
    return _key(key) + part(2, _value(value))


def _value(value: object) -> bytes:
    """An `AnyValue`: which field it has is what it says, so its default is written, too."""
    if isinstance(value, str):
        return part(1, value.encode())
    if isinstance(value, bool):
        return b"\x10\x01" if value else b"\x10\x00"
    if isinstance(value, int):
        if not -(1 << 63) <= value < 1 << 63:
            raise ValueError("more than 64 bits")
        return b"\x18" + varint(value & (1 << 64) - 1)
    if isinstance(value, float):
        return b"\x21" + pack("<d", value)
    if isinstance(value, bytes):
        return part(7, value)
    if isinstance(value, Sequence):
        return part(5, b"".join([part(1, _value(each)) for each in value]))
    if isinstance(value, Mapping):
        return part(6, b"".join([part(1, _pair(str(k), v)) for k, v in value.items()]))
    if value is None:
        return b""
    raise TypeError(type(value).__name__)


def resource(given: Resource) -> bytes:
    """Of a `ResourceSpans`: all but its spans."""
    return part(1, attributes(1, given.attributes)) + text(3, given.schema_url)


def scope(given: InstrumentationScope | None) -> bytes:
    """Of a `ScopeSpans`: all but its spans."""
    if given is None:
        return part(1, b"")
    written = text(1, given.name) + text(2, given.version)
    written += attributes(3, getattr(given, "attributes", None))
    return part(1, written) + text(3, given.schema_url)


def _flags(field: int, context: SpanContext | None) -> bytes:
    flags = _HAS_IS_REMOTE | (_IS_REMOTE if context and context.is_remote else 0)
    return varint(field << 3 | 5) + pack("<I", flags)


def span(given: ReadableSpan) -> bytes:
    """A span of a `ScopeSpans`."""
    context: Any = given.context
    parts = [
        b"\x0a\x10",
        context.trace_id.to_bytes(16, "big"),
        b"\x12\x08",
        context.span_id.to_bytes(8, "big"),
    ]
    if context.trace_state:
        parts.append(text(3, ",".join([f"{k}={v}" for k, v in context.trace_state.items()])))
    if given.parent:
        parts += (b"\x22\x08", given.parent.span_id.to_bytes(8, "big"))
    parts += (
        text(5, given.name),
        number(6, given.kind.value + 1),
        fixed(7, given.start_time),
        fixed(8, given.end_time),
        attributes(9, given.attributes),
        number(10, given.dropped_attributes),
    )
    for event in given.events or ():
        written = fixed(1, event.timestamp) + text(2, event.name)
        written += attributes(3, event.attributes)
        parts.append(part(11, written + number(4, event.dropped_attributes)))
    parts.append(number(12, given.dropped_events))
    for link in given.links or ():
        written = part(1, link.context.trace_id.to_bytes(16, "big"))
        written += part(2, link.context.span_id.to_bytes(8, "big"))
        written += attributes(4, link.attributes) + number(5, link.dropped_attributes)
        parts.append(part(13, written + _flags(6, link.context)))
    status = given.status
    parts += (
        number(14, given.dropped_links),
        part(15, text(2, status.description) + number(3, status.status_code.value)),
        _flags(16, given.parent),
    )
    return part(2, b"".join(parts))


def joined(field: int, parts: Iterable[bytes]) -> bytes:
    """Messages of a repeated field."""
    return b"".join([part(field, each) for each in parts])


def rejected(answer: bytes) -> int:
    """Spans that an `ExportTraceServiceResponse` says were not taken: its partial success."""
    try:
        part = dict(_fields(dict(_fields(answer)).get(1, b"")))
        return int(part.get(1, 0))
    except (IndexError, TypeError, ValueError):  # it is none
        return 0


def _fields(message: bytes) -> Iterable[tuple[int, Any]]:
    """Numbers, and contents of variable length, by field."""
    n = 0

    def read() -> int:
        nonlocal n
        value = shift = 0
        while shift < 70:  # at most ten bytes
            byte = message[n]
            n, value, shift = n + 1, value | (byte & 0x7F) << shift, shift + 7
            if byte < 0x80:
                return value
        raise ValueError("a number without an end")

    while n < len(message):
        tag, value = read(), read()
        if tag & 7 == 2:
            yield tag >> 3, message[n : n + value]
            n += value
        elif tag & 7 == 0:
            yield tag >> 3, value
        else:
            raise ValueError("a field of another kind")
