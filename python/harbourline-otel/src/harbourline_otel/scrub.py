"""Takes out of a span what must not leave the process. Agent, gateway and writer look again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import Link, Status

_rules: dict[str, str] = json.loads(files(__package__).joinpath("rules.json").read_text("utf-8"))
"""Generated from config/redaction.ts and lib/collector: one list for all that redacts."""

MASK = _rules["mask"]

_STATEMENTS = frozenset({"db.query.text", "db.statement"})
_LITERAL = re.compile(r"'(?:[^']|'')*'|(?<![\w$:%?.])-?\d+(?:\.\d+)?\b")
"""A value in a statement: a string, or a number that is no part of a name or placeholder."""

_PARAMETERS = (
    # SQLAlchemy's errors end in the parameters of the statement; PostgreSQL's name the key's value.
    (re.compile(r"\[parameters: .*"), f"[parameters: {MASK}]"),
    (re.compile(r"(Key \(.*?\)=)\(.*\)"), rf"\1({MASK})"),
)

_SIMPLE = frozenset({str, int, float, bool, type(None)})
_KNOWN_KEYS = 4096
"""Keys whose verdict is kept: a service that makes keys out of values must not fill memory."""


class Scrubber:
    """Masks the values of attribute keys that look secret, or that are not on the allow-list.

    Args:
        allowed_keys: Keys, or namespaces of keys, beside those of semantic conventions; None lets
            every key through that does not look secret.
    """

    def __init__(self, allowed_keys: Sequence[str] | None) -> None:
        self._secret = re.compile(_rules["sensitiveKeys"], re.IGNORECASE)
        self._allowed: re.Pattern[str] | None = None
        if allowed_keys is not None:
            names = "|".join([_rules["knownNamespaces"], *map(re.escape, allowed_keys)])
            self._allowed = re.compile(rf"(?:{names})(?:\.|$)")
        self._verdicts: dict[str, bool] = {}

    def span(self, span: ReadableSpan) -> ReadableSpan:
        """The span as it may leave: itself, where nothing is to be taken out."""
        given = span.attributes or {}
        attributes = self._attributes(given)
        events = [self._event(event) for event in span.events] if span.events else span.events
        links = [self._link(link) for link in span.links] if span.links else span.links
        status = span.status
        if status.description:
            status = Status(status.status_code, _without_parameters(status.description))
        if attributes is given and not events and not links and status is span.status:
            return span
        return ReadableSpan(
            name=span.name,
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes=attributes,
            events=events,
            links=links,
            kind=span.kind,
            status=status,
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )

    def _hides(self, key: str) -> bool:
        verdict = self._verdicts.get(key)
        if verdict is None:
            verdict = self._secret.search(key) is not None or (
                self._allowed is not None and self._allowed.match(key) is None
            )
            if len(self._verdicts) < _KNOWN_KEYS:
                self._verdicts[key] = verdict
        return verdict

    def _attributes(self, attributes: Mapping[str, Any]) -> Mapping[str, Any]:
        """The same object where nothing changes: nearly always, and it costs a look at each key."""
        changed: dict[str, Any] = {}
        for key, value in attributes.items():
            if self._hides(key):
                changed[key] = MASK
            elif key in _STATEMENTS:
                if (text := _LITERAL.sub("?", str(value))) != value:
                    changed[key] = text
            elif type(value) not in _SIMPLE and (inner := self._inside(value)) is not value:
                changed[key] = inner
        return {**attributes, **changed} if changed else attributes

    def _inside(self, value: object) -> object:
        """Maps within values have keys of their own; the allow-list is for whole attributes."""
        if isinstance(value, Mapping):
            return {
                key: MASK if self._secret.search(str(key)) else self._inside(inner)
                for key, inner in value.items()
            }
        if isinstance(value, (list, tuple)) and any(type(part) not in _SIMPLE for part in value):
            return [self._inside(part) for part in value]
        return value

    def _event(self, event: Event) -> Event:
        attributes = dict(self._attributes(event.attributes or {}))
        for key in ("exception.message", "exception.stacktrace"):
            if key in attributes:
                attributes[key] = _without_parameters(str(attributes[key]))
        return Event(event.name, attributes, event.timestamp)

    def _link(self, link: Link) -> Link:
        return Link(link.context, dict(self._attributes(link.attributes or {})))


def _without_parameters(text: str) -> str:
    for pattern, replacement in _PARAMETERS:
        text = pattern.sub(replacement, text)
    return text
