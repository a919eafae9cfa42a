"""Takes out of a span what must not leave the process. Agent, gateway and writer look again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, Span, SpanProcessor
from opentelemetry.sdk.util import BoundedList
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, Status

from harbourline_otel import texts
from harbourline_otel.keys import KNOWN_NAMESPACES, MASK, is_sensitive
from harbourline_otel.settings import Settings

_STATEMENTS = frozenset(
    {
        "db.query.text",
        "db.query.summary",
        "db.statement",
        "db.operation",
        "db.operation.name",
        "graphql.document",
        "graphql.source",
    }
)
FREE_TEXT = frozenset(
    {
        "exception.message",
        "exception.stacktrace",
        "error.message",
        "error.stack",
        "otel.status_description",
        "log.message",
        "rpc.jsonrpc.error_message",
        "rpc.grpc.error_message",
        "event.message",
        "message",
    }
)
"""Keys whose values somebody wrote for people to read, with whatever is in them."""

_SYSTEMS = ("db.system.name", "db.system")
_ADDRESSES = frozenset(
    {"url.full", "url.query", "url.path", "url.fragment", "url.original", "http.url", "http.target"}
)
_UNTOUCHED = frozenset({"service.name", "service.namespace", "service.version"})
_WHOLE = re.compile(
    r"(?:process|container)\.command_(?:args|line)$|process\.environment_variable(?:\.|$)"
    rf"|aws\.dynamodb\.item_collection_metrics$|(?:{KNOWN_NAMESPACES})\.(?:.+\.)?(?:args|kwargs"
    r"|arguments|params|parameters|variables|values|expression_attribute_values|filter|form|json"
    r"|locals|environ|scope|headers|data|notes)$"
)
"""Of known namespaces, and their values are anything: what follows ``--password``, an item, what a
function was called with."""
_FREE = re.compile(
    r"(?:error|exception|event)\."
    r"(?!(?:type|escaped|message|stacktrace|stack|code|name|id|domain|category)$)"
)
"""Of known namespaces, and no convention says what they hold: on no allow-list by themselves."""
_PARAMETER = re.compile(r"(?P<key>[^?&;=#/\s]+)=(?P<value>(?:(?:Bearer|Basic|Token) )?[^&;#\s]*)")
_SIGNS = re.compile(
    r"(?:^|[-_.])(?:sid|auth|sig|sign|signature|awsaccesskeyid|saml(?:request|response)|ticket"
    r"|assertion)$",
    re.IGNORECASE,
)
"""Parameters that let their holder in, and are no secret elsewhere."""
_CODE = re.compile(r"(?=.*\D).{8,}")
"""Of OAuth: not that of a country, or of an error."""
_STATE = re.compile(r"(?=.*\d)(?=.*[a-z])(?=.*[A-Z]).{10,}|[\da-f-]{32,}")
_USER = re.compile(
    r"((?:\w:)?//)(?:[^/\s?#]+|[^/\s?#@:\[]+:(?!\d+[/?#])[^\s@]*)@"
    r"|(^)[^/\s:@]+:[^/\s@]+@(?=[\w\[])"
)

_SIMPLE = frozenset({str, int, float, bool, type(None)})
_NUMBERS = (int, float)
_has_digits = texts.has_digits
_SMALL = 10**12
"""No number of a card, or of an identity card, is as small."""
_KNOWN_SCOPES = 256
_KNOWN_KEYS = 4096
"""Keys whose verdict is kept: a service that makes keys out of values must not fill memory."""


class Scrubber:
    """Masks the values of attribute keys that look secret, or that are not on the allow-list.

    Args:
        allowed_keys: Keys, or namespaces of keys, beside those of semantic conventions; None lets
            every key through that does not look secret. With an allow-list, free text goes, too:
            messages of exceptions, descriptions of a status, lines of code. Types and frames stay.
            ``exception.message`` on the list lets messages through, without the values that
            libraries write into them.
    """

    def __init__(self, allowed_keys: Sequence[str] | None) -> None:
        self._allowed: re.Pattern[str] | None = None
        self._free_text = allowed_keys is None or "exception.message" in allowed_keys
        if allowed_keys is not None:
            names = "|".join([KNOWN_NAMESPACES, *map(re.escape, allowed_keys)])
            self._allowed = re.compile(rf"(?:{names})(?:\.|$)")
            own = "|".join(map(re.escape, allowed_keys)) or "(?!)"
            self._own = re.compile(rf"(?:{own})(?:\.|$)")
        self._verdicts: tuple[dict[str, bool], dict[str, bool]] = ({}, {})
        """Of keys of other values, and of numbers."""
        self._known: tuple[Resource, Resource] | None = None
        """The resource that was seen last, and as it may leave: it is that of all spans."""
        self._scopes: dict[int, tuple[InstrumentationScope, InstrumentationScope]] = {}
        """The same of scopes: each instrumentation has one."""

    @classmethod
    def of(cls, settings: Settings) -> Scrubber:
        """That of a level."""
        return cls(settings.allowed_keys if settings.level == "production" else None)

    def span(self, span: ReadableSpan) -> ReadableSpan:
        """The span as it may leave: itself, where nothing is to be taken out."""
        given = span.attributes or {}
        attributes = self._attributes(given)
        events = [self._event(event) for event in span.events] if span.events else span.events
        links = [self._link(link) for link in span.links] if span.links else span.links
        status = span.status
        if status.description:
            text = status.description
            text = texts.message(text) if self._free_text else texts.kind_of(text)
            status = Status(status.status_code, text)
        name = _name(span.name, given)
        resource = self._resource(span.resource)
        scope = self._scope(span.instrumentation_scope)
        if (
            attributes is given
            and not events
            and not links
            and (status, name) == (span.status, span.name)
            and resource is span.resource
            and scope is span.instrumentation_scope
        ):
            return span
        return ReadableSpan(
            name=name,
            context=span.context,
            parent=span.parent,
            resource=resource,
            attributes=_less(attributes, span.dropped_attributes),
            events=_fewer(events, span.dropped_events),
            links=_fewer(links, span.dropped_links),
            kind=span.kind,
            status=status,
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=scope,
        )

    def _resource(self, resource: Resource) -> Resource:
        if (known := self._known) is None or known[0] is not resource:
            attributes = self._outside(resource.attributes)
            left = resource
            if attributes is not resource.attributes:
                left = Resource(dict(attributes), resource.schema_url)
            self._known = known = (resource, left)
        return known[1]

    def _scope(self, scope: InstrumentationScope | None) -> InstrumentationScope | None:
        if scope is None:
            return None
        if known := self._scopes.get(id(scope)):  # it is held: no other has its id
            return known[1]
        given = getattr(scope, "attributes", None) or {}
        told = (scope.name, scope.version, scope.schema_url)
        name, version, schema = (text and _clean(text) for text in told)
        attributes = self._outside(given)
        left = scope
        if attributes is not given or (name, version, schema) != told:
            left = InstrumentationScope(str(name), version, schema, dict(attributes))
        if len(self._scopes) < _KNOWN_SCOPES:
            self._scopes[id(scope)] = (scope, left)
        return left

    def _outside(self, attributes: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of what belongs to no single span. What a service is named is looked up by its name."""
        changed = {
            key: MASK
            if self._hides(key, type(value) in _NUMBERS)
            else value
            if key in _UNTOUCHED
            else self._inside(value)
            for key, value in attributes.items()
        }
        return changed if changed != attributes else attributes

    def _hides(self, key: str, number: bool = False) -> bool:
        known = self._verdicts[number]
        verdict = known.get(key)
        if verdict is None:
            verdict = (
                is_sensitive(key, number)
                or _WHOLE.match(key) is not None
                or (self._allowed is not None and not self._lets(key, self._allowed))
            )
            if len(known) < _KNOWN_KEYS:
                known[key] = verdict
        return verdict

    def _lets(self, key: str, allowed: re.Pattern[str]) -> bool:
        free = _FREE.match(key) and not self._own.match(key)
        return allowed.match(key) is not None and not free

    def _attributes(self, attributes: Mapping[str, Any]) -> Mapping[str, Any]:
        """The same object where nothing changes: nearly always, and it costs a look at each key."""
        changed: dict[str, Any] = {}
        for key, value in attributes.items():
            if self._hides(key, type(value) in _NUMBERS):
                changed[key] = MASK
            elif key in _STATEMENTS:
                if (text := texts.statement(str(value), _system(attributes))) != value:
                    changed[key] = text
            elif key in _ADDRESSES:
                text = _address(str(value))
                if _has_digits(text):
                    text = texts.numbers(text)
                if text != value:
                    changed[key] = text
            elif key in FREE_TEXT:
                changed[key] = self._text(key, str(value))
            elif (
                # What `_clean` looks for; nearly never there.
                "=" in value or "@" in value or ": " in value or '":' in value or _has_digits(value)
                if type(value) is str
                else type(value) not in _SIMPLE or (type(value) is int and value > _SMALL)
            ) and (inner := self._inside(value)) != value:
                changed[key] = inner
        return {**attributes, **changed} if changed else attributes

    def _text(self, key: str, text: str) -> str:
        if self._free_text:
            return texts.message(text)
        return texts.frames(text) if key == "exception.stacktrace" else MASK

    def _inside(self, value: object) -> object:
        """Maps within values have keys of their own; the allow-list is for whole attributes."""
        if isinstance(value, Mapping):
            return {
                key: MASK
                if is_sensitive(str(key), type(inner) in _NUMBERS)
                else self._inside(inner)
                for key, inner in value.items()
            }
        if isinstance(value, (list, tuple)):
            return type(value)(map(self._inside, value))
        if isinstance(value, bytes):
            text = value.decode("latin-1")
            return MASK if _clean(text) != text else value
        if type(value) is int and value > _SMALL:
            return MASK if texts.numbers(str(value)) == MASK else value
        return _clean(value) if isinstance(value, str) else value

    def _event(self, event: Event) -> Event:
        attributes = dict(self._attributes(event.attributes or {}))
        dropped = event.dropped_attributes
        return Event(_clean(event.name), _less(attributes, dropped), event.timestamp)

    def _link(self, link: Link) -> Link:
        attributes = dict(self._attributes(link.attributes or {}))
        return Link(link.context, _less(attributes, link.dropped_attributes))


