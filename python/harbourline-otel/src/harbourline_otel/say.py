"""What the package says: one line at the start of a service, and what is wrong, once in a while.

``HARBOURLINE_SAY=nothing`` silences the line at the start; warnings go to the logger
``harbourline_otel`` and are the logging's business.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Mapping
from time import monotonic

from harbourline_otel.settings import Settings, service_name

logger = logging.getLogger("harbourline_otel")

_PATIENCE = 2.0
"""Seconds of failures before the first warning: an agent that is being replaced is away so long."""

_PAUSE = 300.0
"""Seconds between two warnings of one process."""

_CAUSES = {
    "ConnectionRefusedError": "nothing listens there. Fix: start the agent (systemctl status "
    "harbourline-agent)",
    "FileNotFoundError": "nothing listens there. Fix: start the agent",
    "TimeoutError": "it takes the connection and does not answer. Fix: look at the agent, it may "
    "be stopped or out of memory",
    "400": "it calls the request wrong. Fix: use the agent's port of OTLP over HTTP, 4318; if that "
    "is it, look at its log (journalctl -u harbourline-agent)",
    "401": "it wants credentials, so it is not the node's agent. Fix: point "
    "OTEL_EXPORTER_OTLP_ENDPOINT at the agent",
    "403": "it refuses us, so it is not the node's agent. Fix: point OTEL_EXPORTER_OTLP_ENDPOINT "
    "at the agent",
    "404": "it is a server of HTTP, but none of OTLP. Fix: use the agent's port of OTLP over HTTP, "
    "4318",
    "NotOTLP": "something answered, but it is not an OTLP receiver: those say what they answer "
    "with, application/x-protobuf. Fix: use the agent's port of OTLP over HTTP, 4318",
    "413": "it takes no batch of this size. Fix: look for a proxy before the agent; until then set "
    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE=16",
    "415": "it does not take OTLP over HTTP. Fix: use the agent's port of OTLP over HTTP, 4318",
    "TLS": "it wants TLS, which the agent does not on loopback, so it is another server. Fix: use "
    "the agent's port of OTLP over HTTP, 4318",
    "PermissionError": "this process may not connect to it. Fix: let the unit reach loopback "
    "(IPAddressAllow=localhost; the firewall; SELinux)",
    "OSError": "no connection can be opened. Fix: look whether the process has too many files open "
    "(LimitNOFILE) and whether the machine has that address (::1 needs IPv6)",
    "429": "its queue is full, spans wait here. Fix: look at the agent's way to the gateway",
    "503": "its queue is full, spans wait here. Fix: look at the agent's way to the gateway",
}
_NOT_HTTP = (
    "it does not speak HTTP/1.1. Fix: use the agent's port of OTLP over HTTP, 4318, not that of "
    "gRPC, 4317, nor one of TLS"
)
_PROTOCOL = ("BadStatusLine", "RemoteDisconnected", "ConnectionResetError", "BrokenPipeError")


def cause(kind: str) -> str:
    """Why the agent does not take spans, and what to do, by ``error.type``."""
    if kind in _PROTOCOL or kind.endswith("StatusLine"):
        return _NOT_HTTP
    if kind in _CAUSES:
        return _CAUSES[kind]
    if kind.isdecimal() and kind[0] in "234":
        return f"it answers {kind}, as no server of OTLP does. Fix: use the agent's port, 4318"
    return f"it failed with {kind}. Fix: look at its log (journalctl -u harbourline-agent)"


def of_uwsgi(options: Mapping[str, object]) -> Iterator[str]:
    """What uWSGI's options cost, by name as ``uwsgi.opt`` has them."""
    if not ("enable-threads" in options or "threads" in options):
        yield (
            "uWSGI runs no thread of Python, so that spans wait until a worker ends. Fix: "
            "enable-threads = true"
        )
    if "gracefully_kill_them_all" not in str(options.get("hook-master-start")):
        yield (
            "uWSGI ends workers that are busy without Python's end: what waits there is lost, and "
            "counted by the next process of the service. Fix: master = true and hook-master-start "
            "= unix_signal:15 gracefully_kill_them_all, instead of die-on-term"
        )


class Warner:
    """Says that spans do not arrive, and why: once in five minutes, and when they do again."""

    def __init__(self, settings: Settings) -> None:
        self._where = settings.url
        self._failing_since: float | None = None
        self._warned = float("-inf")
        self._dropped_warned = float("-inf")
        self._dropped = 0

    @property
    def is_failing(self) -> bool:
        """Whether the last attempt failed."""
        return self._failing_since is not None

    def failed(self, kind: str, again: bool) -> None:
        """An attempt failed. What will never be taken is said at once."""
        now = monotonic()
        if self._failing_since is None:
            self._failing_since = now
        if now - self._warned < _PAUSE or (again and now - self._failing_since < _PATIENCE):
            return
        self._warned = now
        what = "spans wait" if again else "spans are lost, and counted"
        _warn(f"harbourline: {what}: the agent at {self._where} took none: {cause(kind)}.")

    def took(self) -> None:
        """An attempt succeeded."""
        if self._failing_since is not None and self._warned >= self._failing_since:
            _warn(f"harbourline: the agent at {self._where} takes spans again.")
        self._failing_since = None

    def dropped(self, total: int) -> None:
        """So many spans found the queue full, ever."""
        new, now = total - self._dropped, monotonic()
        if new > 0 and now - self._dropped_warned >= _PAUSE:
            self._dropped_warned, self._dropped = now, total
            _warn(
                f"harbourline: {new} spans were dropped, and counted: the queue was full, because "
                "the agent was away or more spans are made than one thread can send."
            )


def _warn(text: str) -> None:
    try:
        logger.warning(text)
    except Exception:  # a handler of the service: no reason to lose spans
        pass


def warn(text: str) -> None:
    """Once, where it is found: for what the process goes on without."""
    _warn(text if text.startswith("harbourline: ") else f"harbourline: {text}")


def started(settings: Settings, instrumentations: str) -> None:
    """One line on standard error."""
    if os.environ.get("HARBOURLINE_SAY", "").strip().lower() == "nothing":
        return
    name = service_name(os.environ) or "a service"
    where = settings.url if "otlp" in settings.exporters else "no agent"
    sys.stderr.write(
        f"harbourline: {name} in {settings.environment}, spans to {where}, provider "
        f"harbourline_{settings.level}; {instrumentations}\n"
    )
    sys.stderr.flush()
