"""Spares what OpenTelemetry's instrumentations do twice, or for nothing."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from inspect import signature
from time import time_ns
from types import ModuleType
from typing import TYPE_CHECKING, Any

import wrapt

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from opentelemetry.trace import Span, SpanKind, Tracer

_Wrapped = Callable[..., Any]

_QUICK = 1_000_000
"""Nanoseconds in which a pool gives a connection that it has."""


def spare() -> None:
    """From the moment that something imports them."""
    wrapt.when_imported("opentelemetry.instrumentation.asgi")(_spare_events)
    wrapt.when_imported("opentelemetry.instrumentation.sqlalchemy.engine")(_spare_engines)


def _spare_events(module: ModuleType) -> None:
    """No span for each ASGI event: three of them in each request tell less than they cost."""

    def make(wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        kwargs["exclude_spans"] = kwargs.get("exclude_spans") or ["receive", "send"]
        wrapped(*args, **kwargs)

    wrapt.wrap_function_wrapper(module, "OpenTelemetryMiddleware.__init__", make)


def _spare_engines(module: ModuleType) -> None:
    """An async engine is traced once, and `connect` is a span where it took a while or failed.

    https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2149: otherwise each of
    its statements starts two spans, and one of them never ends.
    """
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

    wrapt.wrap_function_wrapper(module, "EngineTracer.__init__", make)
    wrapt.wrap_function_wrapper(module, "_wrap_connect", wrap_connect)


class _Late:
    """A tracer whose spans began earlier."""

    def __init__(self, tracer: Tracer, start: int) -> None:
        self._tracer = tracer
        self._start = start

    def start_as_current_span(self, name: str, kind: SpanKind) -> AbstractContextManager[Span]:
        """As the tracer does."""
        return self._tracer.start_as_current_span(name, kind=kind, start_time=self._start)
