"""Holds metrics and logs that code exports by itself to the same rule as spans."""

from __future__ import annotations

from inspect import signature

from harbourline_otel import refusals
from harbourline_otel.hooks import wrap
from harbourline_otel.settings import Refused, Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    _Wrapped = Callable[..., Any]

_READERS = {
    "opentelemetry.sdk.metrics._internal.export": (
        "PeriodicExportingMetricReader",
        "InMemoryMetricReader",
    ),
    "opentelemetry.exporter.prometheus": ("PrometheusMetricReader",),
}
"""Readers of metrics: the first one's exporter is looked at; the last one only answers."""
_PROCESSORS = ("BatchLogRecordProcessor", "SimpleLogRecordProcessor")


def guard_choice(settings: Settings, module: ModuleType) -> None:
    """Code may choose among providers of OpenTelemetry, which are guarded; no other one."""
    signal = "meter" if ".metrics." in module.__name__ else "logger"
    made = "_sdk_config" if signal == "meter" else "_multi_log_record_processor"
    what = "raw metrics" if signal == "meter" else "raw logs"

    def admit(provider: object) -> bool:
        guarded = refusals.is_guarded(provider, made, f"get_{signal}")
        if not guarded:
            kind = type(provider)
            refusals.turn_away(refusals.refusal(settings, kind, what=what), kind)
        return guarded

    def choose(wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if admit(args[0] if args else next(iter(kwargs.values()))):
            wrapped(*args, **kwargs)

    def get(wrapped: _Wrapped, *_: object) -> object:
        """Code may put one into the module's variable."""
        if not admit(wrapped()):
            setattr(module, f"_{signal.upper()}_PROVIDER", None)
        return wrapped()

    wrap(module, f"set_{signal}_provider", choose)
    wrap(module, f"get_{signal}_provider", get)


def guard_metrics(settings: Settings, module: ModuleType) -> None:
    """Readers, and the providers that take them."""

    def admit(reader: object) -> bool:
        kind = type(reader)
        known = kind.__name__ in _READERS.get(kind.__module__, ())
        if not known:
            refusals.turn_away(refusals.refusal(settings, kind, what="raw metrics"), kind)
        return known

    def make(wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        given = signature(wrapped).bind(*args, **kwargs).arguments
        readers = tuple(filter(admit, given.get("metric_readers", ())))
        wrapped(**{**given, "metric_readers": readers})

    def add(wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        for reader in filter(admit, (*args, *kwargs.values())):
            wrapped(reader)

    if module.__name__.endswith("metrics._internal"):
        wrap(module, "MeterProvider.__init__", make)
        if hasattr(module.MeterProvider, "add_metric_reader"):  # of later releases
            wrap(module, "MeterProvider.add_metric_reader", add)
    else:
        _guard_exporters(settings, module, ("PeriodicExportingMetricReader",), "metrics")


def guard_logs(settings: Settings, module: ModuleType) -> None:
    """Processors of log records, and what takes them: by a method, or by an attribute."""

    def admit(processor: object) -> bool:
        kind = type(processor)
        ours = kind.__module__ == "opentelemetry.sdk._logs._internal.export"
        known = ours and kind.__name__ in _PROCESSORS
        if not known:
            refusals.turn_away(refusals.refusal(settings, kind, what="raw logs"), kind)
        return known

    def put(wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        name, value = args
        if name == "_log_record_processors":
            value = tuple(filter(admit, value))
        if name == "_multi_log_record_processor" and not refusals.local(type(value)):
            raise Refused(refusals.refusal(settings, type(value), what="raw logs"))
        wrapped(name, value)

    if module.__name__.endswith("_logs._internal"):
        for processors in ("Synchronous", "Concurrent"):
            wrap(module, f"{processors}MultiLogRecordProcessor.__setattr__", put)
        for kind in ("LoggerProvider", "Logger"):
            wrap(module, f"{kind}.__setattr__", put)
    else:
        _guard_exporters(settings, module, _PROCESSORS, "logs")


def _guard_exporters(
    settings: Settings, module: ModuleType, kinds: tuple[str, ...], what: str
) -> None:
    def look(exporter: object) -> None:
        kind = type(exporter)
        local = refusals.local(kind) and (
            kind.__name__.startswith("InMemory") or not settings.strict
        )
        try:
            if not (local or refusals.to_the_agent(settings, exporter, what)):
                raise Refused(refusals.refusal(settings, kind, what=f"raw {what}"))
        except Refused as refusal:
            refusals.turn_away(str(refusal), kind)
            # A processor or a reader must have one.
            exporter.export = lambda *_, **__: None  # type: ignore[attr-defined]

    def make(wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        look(args[0] if args else kwargs.get("exporter"))
        wrapped(*args, **kwargs)

    def put(wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if args[0] == "_exporter":
            look(args[1])
        wrapped(*args)

    for kind in kinds:
        if hasattr(module, kind):
            wrap(module, f"{kind}.__init__", make)
            wrap(module, f"{kind}.__setattr__", put)
