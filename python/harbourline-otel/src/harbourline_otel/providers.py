"""Entry points of ``opentelemetry_tracer_provider``: one for each level of security."""

from __future__ import annotations

import os

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    ConsoleSpanExporter,
    SimpleSpanProcessor,
)

from harbourline_otel import ends, guard
from harbourline_otel.settings import PROVIDER, Settings, SettingsError


def production() -> TracerProvider:
    """Spans go to the agent on this node; attributes are those of an allow-list."""
    return _provider("production")


def staging() -> TracerProvider:
    """As production, with every attribute whose key does not look secret."""
    return _provider("staging")


def development() -> TracerProvider:
    """To an agent on this machine, or to the console with ``OTEL_TRACES_EXPORTER=console``."""
    return _provider("development")


def _provider(level: str) -> TracerProvider:
    """A provider of the SDK: what makes it ours is the guard, which is up already or goes up now.

    Raises:
        SettingsError: The environment is incomplete, contradicts itself or names another level.
    """
    settings = guard.current()
    if settings is None:
        settings = Settings.from_environment(os.environ, level)
        guard.put_up(settings)
        ends.watch()
    elif settings.level != level:
        raise SettingsError(
            f"harbourline: {PROVIDER} chose {settings.level}, and the code {level}."
        )
    provider = TracerProvider()
    for exporter in guard.admitted_exporters(settings.exporters).values():
        provider.add_span_processor(BatchSpanProcessor(exporter()))
    if "console" in settings.exporters:
        provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter()))
    return provider
