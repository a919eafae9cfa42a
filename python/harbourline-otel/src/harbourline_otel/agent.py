"""The way to the agent: a kept connection on loopback. No proxy, no redirect, no name lookup."""

from __future__ import annotations

import http.client
import os
import socket
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from opentelemetry.sdk.trace import ReadableSpan

from harbourline_otel import native, otlp
from harbourline_otel.observe import Counts, Report
from harbourline_otel.say import Warner
from harbourline_otel.scrub import Scrubber
from harbourline_otel.settings import Settings

_TIMEOUT = 5.0
"""Seconds that an answer may take. The agent answers as soon as its queue has the batch."""

_MOST = 1 << 16
"""Bytes of an answer."""

_TRY_AGAIN = frozenset({408, 429, 500, 502, 503, 504})

_PAUSED = "paused"

_CHUNK = 16
"""Spans that are encoded at a stretch. The interpreter's lock is offered in between, so that a
request waits for one millisecond of encoding, not for the interpreter's switch interval of five."""


class AgentAway(Exception):
    """It did not take it. `kind` is the ``error.type`` of the metrics."""

    def __init__(self, kind: str, again: bool = True) -> None:
        super().__init__(kind)
        self.kind = kind
        self.again = again


class Agent:
    """A connection to the agent. For one thread."""

    def __init__(self, settings: Settings) -> None:
        self._connection = http.client.HTTPConnection(settings.host, settings.port, _TIMEOUT)
        self._connection._create_connection = self._connect  # type: ignore[attr-defined]
        self._is: tuple[int, int] | None = None

    def post(self, path: str, body: bytes, seconds: float = _TIMEOUT) -> tuple[str, bytes]:
        """Sends a request of OTLP; returns the content type of the answer, and the answer.

        Args:
            path: ``/v1/traces`` or ``/v1/metrics``.
            body: The encoded request.
            seconds: How long the agent may take for each step; at the most its usual time.

        Raises:
            AgentAway: It was not taken.
        """
        self._connection.timeout = seconds = max(0.01, min(seconds, _TIMEOUT))
        self._leave_to_others()
        try:
            if self._connection.sock:
                self._connection.sock.settimeout(seconds)
            self._connection.request("POST", path, body, {"Content-Type": "application/x-protobuf"})
            response = self._connection.getresponse()
            answer = response.read(_MOST)
            if not response.isclosed():  # there is more, perhaps without an end
                self.close()
        except Exception as error:  # also of who replaced `socket`, or closed all files
            self.close()
            tls = str(error).startswith("\x15\x03")  # its alert, where a status was to stand
            raise AgentAway("TLS" if tls else type(error).__name__) from error
        if response.status == 400 and b"HTTPS" in answer:  # servers of Go, and nginx, say so
            raise AgentAway("TLS")
        if response.status != 200:
            raise AgentAway(str(response.status), response.status in _TRY_AGAIN)
        # Of OTLP it is the request's; a server of something else, such as the agent's own port of
        # health, says that all is well, too.
        kind = response.getheader("Content-Type", "")
        if kind and "protobuf" not in kind:
            raise AgentAway("NotOTLP", again=False)
        return kind, answer

    def close(self) -> None:
        """Closes it; the next request opens it again."""
        self._leave_to_others()
        with suppress(OSError):
            self._connection.close()

    def interrupt(self) -> None:
        """From another thread: who waits for an answer waits no longer."""
        sock = self._connection.sock
        if sock and native.identity(sock.fileno()) == self._is:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def abandon(self) -> None:
        """In a child: leaves the connection to the parent, without the locks of its reader."""
        self._leave_to_others()
        if sock := self._connection.sock:
            os.close(sock.detach())

    def _connect(self, address: tuple[str, int], seconds: float, *_: object) -> socket.socket:
        connection = _connect(address, seconds)
        self._is = native.identity(connection.fileno())
        return connection

    def _leave_to_others(self) -> None:
        """What is not our connection any more."""
        sock = self._connection.sock
        if sock and native.identity(sock.fileno()) != self._is:
            sock.detach()
            self._connection.sock = None


