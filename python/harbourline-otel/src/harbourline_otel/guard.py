"""Holds every tracer provider of the process to the settings, also those that code makes itself."""

from __future__ import annotations

import os
import sys

from harbourline_otel import ends, instrumentations, refusals, startup
from harbourline_otel.hooks import when_imported, wrap
from harbourline_otel.settings import ADMITTED, Refused, Settings, contradictions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType
    from typing import Any

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
    # The handler of log records that the extra `logging` would add exports nothing here, and hides
    # what Python writes to standard error where a service sets up no logging.
    os.environ.setdefault("OTEL_PYTHON_LOG_AUTO_INSTRUMENTATION", "false")
    if name := os.environ.get("OTEL_SERVICE_NAME"):
        # Else a file with line ends of Windows makes another service of it.
        os.environ["OTEL_SERVICE_NAME"] = name.strip()
    refusals.spare_the_agent(settings)
    if settings.strict:
        # OpenTelemetry's default is tracecontext and baggage.
        os.environ.setdefault("OTEL_PROPAGATORS", "tracecontext")
        for name, kind in _BAGGAGE.items():
            when_imported(name, lambda module, kind=kind: _keep(module, kind))  # type: ignore[misc]
        when_imported("opentelemetry.propagate", _guard_propagators)
        when_imported("opentelemetry.trace", _guard_choice)
        for signal in ("metrics", "_logs"):
            when_imported(f"opentelemetry.{signal}._internal", _guard_choice_of_signal)
    for name in ("metrics._internal", "metrics._internal.export"):
        when_imported(f"opentelemetry.sdk.{name}", _guard_metrics)
    for name in ("_logs._internal", "_logs._internal.export"):
        when_imported(f"opentelemetry.sdk.{name}", _guard_logs)
    instrumentations.spare()
    when_imported("opentelemetry.sdk.trace", _guard_providers)
    when_imported("opentelemetry.sdk._configuration", _replace_configurator)
    when_imported("opentelemetry.instrumentation.auto_instrumentation._load", _replace_loader)


def current() -> Settings | None:
    """The settings of this process; None where no guard is up."""
    return _settings


_BAGGAGE = {
    "opentelemetry.baggage.propagation": "W3CBaggagePropagator",
    "opentelemetry.propagators.jaeger": "JaegerPropagator",
    "opentelemetry.propagators.ot_trace": "OTTracePropagator",
}


def _keep(module: ModuleType, kind: str) -> None:
    """Baggage may come in, and goes nowhere: also where code asks its propagator by itself."""
    wrap(module, f"{kind}.inject", lambda *_: None)


