"""Corrects what OpenTelemetry's instrumentations say wrongly, say twice, or keep beyond its end."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import wraps

from harbourline_otel.hooks import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import ModuleType
    from typing import Any

    _Wrapped = Callable[..., Any]
    _Arguments = tuple[Any, ...]
    _Options = dict[str, Any]

_TRACED = "harbourline.traced"
"""In a request that has its span: what else would make one lets it be."""


def _name_mounts(module: ModuleType) -> None:
    """A route below a mount or a host is named whole, as `/shop/pay/{number}`."""
    from starlette.routing import Host, Mount

    def details(wrapped: _Wrapped, _: object, args: _Arguments, kwargs: _Options) -> Any:
        (scope,) = args
        try:
            route = wrapped(scope)
        except AttributeError:  # older releases: a host has no path
            route = None
        for each in scope["app"].routes:
            if not isinstance(each, (Mount, Host)):
                if route is not None and getattr(each, "path", None) == route:
                    return route
                continue
            match, below = each.matches(scope)
            if match.name == "FULL":
                # FastAPI's knows the routes of both.
                fastapi = sys.modules.get("opentelemetry.instrumentation.fastapi", module)
                inner = {**scope, **below, "app": each}
                rest = fastapi._get_route_details(inner) if each.routes else None
                return (getattr(each, "path", "") + (rest or "")) or None
        return route or included(scope)

    def included(scope: Any) -> str | None:
        """Older releases do not find what FastAPI keeps in routers within routers."""
        flatten = getattr(sys.modules.get("fastapi.routing"), "iter_route_contexts", None)
        if flatten is None or hasattr(module, "_flatten_routes"):
            return None
        found = (each for each in flatten(scope["app"].routes) if each.matches(scope)[0].value)
        return getattr(next(found, None), "path", None)

    def current(wrapped: _Wrapped, _: object, args: _Arguments, kwargs: _Options) -> Any:
        """Of the request, for what it raised; none where ASGI's middleware will record that."""
        from opentelemetry.trace import INVALID_SPAN

        span = wrapped(*args, **kwargs)
        known = getattr(span, "attributes", None) or {}
        began = "http.response.status_code" in known or "http.status_code" in known
        http = "http.request.method" in known or "http.method" in known
        return INVALID_SPAN if began or not http else span

    wrap(module, "_get_route_details", details)
    if hasattr(module, "get_current_span"):  # FastAPI's, since it records errors itself
        wrap(module, "get_current_span", current)


def _see_teardowns(module: ModuleType) -> None:
    """Flask: what is raised when a request is torn down is answered with 500, not with 200."""

    def rewrapped(wrapped: _Wrapped, _: object, args: _Arguments, kwargs: _Options) -> Any:
        def answer(environ: Any, start_response: Any) -> Any:
            try:
                return args[0](environ, start_response)
            except Exception as error:
                span = environ.get(key)
                if span is not None and span.is_recording():
                    span.set_attribute("http.response.status_code", 500)
                    span.set_attribute("error.type", type(error).__qualname__)
                    environ[ended].__exit__(type(error), error, error.__traceback__)
                    if token := environ.pop(attached, None):
                        context.detach(token)
                raise

        return wrapped(answer, *args[1:], **kwargs)

    from opentelemetry import context

    key, ended, attached = (
        module._ENVIRON_SPAN_KEY,
        module._ENVIRON_ACTIVATION_KEY,
        module._ENVIRON_TOKEN,
    )
    wrap(module, "_rewrapped_app", rewrapped)


def _name_by_method(module: ModuleType) -> None:
    """Without a route the path is no name: it has numbers of customers in it."""

    def wsgi(wrapped: _Wrapped, _: object, args: _Arguments, kwargs: _Options) -> str:
        return str(wrapped(*args, **kwargs)).partition(" ")[0]

    def asgi(wrapped: _Wrapped, _: object, args: _Arguments, kwargs: _Options) -> Any:
        name, attributes = wrapped(*args, **kwargs)
        return "HTTP" if name.startswith("/") else name.partition(" ")[0], attributes

    def host(wrapped: _Wrapped, _: object, args: _Arguments, kwargs: _Options) -> Any:
        found = wrapped(*args, **kwargs)
        if name := found.get("server.address"):
            found["server.address"] = _without_port(name, found.get("server.port"))
        return found

    wrap(module, "collect_request_attributes", host)
    if hasattr(module, "get_default_span_name"):
        wrap(module, "get_default_span_name", wsgi)
    else:
        wrap(module, "get_default_span_details", asgi)


def _without_port(name: str, port: object) -> str:
    """A host as a peer: `example:8000`, `[::1]:8000`, and `::1:8000` where the port is 8000."""
    host, mark, end = name.rpartition(":")
    if mark and end.isdecimal() and (":" not in host or host[-1] == "]" or end == str(port)):
        name = host
    return name.strip("[]")