def _connect(address: tuple[str, int], seconds: float) -> socket.socket:
    """To an address of loopback; without a look at names."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with native.above_standard():
        connection: socket.socket = native.original("socket", "socket")(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect(address)
    except BaseException:
        connection.close()
        raise
    return connection


def encode(spans: Sequence[ReadableSpan]) -> tuple[bytes, Counter[str]]:
    """An encoded request, with each resource and scope once.

    And how many spans cannot be encoded, by ``error.type``: one with half a character in its name.
    """
    resources: dict[int, tuple[bytes, dict[int, list[bytes]]]] = {}
    lost: Counter[str] = Counter()
    for n, span in enumerate(spans):
        if n and n % _CHUNK == 0:
            native.sleep(0)
        resource, scope = span.resource, span.instrumentation_scope
        try:
            if id(resource) not in resources:
                resources[id(resource)] = (otlp.resource(resource), {})
            scopes = resources[id(resource)][1]
            if id(scope) not in scopes:
                scopes[id(scope)] = [otlp.scope(scope)]
            scopes[id(scope)].append(otlp.span(span))
        except Exception as error:
            lost[type(error).__name__] += 1
    if lost.total() == len(spans):
        return b"", lost
    parts = [
        whose + otlp.joined(2, map(b"".join, scopes.values()))
        for whose, scopes in resources.values()
    ]
    return otlp.joined(1, parts), lost


class AgentSpanExporter:
    """Sends batches, each again and again until the agent took it; the queue before it is bounded.

    For one thread. Once a minute, a report of `counts` goes along.
    """

    def __init__(
        self, settings: Settings, counts: Counts, report: Report, scrubber: Scrubber
    ) -> None:
        self._agent = Agent(settings)
        self._counts = counts
        self._report = report
        self._scrub = scrubber.span
        self._warner = Warner(settings)
        self._until = float("inf")
        self._kept: tuple[bytes, int] | None = None
        self.pausing = False
        """Whether a fork waits: a batch that the agent does not take is kept until after it."""

    def export(self, spans: Sequence[ReadableSpan]) -> bool:
        """Returns when the agent has them, or the process ends, or a fork waits: whether it has."""
        self._counts.take(len(spans))
        scrubbed: list[ReadableSpan] = []
        for span in spans:
            try:
                scrubbed.append(self._scrub(span))
            except Exception as unclean:
                self._counts.finish(1, type(unclean).__name__)
        body, lost = encode(scrubbed)
        for kind, number in lost.items():
            self._counts.finish(number, kind)
        self._kept = body, len(scrubbed) - lost.total()
        return self.export_kept()

    @property
    def keeps(self) -> bool:
        """Whether a fork came between a batch and the agent."""
        return self._kept is not None

    def export_kept(self) -> bool:
        """Goes on with a batch as `export` does."""
        if self._kept is None:
            return True
        body, number = self._kept
        error, rejected = self._hand_over(body) if body else (None, 0)
        if error == _PAUSED:
            return False
        self._kept = None
        rejected = min(rejected, number)
        self._counts.finish(number - rejected, error)
        self._counts.finish(rejected, "rejected")
        self._warner.dropped(self._counts.dropped)
        if self._report.is_due():
            self.report()
        return error is None

    def report(self) -> None:
        """Reports; what the agent does not take now is in the next report."""
        self._counts.adopt()
        body, reported = self._report.make()
        with suppress(AgentAway):
            self._agent.post("/v1/metrics", body, self._until - native.monotonic())
            self._report.took(reported)

    def stop_within(self, seconds: float) -> None:
        """From now on, batches are given up after so many seconds."""
        self._until = native.monotonic() + seconds

    @property
    def is_failing(self) -> bool:
        """Whether the agent did not take the last batch, so far."""
        return self._warner.is_failing

    def interrupt(self) -> None:
        """Gives the present attempt up, from another thread."""
        self._agent.interrupt()

    @property
    def seconds_left(self) -> float:
        """Until the process should have ended."""
        return max(0.0, self._until - native.monotonic())

    @property
    def is_late(self) -> bool:
        """Whether the process should have ended by now."""
        return native.monotonic() >= self._until

    def give_up(self, count: int) -> None:
        """Spans for which no time is left."""
        self._counts.take(count)
        self._counts.finish(count, "process_ended")

    def shutdown(self) -> None:
        """Reports a last time, and closes the connection."""
        self.report()
        self._report.stop()
        self._counts.close()
        self._agent.close()

    def abandon(self) -> None:
        """In a child: connection and counts are the parent's."""
        self._report.stop()
        self._counts.abandon()
        self._agent.abandon()

    def _hand_over(self, body: bytes) -> tuple[str | None, int]:
        """The ``error.type`` of a batch that the agent never takes; how many of it it rejected."""
        wait = 0.05
        while True:
            start = native.monotonic()
            if start >= self._until:
                return "process_ended", 0
            failure: AgentAway | None = None
            answer = b""
            try:
                answer = self._agent.post("/v1/traces", body, self._until - start)[1]
            except AgentAway as error:
                failure = error
            now = native.monotonic()
            self._counts.attempt(now - start, failure.kind if failure else None)
            if failure is None:
                self._warner.took()
                return None, otlp.rejected(answer)
            self._warner.failed(failure.kind, failure.again)
            if not failure.again or now + wait > self._until:
                return failure.kind, 0
            if self.pausing:
                return _PAUSED, 0
            # The end of the process, seen from its thread, cuts the wait short; so does a fork.
            self._sleep(wait)
            wait = min(wait * 2, 1.0)

    def _sleep(self, seconds: float) -> None:
        until = native.monotonic() + seconds
        while (left := min(until, self._until) - native.monotonic()) > 0 and not self.pausing:
            native.sleep(min(left, 0.05))
