"""A span while it waits for its batch: as few objects as can be.

Python's garbage collector runs by the number of objects that were made and are still there, in the
thread that makes the next one, and looks through all of them. The SDK's span has a dozen; thousands
wait.
"""

from __future__ import annotations

from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, TraceFlags


class Waiting(ReadableSpan):
    """A span that has ended, with its ids in place of a context."""

    __slots__ = ("_flags", "_id", "_state", "_trace")

    def __init__(self, span: ReadableSpan) -> None:
        given: Any = span  # its private fields, whatever types a release gives them
        context, attributes = given._context, given._attributes
        events, links = given._events, given._links
        self._trace, self._id = context.trace_id, context.span_id
        self._flags, self._state = int(context.trace_flags), context.trace_state
        # Where something was dropped, the SDK's own collection knows how much.
        self._attributes = attributes if attributes.dropped else attributes._dict
        self._events = events if events or events.dropped else ()
        self._links = links if links or links.dropped else ()
        self._name = given._name
        self._kind = given._kind
        self._parent = given._parent
        self._status = given._status
        self._start_time = given._start_time
        self._end_time = given._end_time
        self._resource = given._resource
        self._instrumentation_scope = given._instrumentation_scope

    @property
    def _context(self) -> SpanContext:  # type: ignore[override]
        """What `context` is: made anew each time."""
        return SpanContext(self._trace, self._id, False, TraceFlags(self._flags), self._state)


def smaller(span: ReadableSpan) -> ReadableSpan:
    """The same span; as it is, where it cannot be made smaller."""
    try:
        return Waiting(span)
    except AttributeError:
        return span