def _trace_once(module: ModuleType) -> None:
    """An application of FastAPI within another one makes no second span of the request."""
    middleware = module.OpenTelemetryMiddleware
    wrapped = middleware.__call__

    @wraps(wrapped)
    async def call(self: Any, scope: Any, receive: Any, send: Any) -> None:
        """Servers ask whether it is a coroutine's function: what is none is ASGI 2 to them."""
        if _TRACED in scope:
            return await self.app(scope, receive, send)  # type: ignore[no-any-return]
        if "app" in scope:  # what knows its routes
            scope[_TRACED] = True
        return await wrapped(self, scope, receive, send)  # type: ignore[no-any-return]

    _name_by_method(module)
    middleware.__call__ = call


def _name_callers(module: ModuleType) -> None:
    """aiohttp: one span for a request that an application within another serves, with its peer."""
    from aiohttp import web

    def once(traced: Any) -> Any:
        @web.middleware
        async def middleware(request: web.Request, handler: Any) -> web.StreamResponse:
            if _TRACED in request:
                return await handler(request)  # type: ignore[no-any-return]
            request[_TRACED] = True
            return await traced(request, handler)  # type: ignore[no-any-return]

        return middleware

    def attributes(wrapped: _Wrapped, _: object, args: _Arguments, kwargs: _Options) -> Any:
        found = wrapped(*args, **kwargs)
        if caller := args[0].remote:
            found["client.address"] = caller
        return found

    def by_route(_: _Wrapped, __: object, args: _Arguments, kwargs: _Options) -> Any:
        """Older releases take the path for a name."""
        resource = args[0].match_info.route.resource
        return f"{args[0].method} {resource.canonical if resource else ''}".rstrip(), {}

    _ = module.middleware
    if hasattr(module, "get_default_span_details"):
        wrap(module, "get_default_span_details", by_route)
    wrap(module, "collect_request_attributes", attributes)
    module.middleware = once(module.middleware)  # type: ignore[attr-defined]
    if hasattr(module, "create_aiohttp_middleware"):
        wrap(module, "create_aiohttp_middleware", lambda made, _, a, k: once(made(*a, **k)))


class _Once:
    """A meter that makes each instrument once."""

    def __init__(self, meter: Any) -> None:
        self._meter = meter
        self._made: dict[str, Any] = {}

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._meter, attribute)

    def create_histogram(self, name: str, **options: Any) -> Any:
        """As the meter does."""
        if name not in self._made:
            self._made[name] = self._meter.create_histogram(name, **options)
        return self._made[name]


def _measure_once(module: ModuleType) -> None:
    """A session of aiohttp or a connection of a database leaves no meter that is kept for ever."""
    meters: dict[Any, _Once] = {}

    def get(wrapped: _Wrapped, _: object, args: _Arguments, kwargs: _Options) -> Any:
        key = args, tuple(kwargs.items())
        if key not in meters:
            meters[key] = _Once(wrapped(*args, **kwargs))
        return meters[key]

    if hasattr(module, "get_meter"):  # older releases measure nothing
        wrap(module, "get_meter", get)


def _keep_answers(module: ModuleType) -> None:
    """Django: exceptions that are answered with 404, 403 or 400 are no errors of the server."""

    def note(wrapped: _Wrapped, _: object, args: _Arguments, kwargs: _Options) -> Any:
        from django.core import exceptions  # type: ignore[import-not-found]
        from django.http import Http404  # type: ignore[import-not-found]
        from django.http.multipartparser import (  # type: ignore[import-not-found]
            MultiPartParserError,
        )

        bad = getattr(exceptions, "BadRequest", MultiPartParserError)  # of Django 3.2 and later
        answers = (Http404, exceptions.PermissionDenied, exceptions.SuspiciousOperation, bad)
        if not isinstance(args[1], (*answers, MultiPartParserError)):
            wrapped(*args, **kwargs)

    wrap(module, "_DjangoMiddleware.process_exception", note)


def _read_bytes(module: ModuleType) -> None:
    """A statement in bytes, as of psycopg2's `execute_values`, is one all the same."""

    def read(wrapped: _Wrapped, _: object, args: _Arguments, kwargs: _Options) -> Any:
        cursor, given = args
        if given and isinstance(given[0], bytes):
            given = (given[0].decode("utf-8", "replace"), *given[1:])
        return wrapped(cursor, given, **kwargs)

    _ = module.CursorTracer.get_statement
    wrap(module, "CursorTracer.get_operation_name", read)
    wrap(module, "CursorTracer.get_statement", read)


