"""Holds every tracer provider of the process to the settings, also those that code makes itself."""

from __future__ import annotations

import os
import sys

from harbourline_otel import instrumentations
from harbourline_otel.hooks import when_imported, wrap
from harbourline_otel.settings import ADMITTED, Refused, Settings, contradictions, loopback, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType
    from typing import Any

    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

    _Wrapped = Callable[..., Any]

_settings: Settings | None = None

_OTHERS = ("sentry_sdk", "ddtrace", "amazon", "newrelic", "elasticapm", "logfire", "datadog")
"""Top-level packages of other vendors' agents: they add what they need without being asked to, and
a service must not fail at its start because it has one. Theirs is left out, with a warning."""

_METRIC_READERS = "opentelemetry.sdk.metrics._internal.export"
_LOG_PROCESSORS = "opentelemetry.sdk._logs._internal.export"


def put_up(settings: Settings) -> None:
    """Guards the SDK from the moment that something imports it. Once for a process."""
    global _settings
    if _settings is not None:
        return
    _settings = settings
    if settings.strict:
        # OpenTelemetry's default is tracecontext and baggage.
        os.environ.setdefault("OTEL_PROPAGATORS", "tracecontext")
        when_imported("opentelemetry.baggage.propagation", _keep_baggage)
        when_imported("opentelemetry.propagate", _guard_propagators)
        when_imported(_METRIC_READERS, _guard_metrics)
        when_imported(_LOG_PROCESSORS, _guard_logs)
    instrumentations.spare()
    when_imported("opentelemetry.sdk.trace", _guard_providers)
    when_imported("opentelemetry.sdk._configuration", _replace_configurator)
    when_imported("opentelemetry.instrumentation.auto_instrumentation._load", _replace_loader)


def current() -> Settings | None:
    """The settings of this process; None where no guard is up."""
    return _settings


def _keep_baggage(module: ModuleType) -> None:
    """Baggage may come in, and goes nowhere: whatever propagators the code installs."""
    wrap(module, "W3CBaggagePropagator.inject", lambda *_: None)