def _less(attributes: Mapping[str, Any], dropped: int) -> Mapping[str, Any]:
    """With the number of those that the SDK dropped: they are told to the agent."""
    if dropped:
        attributes = BoundedAttributes(attributes=attributes)
        attributes.dropped = dropped
    return attributes


def _fewer(items: Sequence[Any], dropped: int) -> Sequence[Any]:
    """The same for events and links."""
    if dropped:
        items = BoundedList.from_seq(None, items)
        items.dropped = dropped
    return items


def _system(attributes: Mapping[str, Any]) -> str:
    return next((str(attributes[key]) for key in _SYSTEMS if key in attributes), "")


def _name(name: str, attributes: Mapping[str, Any]) -> str:
    """Of a statement without spaces, the first word has values; of a call, its address."""
    if ("'" in name or '"' in name or "$" in name) and not _STATEMENTS.isdisjoint(attributes):
        name = texts.statement(name, _system(attributes))
    return _clean(name)


def _clean(text: str, depth: int = 2) -> str:
    """Text of any kind: addresses, JSON, headers; also within each other, so many times."""
    if "=" in text or "@" in text:
        text = _address(text, depth)
    if ": " in text or '":' in text or " = " in text:
        text = texts.pairs(text)
    return texts.numbers(text) if _has_digits(text) else text


