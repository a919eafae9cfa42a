"""For what no instrumentation does: clients written by hand, and streams of Flask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import TypeVar
from urllib.parse import urlsplit

from opentelemetry import trace
from opentelemetry.context import Context, attach, detach, get_current
from opentelemetry.propagate import inject
from opentelemetry.trace import Span, SpanKind

Part = TypeVar("Part")

_PORTS = {"http": 80, "https": 443}


@contextmanager
def client_span(method: str, url: str, headers: MutableMapping[str, str]) -> Iterator[Span]:
    """A span around a call, with its ``traceparent`` put into the headers.

    Example::

        headers = {"Content-Type": "application/json"}
        with client_span("POST", url, headers) as span:
            status = my_client.send("POST", url, headers, body)
            span.set_attribute("http.response.status_code", status)

    Args:
        method: ``GET``, ``POST`` and so on.
        url: Where the call goes. Its host says whether the call crosses the border; user, password
            and query are not recorded.
        headers: Of the request; ``traceparent`` is added.
    """
    parts = urlsplit(url)
    attributes: dict[str, str | int] = {
        "http.request.method": method,
        "server.address": parts.hostname or "",
        "url.full": f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}",
    }
    if port := parts.port or _PORTS.get(parts.scheme):
        attributes["server.port"] = port
    tracer = trace.get_tracer("harbourline_otel")
    with tracer.start_as_current_span(method, kind=SpanKind.CLIENT, attributes=attributes) as span:
        inject(headers)
        yield span


def keep_context(parts: Iterable[Part]) -> Iterator[Part]:
    """The same parts, made in the context of this call: ``Response(keep_context(generate()))``.

    WSGI servers take the parts of a streamed response after the request's context has ended.
    """
    return _within(get_current(), iter(parts))


def _within(context: Context, parts: Iterator[Part]) -> Iterator[Part]:
    while True:
        token = attach(context)
        try:
            part = next(parts)
        except StopIteration:
            return
        finally:
            detach(token)
        yield part
