"""Spares what OpenTelemetry's instrumentations do twice, or for nothing."""

from __future__ import annotations

from harbourline_otel.hooks import when_imported, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from types import ModuleType
    from typing import Any

    from opentelemetry.trace import Span, SpanKind, Tracer

    _Wrapped = Callable[..., Any]

_QUICK = 1_000_000
"""Nanoseconds in which a pool gives a connection that it has."""

_CORRECTED = (
    *("aiohttp_client", "aiohttp_server", "aio_pika.span_builder", "aiokafka.utils", "asgi"),
    *("asyncpg", "dbapi", "dependencies", "django.middleware.otel_middleware", "fastapi", "flask"),
    *("grpc", "grpc._aio_client", "grpc._client", "pika.utils", "psycopg", "psycopg2", "redis"),
    *("sqlalchemy.engine", "starlette", "wsgi"),
)
"""Instrumentations that `corrections` knows, which is loaded with the first of them."""


def spare() -> None:
    """From the moment that something imports them."""
    _try("opentelemetry.instrumentation.asgi", _spare_events)
    _try("opentelemetry.instrumentation.sqlalchemy.engine", _spare_engines)
    _try("opentelemetry.instrumentation.grpc", _name_peers)
    _try("opentelemetry.instrumentation.django", _wait_for_settings)
    for name in _CORRECTED:
        _try(f"opentelemetry.instrumentation.{name}", _correct)


def _try(name: str, change: Callable[[ModuleType], None]) -> None:
    """A release whose private parts are named otherwise is left as it is: it costs more."""

    def tried(module: ModuleType) -> None:
        try:
            change(module)
        except Exception as error:
            from harbourline_otel import say

            say.warn(
                f"{name} is traced as OpenTelemetry does it, not as this package: this release is "
                f"none that the package was tried with ({type(error).__name__}: {error})"
            )

    when_imported(name, tried)


def _correct(module: ModuleType) -> None:
    from harbourline_otel import corrections

    corrections.CORRECT[module.__name__.partition("instrumentation.")[2]](module)


def _name_peers(module: ModuleType) -> None:
    from harbourline_otel import grpc_peers

    grpc_peers.name(module)


def _wait_for_settings(module: ModuleType) -> None:
    """Django is instrumented when its settings are there, at the end of `django.setup`.

    Before that OpenTelemetry makes empty ones where `DJANGO_SETTINGS_MODULE` is not set yet, or
    names what only the server's own path has: `manage.py` and `wsgi.py` set it too late, and the
    service answers each request with an error.
    """

    def instrument(
        wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        import django  # type: ignore[import-not-found]
        from django.conf import settings  # type: ignore[import-not-found]

        if settings.configured:
            wrapped(*args, **kwargs)
            return
        waiting = [True]

        def set_up(original: _Wrapped, _: object, a: tuple[Any, ...], k: dict[str, Any]) -> object:
            done = original(*a, **k)
            if waiting:
                waiting.clear()
                wrapped(*args, **kwargs)
            return done

        wrap(django, "setup", set_up)

    wrap(module, "DjangoInstrumentor._instrument", instrument)


def _spare_events(module: ModuleType) -> None:
    """No span for each ASGI event: three of them in each request tell less than they cost."""

    def make(wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        kwargs["exclude_spans"] = kwargs.get("exclude_spans") or ["receive", "send"]
        wrapped(*args, **kwargs)

    wrap(module, "OpenTelemetryMiddleware.__init__", make)


def _spare_engines(module: ModuleType) -> None:
    """An async engine is traced once, and `connect` is a span where it took a while or failed.

    https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2149: otherwise each of
    its statements starts two spans, and one of them never ends.
    """
    import weakref
    from inspect import signature
    from time import time_ns

    traced: weakref.WeakSet[object] = weakref.WeakSet()

    def make(wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        engine = signature(wrapped).bind(*args, **kwargs).arguments["engine"]
        if engine not in traced:
            traced.add(engine)
            wrapped(*args, **kwargs)

    def wrap_connect(
        wrapped: _Wrapped, _: object, args: tuple[Tracer], kwargs: dict[str, Any]
    ) -> _Wrapped:
        (tracer,) = args

        def connect(
            func: _Wrapped, engine: object, args: tuple[object, ...], kwargs: dict[str, object]
        ) -> object:
            start = time_ns()
            failure = connection = None
            try:
                connection = func(*args, **kwargs)
            except Exception as error:
                failure = error

            def outcome() -> object:
                if failure:
                    raise failure
                return connection

            if failure is None and time_ns() - start < _QUICK:
                return connection
            return wrapped(_Late(tracer, start))(outcome, engine, (), {})

        return connect

    # Both are there, or nothing is changed.
    module.EngineTracer, module._wrap_connect  # noqa: B018
    wrap(module, "EngineTracer.__init__", make)
    wrap(module, "_wrap_connect", wrap_connect)


class _Late:
    """A tracer whose spans began earlier."""

    def __init__(self, tracer: Tracer, start: int) -> None:
        self._tracer = tracer
        self._start = start

    def start_as_current_span(self, name: str, kind: SpanKind) -> AbstractContextManager[Span]:
        """As the tracer does."""
        return self._tracer.start_as_current_span(name, kind=kind, start_time=self._start)
