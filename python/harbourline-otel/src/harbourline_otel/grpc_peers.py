"""Client spans of gRPC say where the call goes, as those of HTTP do: OpenTelemetry's do not."""

from __future__ import annotations

from contextvars import ContextVar

from harbourline_otel.hooks import wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType
    from typing import Any

    _Wrapped = Callable[..., Any]

_target: ContextVar[str] = ContextVar("harbourline_grpc_target", default="")
"""Of the channel that is being made."""

_SCHEMES = ("dns", "ipv4", "ipv6", "xds", "passthrough")


def name(module: ModuleType) -> None:
    """Changes ``opentelemetry.instrumentation.grpc``: both kinds of channels, or none."""

    def with_target(
        wrapped: _Wrapped, given: tuple[Any, ...], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        found, options = given
        token = _target.set(str(found[0] if found else options.get("target", "")))
        try:
            return wrapped(*args, **kwargs)
        finally:
            _target.reset(token)

    def sync(wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return with_target(wrapped, (args[2], args[3]), args, kwargs)

    def instrument(
        wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        wrapped(*args, **kwargs)
        from grpc import aio  # type: ignore[import-untyped]

        for kind in ("insecure_channel", "secure_channel"):
            wrap(aio, kind, lambda made, _, a, k: with_target(made, (a, k), a, k))

    def interceptors(
        wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        found = wrapped(*args, **kwargs)
        if attributes := peer(_target.get()):
            for each in found if isinstance(found, list) else [found]:
                each._tracer = _Named(each._tracer, attributes)
        return found

    # All are there, or nothing is changed.
    _ = module.GrpcInstrumentorClient.wrapper_fn, module.GrpcAioInstrumentorClient._instrument
    _ = module.client_interceptor, module.aio_client_interceptors
    wrap(module, "GrpcInstrumentorClient.wrapper_fn", sync)
    wrap(module, "GrpcAioInstrumentorClient._instrument", instrument)
    wrap(module, "client_interceptor", interceptors)
    wrap(module, "aio_client_interceptors", interceptors)


def peer(target: str) -> dict[str, str | int]:
    """Attributes of a target: ``dns:///host:443``, ``ipv4:10.0.0.1:443``, ``unix:/run/x``."""
    scheme, mark, rest = target.partition(":")
    if mark and scheme in ("unix", "unix-abstract"):
        return {"server.address": rest}
    if mark and scheme in _SCHEMES:
        target = rest.removeprefix("//").partition("/")[2] if rest.startswith("//") else rest
    target = target.partition(",")[0]
    host, mark, port = target.rpartition(":")
    if not mark or not port.isdecimal():
        host, port = target, ""
    host = host.strip("[]")
    if not host:
        return {}
    return {"server.address": host, "server.port": int(port)} if port else {"server.address": host}


class _Named:
    """A tracer whose spans have attributes more."""

    def __init__(self, tracer: Any, attributes: Mapping[str, str | int]) -> None:
        self._tracer = tracer
        self._attributes = attributes

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._tracer, attribute)

    def start_as_current_span(self, name: str, **options: Any) -> Any:
        """As the tracer does."""
        options["attributes"] = {**self._attributes, **(options.get("attributes") or {})}
        return self._tracer.start_as_current_span(name, **options)

    def start_span(self, name: str, **options: Any) -> Any:
        """As the tracer does."""
        options["attributes"] = {**self._attributes, **(options.get("attributes") or {})}
        return self._tracer.start_span(name, **options)
