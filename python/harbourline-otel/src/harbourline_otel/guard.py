"""Holds every tracer provider of the process to the settings, also those that code makes itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from inspect import signature
from types import ModuleType
from typing import TYPE_CHECKING, Any

import wrapt

from harbourline_otel import instrumentations
from harbourline_otel.settings import ADMITTED, Refused, Settings, contradictions, loopback, shown

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

_Wrapped = Callable[..., Any]

_settings: Settings | None = None


def put_up(settings: Settings) -> None:
    """Guards the SDK from the moment that something imports it. Once for a process."""
    global _settings
    if _settings is not None:
        return
    _settings = settings
    if settings.strict:
        # OpenTelemetry's default is tracecontext and baggage.
        os.environ.setdefault("OTEL_PROPAGATORS", "tracecontext")
        wrapt.when_imported("opentelemetry.baggage.propagation")(_keep_baggage)
    instrumentations.spare()
    wrapt.when_imported("opentelemetry.sdk.trace")(_guard_providers)
    wrapt.when_imported("opentelemetry.sdk._configuration")(_replace_configurator)


def current() -> Settings | None:
    """The settings of this process; None where no guard is up."""
    return _settings


def _keep_baggage(module: ModuleType) -> None:
    """Baggage may come in, and goes nowhere: whatever propagators the code installs."""
    wrapt.wrap_function_wrapper(module, "W3CBaggagePropagator.inject", lambda *_: None)


def _replace_configurator(module: ModuleType) -> None:
    """Where a distribution for ``opentelemetry-instrument`` is installed, it gets our provider.

    It would look for the exporters of other packages, and go on without tracing if one is missing.
    """

    def configure(*_: object) -> None:
        from opentelemetry import trace

        trace.get_tracer_provider()

    wrapt.wrap_function_wrapper(module, "_OTelSDKConfigurator._configure", configure)


def _guard_providers(module: ModuleType) -> None:
    settings = _settings
    assert settings

    def make(
        wrapped: _Wrapped, provider: TracerProvider, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        from harbourline_otel.pipeline import Pipeline

        given = signature(wrapped).bind(*args, **kwargs).arguments
        given["resource"] = _resource(settings, given.get("resource"))
        _check_sampler(settings, given.get("sampler"))
        processors = given.get("active_span_processor") or module.SynchronousMultiSpanProcessor()
        if type(processors) not in guarded:
            raise Refused(_refusal(settings, type(processors)))
        given["active_span_processor"] = processors
        wrapped(**given)
        if "otlp" in settings.exporters:
            # Not by `add_span_processor`: providers of a subclass may override it.
            processors.add_span_processor(Pipeline(settings, provider.resource))

    def add(wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        processor = signature(wrapped).bind(*args, **kwargs).arguments["span_processor"]
        if _admit(settings, processor):
            wrapped(processor)
        else:
            # To the agent, as ours: spans would arrive twice. Its thread and connection are closed.
            processor.shutdown()

    guarded = (module.SynchronousMultiSpanProcessor, module.ConcurrentMultiSpanProcessor)
    wrapt.wrap_function_wrapper(module, "TracerProvider.__init__", make)
    for kind in guarded:
        wrapt.wrap_function_wrapper(module, f"{kind.__name__}.add_span_processor", add)


def _resource(settings: Settings, given: Resource | None) -> Resource:
    from opentelemetry.sdk.resources import Resource

    resource = Resource.create() if given is None else given
    if against := contradictions(settings.environment, resource.attributes):
        raise Refused(
            f"harbourline: the resource says {', '.join(against)}, and this node is of "
            f"{settings.environment}. Fix: leave the environment out of the code."
        )
    return resource.merge(Resource({"deployment.environment.name": settings.environment}))


def _check_sampler(settings: Settings, sampler: object) -> None:
    from opentelemetry.sdk.trace.sampling import ALWAYS_ON, DEFAULT_ON

    if settings.strict and sampler not in (None, ALWAYS_ON, DEFAULT_ON):
        raise Refused(
            f"harbourline: {type(sampler).__name__} would leave spans out, and figures are of all "
            "spans. Fix: make the provider without a sampler; whole traces are sampled later."
        )


def _admit(settings: Settings, processor: SpanProcessor) -> bool:
    """Whether a processor is to be added; False for one that does what ours does already.

    Raises:
        Refused: It may take spans elsewhere.
    """
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

    from harbourline_otel.pipeline import Pipeline

    kind = type(processor)
    if kind is Pipeline:
        return True
    if kind not in (BatchSpanProcessor, SimpleSpanProcessor):
        # One that only looks at spans when they start takes none away.
        hooks = ("on_end", "_on_ending")
        if all(getattr(kind, h, None) is getattr(SpanProcessor, h, None) for h in hooks):
            return True
        raise Refused(_refusal(settings, kind))

    exporter = processor.span_exporter  # type: ignore[attr-defined]
    kind = type(exporter)
    if kind.__module__.startswith("opentelemetry.exporter.otlp.proto."):
        endpoint = str(getattr(exporter, "_endpoint", ""))
        if loopback(endpoint) is None:
            raise Refused(_refusal(settings, kind, f" to {shown(endpoint)}"))
        return False
    if kind in _admitted() or (not settings.strict and _local(kind)):
        return True
    raise Refused(_refusal(settings, kind))


def _local(kind: type) -> bool:
    """Exporters of the SDK itself: to the console, and to memory for tests."""
    return kind.__module__.startswith("opentelemetry.sdk.trace.export")


def _admitted() -> tuple[type, ...]:
    return tuple(point.load() for point in entry_points(group=ADMITTED))


def admitted_exporters(names: tuple[str, ...]) -> Mapping[str, type]:
    """The classes of those exporters that installed packages declare as harmless."""
    return {p.name: p.load() for p in entry_points(group=ADMITTED) if p.name in names}


def _refusal(settings: Settings, kind: type, where: str = "") -> str:
    return (
        f"harbourline: {kind.__module__}.{kind.__qualname__} may take raw spans elsewhere{where}. "
        f"In {settings.level} they go to the agent at http://{settings.host}:{settings.port} and "
        "nowhere else. Fix: remove it; the tracer provider exports by itself."
    )
