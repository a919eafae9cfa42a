"""Tracing for services on nodes with a Harbourline agent.

A service needs none of this in its code: ``OTEL_PYTHON_TRACER_PROVIDER`` chooses the tracer
provider. For what no instrumentation does there are `client_span` and `keep_context`.
"""

from typing import TYPE_CHECKING

from harbourline_otel.settings import Refused, SettingsError

if TYPE_CHECKING:
    from harbourline_otel.helpers import client_span, keep_context

__all__ = ["Refused", "SettingsError", "client_span", "keep_context"]


def __getattr__(name: str) -> object:
    # Python imports this package at its start: OpenTelemetry only when it is used.
    if name in ("client_span", "keep_context"):
        from harbourline_otel import helpers

        return getattr(helpers, name)
    raise AttributeError(name)