def _address(text: str, depth: int = 2) -> str:
    """A URL, or a part of one, without the values of parameters that look secret."""

    def parameter(match: re.Match[str]) -> str:
        key, value = unquote(match["key"]), match["value"]
        # An address within this one is encoded, and one within that once more.
        nested = depth and ("%" in value or '"' in value or "=" in value)
        within = nested and _clean(inner := unquote(unquote(value)), depth - 1) != inner
        code = {"code": _CODE, "state": _STATE}.get(key)
        signs = _SIGNS.search(key) or (code and code.match(value))
        said = match.string[: match.start()].endswith(" ") or value.startswith("GPIO")
        secret = is_sensitive(key) and not (said and texts.is_said(key, value))
        return f"{match['key']}={MASK}" if within or signs or secret else match[0]

    if "@" in text:
        text = _USER.sub(lambda found: f"{found[1] or ''}{MASK}@", text)
    return _PARAMETER.sub(parameter, text) if "=" in text else text


class Scrubbed(SpanProcessor):
    """A processor that gets spans as they may leave: exporters to the console, admitted ones."""

    def __init__(self, processor: SpanProcessor, settings: Settings) -> None:
        self._processor = processor
        self._scrub = Scrubber.of(settings).span

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """As the processor does."""
        self._processor.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        """Hands it over, scrubbed."""
        self._processor.on_end(self._scrub(span))

    def shutdown(self) -> None:
        """As the processor does."""
        self._processor.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """As the processor does."""
        return self._processor.force_flush(timeout_millis)


class Starts(SpanProcessor):
    """A processor that sees spans when they start, and is not asked at their end."""

    def __init__(self, processor: SpanProcessor) -> None:
        self._processor = processor

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """As the processor does."""
        self._processor.on_start(span, parent_context)

    def shutdown(self) -> None:
        """As the processor does."""
        self._processor.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """As the processor does."""
        return self._processor.force_flush(timeout_millis)