def _guard_propagators(module: ModuleType) -> None:
    """Code may install those propagators that the variable may name."""

    def admit(propagator: object) -> bool:
        kind = _foreign(propagator)
        if kind is None:
            return True
        refusals.turn_away(
            f"harbourline: {kind.__module__}.{kind.__qualname__} writes headers that are no "
            "trace context of W3C, and may take baggage over the border. Fix: leave the "
            "propagator to OTEL_PROPAGATORS, as the node's file has it.",
            kind,
        )
        return False

    def set_textmap(
        wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        propagator = args[0] if args else next(iter(kwargs.values()))
        if admit(propagator):
            wrapped(propagator)

    def get_textmap(wrapped: _Wrapped, *_: object) -> object:
        """Code may put one into the module's variable, or into the list of the composite one."""
        if not admit(wrapped()):
            from opentelemetry.trace.propagation import tracecontext

            module.set_global_textmap(tracecontext.TraceContextTextMapPropagator())
        return wrapped()

    wrap(module, "set_global_textmap", set_textmap)
    wrap(module, "get_global_textmap", get_textmap)
    # The code may have changed the variable since the process began.
    module.get_global_textmap()


def _guard_choice(module: ModuleType) -> None:
    """Code may choose among providers of the SDK, which are guarded; no other one."""

    def choose(wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        provider = args[0] if args else next(iter(kwargs.values()))
        kind = type(provider)
        if _is_guarded(provider):
            if kind.__name__ == "NoOpTracerProvider":
                refusals.leave_out(
                    "code chose NoOpTracerProvider: there are no spans. Fix: remove it"
                )
            wrapped(*args, **kwargs)
            return
        assert _settings
        refusals.turn_away(refusals.refusal(_settings, kind), kind)

    wrap(module, "set_tracer_provider", choose)
    module.__class__ = _Held


class _Held(type(sys)):  # type: ignore[misc]
    """The module of which nobody replaces the functions that find the tracer provider.

    New Relic's agent would, by one of its own, where it is told to see OpenTelemetry's spans.
    """

    def __setattr__(self, name: str, value: object) -> None:
        ours = sys._getframe(1).f_globals.get("__name__") == wrap.__module__
        if name in ("get_tracer", "get_tracer_provider") and not ours:
            assert _settings
            refusals.turn_away(refusals.refusal(_settings, type(value)), type(value))
        else:
            super().__setattr__(name, value)


def look(provider: object) -> bool:
    """At the tracer provider of this process, which code may have put there past the choice.

    Returns:
        Whether it may be used; another vendor's may not.

    Raises:
        Refused: Spans would go where it likes.
    """
    if _settings is None or not _settings.strict or _is_guarded(provider):
        return True
    refusals.turn_away(refusals.refusal(_settings, type(provider)), type(provider))
    return False


def _is_guarded(provider: object) -> bool:
    return refusals.is_guarded(provider, "_active_span_processor", "get_tracer")


def _foreign(propagator: object) -> type | None:
    """The class of a propagator, or of a part of it, that is on no allow-list."""
    kind = type(propagator)
    if "inject" in getattr(propagator, "__dict__", ()):  # a function that code put there
        return kind
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
                refusals.leave_out(
                    f"the configurator {point.name} is not used: OTEL_PYTHON_TRACER_PROVIDER "
                    "chose ours. Fix: uninstall its package, or leave it; its exporters, samplers "
                    "and id generators have no effect"
                )
        _configure()

    def points(
        wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> object:
        found = wrapped(*args, **kwargs)
        if kwargs.get("group") == "opentelemetry_distro":
            # It only names exporters, and brings in metrics and logs of the SDK: 1.4 MiB.
            usual = "opentelemetry.distro:OpenTelemetryDistro"
            return found if any(point.value != usual for point in found) else ()
        return found

    wrap(module, "_load_configurators", load)
    wrap(module, "entry_points", points)


def _configure() -> None:
    from opentelemetry import trace

    trace.get_tracer_provider()


def _guard_metrics(module: ModuleType) -> None:
    from harbourline_otel import telemetry

    assert _settings
    telemetry.guard_metrics(_settings, module)


def _guard_logs(module: ModuleType) -> None:
    from harbourline_otel import telemetry

    assert _settings
    telemetry.guard_logs(_settings, module)


def _guard_choice_of_signal(module: ModuleType) -> None:
    from harbourline_otel import telemetry

    assert _settings
    telemetry.guard_choice(_settings, module)


def _guard_providers(module: ModuleType) -> None:
    settings = _settings
    assert settings
    said: list[bool] = []

    def make(
        wrapped: _Wrapped, provider: TracerProvider, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        from inspect import signature

        from harbourline_otel.pipeline import Pipeline

        given = signature(wrapped).bind(*args, **kwargs).arguments
        given["resource"] = _resource(settings, given.get("resource"))
        _check_sampler(settings, given)
        processors = given.get("active_span_processor") or module.SynchronousMultiSpanProcessor()
        if type(processors) not in guarded:
            raise Refused(refusals.refusal(settings, type(processors)))
        given["active_span_processor"] = processors
        if not said:
            said.append(True)
            startup.say_what_is_off()
        at_exit = given.pop("shutdown_on_exit", True)
        wrapped(**given, shutdown_on_exit=False)
        if at_exit:
            ends.shut_down_at_exit(provider)
        if "otlp" in settings.exporters:
            # Not by `add_span_processor`: providers of a subclass may override it.
            processors.add_span_processor(Pipeline(settings, provider.resource))

    def add(wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        from inspect import signature

        processor = signature(wrapped).bind(*args, **kwargs).arguments["span_processor"]
        if admitted := _look(settings, processor):
            wrapped(admitted)

    def put(
        wrapped: _Wrapped, holder: object, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        """Past the methods for it, by an attribute of the provider or of its processors."""
        name, value = args
        if name in ("_active_span_processor", "span_processor") and type(value) not in guarded:
            raise Refused(refusals.refusal(settings, type(value)))
        if name == "sampler":
            _check_sampler(settings, given := {name: value})
            value = given[name]
        if name in ("_resource", "resource"):
            value = _resource(settings, value)
        if name == "_span_processors":
            from harbourline_otel.pipeline import Pipeline

            value = tuple(filter(None, (_look(settings, each) for each in value)))
            before = getattr(holder, name, ())
            if kept := [each for each in before if type(each) is Pipeline and each not in value]:
                refusals.turn_away(
                    "harbourline: what hands spans over would be taken out, and they be lost. "
                    "Fix: leave the processors that a provider has; add others beside them.",
                    type(value),
                )
                value = (*kept, *value)
        wrapped(name, value)

    guarded = (module.SynchronousMultiSpanProcessor, module.ConcurrentMultiSpanProcessor)

    def forked(wrapped: _Wrapped, *_: object) -> None:
        try:
            wrapped()
        except RuntimeError:  # detectors of the child's resource run in threads, too
            pass

    wrap(module, "TracerProvider.__init__", make)
    for kind in ("TracerProvider", "Tracer"):
        wrap(module, f"{kind}.__setattr__", put)
    if hasattr(module.TracerProvider, "_handle_fork"):  # of later releases
        wrap(module, "TracerProvider._handle_fork", forked)
    for processors in guarded:
        wrap(module, f"{processors.__name__}.add_span_processor", add)
        wrap(module, f"{processors.__name__}.__setattr__", put)


def _resource(settings: Settings, given: Resource | None) -> Resource:
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource

    try:
        resource = Resource.create() if given is None else given
    except RuntimeError:  # its detectors run in threads, and the interpreter begins none at its end
        resource = OTELResourceDetector().detect()
    if against := contradictions(settings.environment, resource.attributes):
        raise Refused(
            f"harbourline: the resource says {', '.join(against)}, and this node is of "
            f"{settings.environment}. Fix: leave the environment out of the code."
        )
    if resource.attributes.get("deployment.environment.name") == settings.environment:
        return resource
    return resource.merge(Resource({"deployment.environment.name": settings.environment}))


def _check_sampler(settings: Settings, given: dict[str, Any]) -> None:
    from opentelemetry.sdk.trace.sampling import ALWAYS_ON, DEFAULT_ON

    if not settings.strict:
        return
    # The variable was looked at already; code may have changed it since.
    sampler = given.setdefault("sampler", DEFAULT_ON) or DEFAULT_ON
    given["sampler"] = sampler
    known = [each.get_description() for each in (ALWAYS_ON, DEFAULT_ON)]
    if type(sampler).__module__ != type(ALWAYS_ON).__module__ or (
        sampler.get_description() not in known
    ):
        refusals.turn_away(
            f"harbourline: {type(sampler).__name__} would leave spans out, and figures are of all "
            "spans. Fix: make the provider without a sampler; whole traces are sampled later.",
            type(sampler),
        )
        given["sampler"] = DEFAULT_ON


def _look(settings: Settings, processor: SpanProcessor) -> SpanProcessor | None:
    """As `_admit`; another vendor's is left out."""
    try:
        admitted = _admit(settings, processor)
    except Refused as refusal:
        exporter = refusals.exporter_of(processor)
        refusals.turn_away(str(refusal), type(processor), type(exporter))
        admitted = None
    if admitted is None:
        # To the agent, as ours: spans would arrive twice. Its thread and connection are closed.
        processor.shutdown()
    return admitted


def _admit(settings: Settings, processor: SpanProcessor) -> SpanProcessor | None:
    """What is to be added; None for one that does what ours does already.

    Raises:
        Refused: It may take spans elsewhere.
    """
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

    from harbourline_otel.pipeline import Pipeline
    from harbourline_otel.scrub import Scrubbed, Starts

    kind = type(processor)
    if kind in (Pipeline, Scrubbed, Starts):
        return processor
    if kind not in (BatchSpanProcessor, SimpleSpanProcessor):
        # One that only looks at spans when they start takes none away.
        hooks = ("on_end", "_on_ending")
        own = getattr(processor, "__dict__", {})
        if all(getattr(kind, h, None) is getattr(SpanProcessor, h, None) for h in hooks) and not (
            set(hooks) & set(own)
        ):
            return Starts(processor)
        raise Refused(refusals.refusal(settings, kind))

    exporter = refusals.exporter_of(processor)
    if refusals.to_the_agent(settings, exporter, "spans"):
        return None
    exporting = type(exporter)
    if exporting in _admitted() or (not settings.strict and refusals.local(exporting)):
        return Scrubbed(processor, settings)
    raise Refused(refusals.refusal(settings, exporting))


def _admitted() -> tuple[type, ...]:
    from importlib.metadata import entry_points

    return tuple(point.load() for point in entry_points(group=ADMITTED))


def admitted_exporters(names: tuple[str, ...]) -> Mapping[str, type]:
    """The classes of those exporters that installed packages declare as harmless."""
    from importlib.metadata import entry_points

    return {p.name: p.load() for p in entry_points(group=ADMITTED) if p.name in names}