def _spare_rows(module: ModuleType) -> None:
    """asyncpg: a span for each journey to the server, not for each row."""

    def execute(wrapped: _Wrapped, _: object, args: _Arguments, kwargs: _Options) -> Any:
        function, cursor, given, options = args
        if getattr(cursor, "_buffer", None):
            return function(*given, **options)
        return wrapped(*args, **kwargs)

    wrap(module, "AsyncPGInstrumentor._do_cursor_execute", execute)


def _name_commands(module: ModuleType) -> None:
    """Redis: the name of a pipeline has each command once, not as often as it is in it.

    And what a worker of Celery does between its tasks, many times a second, makes no traces.
    """
    from opentelemetry.trace import get_current_span

    def traced(wrapped: _Wrapped, _: object, args: _Arguments, kwargs: _Options) -> Any:
        trace = wrapped(*args, **kwargs)

        def command(func: Any, instance: Any, args: _Arguments, kwargs: _Options) -> Any:
            if "celery.apps.worker" in sys.modules and not get_current_span().is_recording():
                return func(*args, **kwargs)
            return trace(func, instance, args, kwargs)

        return command

    def describe(wrapped: _Wrapped, _: object, args: _Arguments, kwargs: _Options) -> Any:
        *parts, name = wrapped(*args, **kwargs)
        return *parts, " ".join(dict.fromkeys(name.split(" ")))

    wrap(module, "_build_span_meta_data_for_pipeline", describe)
    for factory in ("_traced_execute_factory", "_traced_execute_pipeline_factory"):
        if hasattr(module, factory):  # older releases have none
            wrap(module, factory, traced)


def _admit_sqlalchemy(module: ModuleType) -> None:
    """SQLAlchemy 2.1 has all that the instrumentation uses, which knows 2.0 alone."""

    def conflicts(wrapped: _Wrapped, _: object, args: _Arguments, kwargs: _Options) -> Any:
        found = wrapped(*args, **kwargs)
        known = str(getattr(found, "found", None)).lower().startswith("sqlalchemy 2.1.")
        return None if known else found

    wrap(module, "get_dependency_conflicts", conflicts)


def _trace_statements_once(module: ModuleType) -> None:
    """SQLAlchemy: a statement that has its span makes none of the driver's."""
    from opentelemetry.instrumentation.utils import suppress_instrumentation
    from sqlalchemy.engine import default

    def execute(wrapped: _Wrapped, _: object, args: _Arguments, kwargs: _Options) -> Any:
        if getattr(args[-1] if args else None, "_otel_span", None) is None:
            return wrapped(*args, **kwargs)
        with suppress_instrumentation():
            return wrapped(*args, **kwargs)

    _ = module._after_cur_exec
    for name in ("do_execute", "do_execute_no_params", "do_executemany"):
        wrap(default, f"DefaultDialect.{name}", execute)


class _Brokers:
    """In the place of `json`: the first broker's address alone, without quotes and brackets."""

    @staticmethod
    def dumps(servers: str | Sequence[str]) -> str:
        first = servers if isinstance(servers, str) else next(iter(servers), "")
        host, _, port = first.partition(",")[0].strip().rpartition(":")
        return (host if port.isdecimal() and host else first).strip("[]")


def _name_brokers(module: ModuleType) -> None:
    """aiokafka: the broker as a peer, and no keys of messages: they are of customers."""

    def enrich(wrapped: _Wrapped, _: object, args: _Arguments, kwargs: _Options) -> None:
        wrapped(*args, **{**kwargs, "key": None})

    _ = module.json
    wrap(module, "_enrich_base_span", enrich)
    module.json = _Brokers  # type: ignore[attr-defined]


def _publish_once(module: ModuleType) -> None:
    """pika: the channel within a blocking one makes no second span, and no message stays current.

    What comes after `for … in channel.consume()` is not of its last message.
    """
    from opentelemetry import context
    from pika.adapters import blocking_connection  # type: ignore[import-not-found]

    def decorate(wrapped: _Wrapped, _: object, args: _Arguments, kwargs: _Options) -> Any:
        inner = getattr(args[1], "_impl", None)
        publish = getattr(getattr(inner, "basic_publish", None), "_original_function", None)
        if inner is not None and publish is not None:
            inner.basic_publish = publish
        return wrapped(*args, **kwargs)

    def consume(wrapped: _Wrapped, channel: Any, args: _Arguments, kwargs: _Options) -> Any:
        messages = wrapped(*args, **kwargs)
        waiting: Any = None
        try:
            for message in messages:
                waiting = getattr(channel._queue_consumer_generator, "pending_events", waiting)
                yield message
        finally:
            token = getattr(waiting, "_self_active_token", None)
            if token is not None:
                waiting._self_active_token = None
                context.detach(token)

    def cancel(wrapped: _Wrapped, channel: Any, args: _Arguments, kwargs: _Options) -> Any:
        info = channel._queue_consumer_generator
        if info is not None:  # it goes through messages that nobody takes
            info.pending_events = getattr(info.pending_events, "__wrapped__", info.pending_events)
        return wrapped(*args, **kwargs)

    _ = module._decorate_basic_publish, blocking_connection.BlockingChannel.cancel
    wrap(blocking_connection, "BlockingChannel.consume", consume)
    wrap(blocking_connection, "BlockingChannel.cancel", cancel)
    wrap(module, "_decorate_basic_publish", decorate)


