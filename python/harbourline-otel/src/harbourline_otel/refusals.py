"""What may take something past the agent, and how that is refused."""

from __future__ import annotations

import os
import sys

from harbourline_otel.addresses import loopback, shown
from harbourline_otel.settings import Refused, Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_OTHERS = ("sentry_sdk", "ddtrace", "amazon", "newrelic", "elasticapm", "logfire", "datadog")
"""Top-level packages of other vendors' agents: they add what they need without being asked to, and
a service must not fail at its start because it has one. Theirs is left out, with a warning."""

_GRPC = 4317
"""The agent's other port of OTLP: `ports.otlpGrpc`."""

_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "grpc_proxy")
_NO_PROXY = (("no_proxy", "NO_PROXY"), ("no_grpc_proxy", "no_proxy"))
"""Variables that say for whom there is none, of HTTP and of gRPC: the first that is set counts."""


def leave_out(text: str) -> None:
    """Warns of what was not admitted; the service goes on."""
    from harbourline_otel import say

    say.warn(text)


def turn_away(text: str, *kinds: type) -> None:
    """Does not admit something: what is another vendor's, or added by it, is left out.

    Raises:
        Refused: It is the service's own.
    """
    if not (any(k.__module__.partition(".")[0] in _OTHERS for k in kinds) or _is_vendors_call()):
        raise Refused(text)
    leave_out(text)


def _is_vendors_call() -> bool:
    """Whether another vendor's agent asks, and not the service: with exporters of OpenTelemetry."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        name = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if name not in ("harbourline_otel", "opentelemetry", "wrapt", "importlib"):
            return name in _OTHERS
        frame = frame.f_back
    return False


def is_guarded(provider: object, made: str, method: str) -> bool:
    """Whether a provider is one of OpenTelemetry, with what it was made with and its own method.

    A subclass may leave out what the guard is in.
    """
    bases = type(provider).__mro__
    sdk = next((base for base in bases if base.__module__.startswith("opentelemetry.sdk.")), None)
    if sdk is None:
        return type(provider).__module__.startswith("opentelemetry.")
    own = getattr(type(provider), method, None) is getattr(sdk, method, None)
    return own and method not in vars(provider) and local(type(getattr(provider, made, None)))


def exporter_of(processor: object) -> object:
    """What a processor of the SDK exports with."""
    batch = getattr(processor, "_batch_processor", None)
    return getattr(processor, "span_exporter", None) or getattr(batch, "_exporter", None)


def to_the_agent(settings: Settings, exporter: object, what: str) -> bool:
    """Whether it is an exporter of OTLP to the agent, which no proxy may turn away.

    One of spans is not used, so its port is none that matters.

    Raises:
        Refused: It is one, and its endpoint is elsewhere.
    """
    kind = type(exporter)
    if not kind.__module__.startswith("opentelemetry.exporter.otlp.proto."):
        return False
    endpoint = str(getattr(exporter, "_endpoint", ""))
    found = loopback(endpoint)
    agents = {(settings.host, settings.port), (settings.host, _GRPC)}
    if found is None or (what != "spans" and found not in agents):
        raise Refused(refusal(settings, kind, f" to {shown(endpoint)}", f"raw {what}"))
    transport = getattr(getattr(exporter, "_client", None), "_transport", None)
    session = getattr(exporter, "_session", None) or getattr(transport, "_session", None)
    if session is not None:
        session.trust_env = False
        session.max_redirects = 0  # some releases would follow one elsewhere
    options = dict(getattr(exporter, "_channel_options", None) or ())  # of gRPC
    proxied = options.get("grpc.http_proxy") or (
        session.proxies if session is not None else _has_proxy(settings)
    )
    if what != "spans" and proxied:
        raise Refused(refusal(settings, kind, " by a proxy", f"raw {what}"))
    return True


def spare_the_agent(settings: Settings) -> None:
    """Where this environment has a proxy, it is none for the agent: gRPC asks one for loopback."""
    if not _has_proxy(settings):
        return
    for names in _NO_PROXY:
        name = next((name for name in names if os.environ.get(name)), names[0])
        if not _is_in(os.environ.get(name, ""), settings.host):
            given = os.environ.get(name, "")
            os.environ[name] = ",".join(filter(None, (given, settings.host, "localhost")))


def _has_proxy(settings: Settings) -> bool:
    """Whether a client that goes by the environment would ask a proxy for the agent."""
    if not any(name.lower() in _PROXIES and value for name, value in os.environ.items()):
        return False
    given = (next(filter(None, map(os.environ.get, names)), "") for names in _NO_PROXY)
    return not all(_is_in(text, settings.host) for text in given)


def _is_in(text: str, host: str) -> bool:
    hosts = [each.strip() for each in text.split(",")]
    return host in hosts or hosts == ["*"]


def local(kind: type) -> bool:
    """Exporters of the SDK itself: to the console, and to memory for tests."""
    return kind.__module__.startswith("opentelemetry.sdk.")


def refusal(settings: Settings, kind: type, where: str = "", what: str = "raw spans") -> str:
    """The text of a refusal."""
    fix = "the tracer provider exports spans by itself" if what == "raw spans" else "or use OTLP"
    return (
        f"harbourline: {kind.__module__}.{kind.__qualname__} may take {what} elsewhere{where}. In "
        f"{settings.level} they go to the agent at {settings.url} and nowhere else. "
        f"Fix: remove it; {fix}."
    )
