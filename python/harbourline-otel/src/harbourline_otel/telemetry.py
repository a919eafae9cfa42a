"""Holds metrics and logs that code exports by itself to the same rule as spans."""

from __future__ import annotations

from inspect import signature

from harbourline_otel import refusals
from harbourline_otel.hooks import wrap
from harbourline_otel.settings import Refused, Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
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
    what = "metrics" if ".metrics." in module.__name__ else "logs"

    def choose(wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        kind = type(args[0] if args else next(iter(kwargs.values())))
        if any(base.__module__.startswith("opentelemetry.sdk.") for base in kind.__mro__) or (
            kind.__module__.startswith("opentelemetry.")
        ):
            wrapped(*args, **kwargs)
        else:
            text = refusals.refusal(settings, kind, what=f"raw {what}")
            refusals.turn_away(kind, text)

    wrap(module, "set_meter_provider" if what == "metrics" else "set_logger_provider", choose)


def guard_metrics(settings: Settings, module: ModuleType) -> None:
    """Readers, and the providers that take them."""

    def look(readers: Iterable[object]) -> None:
        for kind in map(type, readers):
            if kind.__name__ not in _READERS.get(kind.__module__, ()):
                raise Refused(refusals.refusal(settings, kind, what="raw metrics"))

    def make(wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        look(args[0] if args else kwargs.get("metric_readers", ()))
        wrapped(*args, **kwargs)

    def add(wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        look([*args, *kwargs.values()])
        wrapped(*args, **kwargs)

    if module.__name__.endswith("metrics._internal"):
        wrap(module, "MeterProvider.__init__", make)
        if hasattr(module.MeterProvider, "add_metric_reader"):  # of later releases
            wrap(module, "MeterProvider.add_metric_reader", add)
    else:
        _guard_exporters(settings, module, ("PeriodicExportingMetricReader",), "metrics")


def guard_logs(settings: Settings, module: ModuleType) -> None:
    """Processors of log records, and the providers that take them."""

    def add(wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        processor = args[0] if args else next(iter(kwargs.values()))
        kind = type(processor)
        ours = kind.__module__ == "opentelemetry.sdk._logs._internal.export"
        if ours and kind.__name__ in _PROCESSORS:
            wrapped(processor)
        else:
            refusals.turn_away(kind, refusals.refusal(settings, kind, what="raw logs"))

    def make(wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        given = signature(wrapped).bind(*args, **kwargs).arguments.get("multi_log_record_processor")
        if given is not None and not refusals.local(type(given)):
            raise Refused(refusals.refusal(settings, type(given), what="raw logs"))
        wrapped(*args, **kwargs)

    if module.__name__.endswith("_logs._internal"):
        for name in ("SynchronousMultiLogRecordProcessor", "ConcurrentMultiLogRecordProcessor"):
            wrap(module, f"{name}.add_log_record_processor", add)
        wrap(module, "LoggerProvider.__init__", make)
    else:
        _guard_exporters(settings, module, _PROCESSORS, "logs")


def _guard_exporters(
    settings: Settings, module: ModuleType, kinds: tuple[str, ...], what: str
) -> None:
    def make(wrapped: _Wrapped, _: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        exporter = args[0] if args else kwargs.get("exporter")
        memory = type(exporter).__name__.startswith("InMemory") and refusals.local(type(exporter))
        if not (memory or refusals.to_the_agent(settings, exporter, what)):
            raise Refused(refusals.refusal(settings, type(exporter), what=f"raw {what}"))
        wrapped(*args, **kwargs)

    for kind in kinds:
        if hasattr(module, kind):
            wrap(module, f"{kind}.__init__", make)
