"""Tracing for services on nodes with a Harbourline agent.

A service needs none of this in its code: ``OTEL_PYTHON_TRACER_PROVIDER`` chooses the tracer
provider. For what no instrumentation does there are `client_span` and `keep_context`.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from harbourline_otel.helpers import client_span, keep_context
    from harbourline_otel.settings import Refused, SettingsError

__all__ = ["Refused", "SettingsError", "client_span", "keep_context"]

_HOMES = {
    "client_span": "helpers",
    "keep_context": "helpers",
    "Refused": "settings",
    "SettingsError": "settings",
}


def __getattr__(name: str) -> object:
    # Python imports this package at its start: nothing more, until it is used.
    if name in _HOMES:
        import importlib

        return getattr(importlib.import_module(f"harbourline_otel.{_HOMES[name]}"), name)
    raise AttributeError(name)