class _Served:
    """A tracer of gRPC's servers: what a method raises is an error, and recorded once."""

    def __init__(self, tracer: Any) -> None:
        self._tracer = tracer

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._tracer, attribute)

    @contextmanager
    def start_as_current_span(self, name: str, **options: Any) -> Iterator[Any]:
        """As the tracer does."""
        from opentelemetry.trace import Status, StatusCode

        key = "rpc.grpc.status_code"
        options["record_exception"] = False
        with self._tracer.start_as_current_span(name, **options) as span:
            try:
                yield span
            except Exception as error:
                # gRPC answers UNKNOWN, unless the method said otherwise, as `abort` does.
                if (getattr(span, "attributes", None) or {}).get(key) == 0:
                    span.set_attribute(key, 2)
                    span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                    if type(error) is Exception:  # the interceptor records all others
                        span.record_exception(error)
                raise


def _see_errors(module: ModuleType) -> None:
    def interceptor(wrapped: _Wrapped, _: object, args: _Arguments, kwargs: _Options) -> Any:
        made = wrapped(*args, **kwargs)
        made._tracer = _Served(made._tracer)
        return made

    _ = module.aio_server_interceptor
    wrap(module, "server_interceptor", interceptor)
    wrap(module, "aio_server_interceptor", interceptor)


def _keep_calls(module: ModuleType) -> None:
    """gRPC: a stream of answers is the call itself: it begins at once, and can be cancelled.

    OpenTelemetry's generator has nothing of a call, and leaves its span current in the caller.
    """

    def stream(_: _Wrapped, interceptor: Any, args: _Arguments, kwargs: _Options) -> Any:
        return interceptor._intercept(*args, **kwargs)

    _ = module.OpenTelemetryClientInterceptor._intercept
    wrap(module, "OpenTelemetryClientInterceptor._intercept_server_stream", stream)


def _end_calls(module: ModuleType) -> None:
    """With asyncio, a call of gRPC that is cancelled has an end, too."""

    async def ended(wrapped: _Wrapped, _: object, args: _Arguments, kwargs: _Options) -> Any:
        try:
            return await wrapped(*args, **kwargs)
        except BaseException as error:
            from opentelemetry.trace import Status, StatusCode

            span = args[1]
            if not isinstance(error, Exception):
                span.set_attribute("rpc.grpc.status_code", 1)
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            span.end()
            raise

    wrap(module, "_BaseAioClientInterceptor._wrap_unary_response", ended)


def _destination(name: str) -> str:
    """Of a message of RabbitMQ; queues for answers have numbers of their own, which are no name."""
    own = name.startswith("amq.") or sum(map(str.isdecimal, name)) > 7
    return "(temporary)" if own else name


def _name_queues(module: ModuleType) -> None:
    """As aio-pika's, for pika."""
    _publish_once(module)

    def span(wrapped: _Wrapped, _: object, args: _Arguments, kwargs: _Options) -> Any:
        kwargs["destination"] = _destination(kwargs["destination"])
        return wrapped(*args, **kwargs)

    wrap(module, "_get_span", span)


def _name_exchanges(module: ModuleType) -> None:
    """aio-pika: as pika's, without routing keys: they are of customers."""

    def destination(wrapped: _Wrapped, _: object, args: _Arguments, kwargs: _Options) -> Any:
        (name,) = args
        exchange, mark, key = name.partition(",")  # of a sender
        return wrapped(_destination(exchange or key if mark else name), **kwargs)

    wrap(module, "SpanBuilder.set_destination", destination)


CORRECT: dict[str, Callable[[ModuleType], None]] = {
    "aiohttp_client": _measure_once,
    "aiohttp_server": _name_callers,
    "aio_pika.span_builder": _name_exchanges,
    "aiokafka.utils": _name_brokers,
    "asgi": _trace_once,
    "asyncpg": _spare_rows,
    "dbapi": _measure_once,
    "dependencies": _admit_sqlalchemy,
    "django.middleware.otel_middleware": _keep_answers,
    "fastapi": _name_mounts,
    "grpc": _see_errors,
    "flask": _see_teardowns,
    "grpc._aio_client": _end_calls,
    "grpc._client": _keep_calls,
    "pika.utils": _name_queues,
    "psycopg": _read_bytes,
    "psycopg2": _read_bytes,
    "redis": _name_commands,
    "sqlalchemy.engine": _trace_statements_once,
    "starlette": _name_mounts,
    "wsgi": _name_by_method,
}