def _guard_propagators(module: ModuleType) -> None:
    """Code may install those propagators that the variable may name."""

    def set_textmap(
        wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        propagator = args[0] if args else next(iter(kwargs.values()))
        if kind := _foreign(propagator):
            text = (
                f"harbourline: {kind.__module__}.{kind.__qualname__} writes headers that are no "
                "trace context of W3C, and may take baggage over the border. Fix: leave the "
                "propagator to OTEL_PROPAGATORS."
            )
            if _is_vendors(kind):
                _leave_out(text)
                return
            raise Refused(text)
        wrapped(propagator)

    wrap(module, "set_global_textmap", set_textmap)


def _foreign(propagator: object) -> type | None:
    """The class of a propagator, or of a part of it, that is on no allow-list."""
    kind = type(propagator)
    parts = getattr(propagator, "_propagators", None)
    if kind.__module__ == "opentelemetry.propagators.composite" and parts is not None:
        return next(filter(None, map(_foreign, parts)), None)
    known = {
        ("opentelemetry.trace.propagation.tracecontext", "TraceContextTextMapPropagator"),
        ("opentelemetry.baggage.propagation", "W3CBaggagePropagator"),  # it is kept
        ("harbourline_otel.b3", "AcceptB3"),
    }
    return None if (kind.__module__, kind.__qualname__) in known else kind


def _replace_configurator(module: ModuleType) -> None:
    """Where a distribution for ``opentelemetry-instrument`` is installed, it gets our provider.

    It would look for the exporters of other packages, and go on without tracing if one is missing.
    """
    wrap(module, "_OTelSDKConfigurator._configure", lambda *_: _configure())


def _replace_loader(module: ModuleType) -> None:
    """The same for configurators that override this, as that of AWS does."""

    def load(*_: object) -> None:
        from importlib.metadata import entry_points

        for point in entry_points(group="opentelemetry_configurator"):
            if point.name != "configurator":
                _leave_out(
                    f"the configurator {point.name} is not used: OTEL_PYTHON_TRACER_PROVIDER "
                    "chose ours. Fix: uninstall its package, or leave it; its exporters, samplers "
                    "and id generators have no effect"
                )
        _configure()

    wrap(module, "_load_configurators", load)


def _configure() -> None:
    from opentelemetry import trace

    trace.get_tracer_provider()


def _leave_out(text: str) -> None:
    from harbourline_otel import say

    say.warn(text)


def _is_vendors(kind: type) -> bool:
    return kind.__module__.partition(".")[0] in _OTHERS


def _is_vendors_call() -> bool:
    """Whether another vendor's agent asks, and not the service: with exporters of OpenTelemetry."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        name = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if name not in ("harbourline_otel", "opentelemetry"):
            return name in _OTHERS
        frame = frame.f_back
    return False


def _guard_providers(module: ModuleType) -> None:
    settings = _settings
    assert settings

    def make(
        wrapped: _Wrapped, provider: TracerProvider, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        from inspect import signature

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
        from inspect import signature

        processor = signature(wrapped).bind(*args, **kwargs).arguments["span_processor"]
        try:
            admitted = _admit(settings, processor)
        except Refused as refusal:
            kinds = (type(processor), type(_exporter_of(processor)))
            if not (any(map(_is_vendors, kinds)) or _is_vendors_call()):
                raise
            _leave_out(str(refusal))
            admitted = None
        if admitted is None:
            # To the agent, as ours: spans would arrive twice. Its thread and connection are closed.
            processor.shutdown()
        else:
            wrapped(admitted)

    guarded = (module.SynchronousMultiSpanProcessor, module.ConcurrentMultiSpanProcessor)
    wrap(module, "TracerProvider.__init__", make)
    for kind in guarded:
        wrap(module, f"{kind.__name__}.add_span_processor", add)


def _guard_metrics(module: ModuleType) -> None:
    """Metrics that code exports by itself are held to the same rule as spans."""
    _guard_exporters(module, ("PeriodicExportingMetricReader",), "metrics")


def _guard_logs(module: ModuleType) -> None:
    """And logs."""
    _guard_exporters(module, ("BatchLogRecordProcessor", "SimpleLogRecordProcessor"), "logs")


def _guard_exporters(module: ModuleType, kinds: tuple[str, ...], what: str) -> None:
    settings = _settings
    assert settings

    def make(wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        exporter = args[0] if args else kwargs.get("exporter")
        if not (_is_ours(exporter) or _to_the_agent(settings, exporter, what)):
            raise Refused(_refusal(settings, type(exporter), what=f"raw {what}"))
        wrapped(*args, **kwargs)

    for kind in kinds:
        if hasattr(module, kind):
            wrap(module, f"{kind}.__init__", make)


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


def _exporter_of(processor: object) -> object:
    """What a processor of the SDK exports with."""
    batch = getattr(processor, "_batch_processor", None)
    return getattr(processor, "span_exporter", None) or getattr(batch, "_exporter", None)


def _admit(settings: Settings, processor: SpanProcessor) -> SpanProcessor | None:
    """What is to be added; None for one that does what ours does already.

    Raises:
        Refused: It may take spans elsewhere.
    """
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

    from harbourline_otel.pipeline import Pipeline
    from harbourline_otel.scrub import Scrubbed

    kind = type(processor)
    if kind is Pipeline:
        return processor
    if kind not in (BatchSpanProcessor, SimpleSpanProcessor):
        # One that only looks at spans when they start takes none away.
        hooks = ("on_end", "_on_ending")
        if all(getattr(kind, h, None) is getattr(SpanProcessor, h, None) for h in hooks):
            return processor
        raise Refused(_refusal(settings, kind))

    exporter = _exporter_of(processor)
    if _to_the_agent(settings, exporter, "spans"):
        return None
    exporting = type(exporter)
    if exporting in _admitted() or (not settings.strict and _local(exporting)):
        return Scrubbed(processor, settings)
    raise Refused(_refusal(settings, exporting))


def _to_the_agent(settings: Settings, exporter: object, what: str) -> bool:
    """Whether it is an exporter of OTLP to loopback, which no proxy may turn away.

    Raises:
        Refused: It is one, and its endpoint is elsewhere.
    """
    kind = type(exporter)
    if not kind.__module__.startswith("opentelemetry.exporter.otlp.proto."):
        return False
    endpoint = str(getattr(exporter, "_endpoint", ""))
    if loopback(endpoint) is None:
        raise Refused(_refusal(settings, kind, f" to {shown(endpoint)}", f"raw {what}"))
    if session := getattr(exporter, "_session", None):
        session.trust_env = False
    return True


def _is_ours(exporter: object) -> bool:
    """Memory, for tests."""
    return type(exporter).__name__.startswith("InMemory") and _local(type(exporter))


def _local(kind: type) -> bool:
    """Exporters of the SDK itself: to the console, and to memory for tests."""
    return kind.__module__.startswith("opentelemetry.sdk.")


def _admitted() -> tuple[type, ...]:
    from importlib.metadata import entry_points

    return tuple(point.load() for point in entry_points(group=ADMITTED))


def admitted_exporters(names: tuple[str, ...]) -> Mapping[str, type]:
    """The classes of those exporters that installed packages declare as harmless."""
    from importlib.metadata import entry_points

    return {p.name: p.load() for p in entry_points(group=ADMITTED) if p.name in names}


def _refusal(settings: Settings, kind: type, where: str = "", what: str = "raw spans") -> str:
    return (
        f"harbourline: {kind.__module__}.{kind.__qualname__} may take {what} elsewhere{where}. In "
        f"{settings.level} they go to the agent at http://{settings.host}:{settings.port} and "
        "nowhere else. Fix: remove it; the tracer provider exports spans by itself."
    )
