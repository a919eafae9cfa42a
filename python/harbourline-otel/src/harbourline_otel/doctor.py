"""Looks at everything between a service and the gateway, and says what is wrong, for a ticket.

Names of variables and what is wrong with them are shown; values only where they are addresses,
levels and environments.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from importlib.metadata import PackageNotFoundError, distributions, requires, version
from io import TextIOWrapper
from typing import Literal, NamedTuple

from harbourline_otel import found
from harbourline_otel.settings import (
    OLD_NAMES,
    Settings,
    SettingsError,
    has_new_names,
    leaves_spans_out,
    service_name,
)

State = Literal["ok", "wrong", "note"]

_TELEMETRY = 8888
"""The agent's port of metrics about itself, on its loopback address: `ports.telemetry`."""

_SENT = re.compile(r"^otelcol_exporter_sent_spans(?:_total)?\{([^}]*)\} (\S+)$", re.MULTILINE)
_REFUSED = re.compile(
    r"^(otelcol_(?:exporter_send_failed_spans|processor_\w*(?:drop|filter|refus)\w*"
    r"|receiver_refused_spans)(?:_total)?)\{[^}]*\} (\S+)$",
    re.MULTILINE,
)
_VENDORS = {
    "ddtrace": "it sends spans of its own to its own agent, past Harbourline, if it is started",
    "sentry-sdk": "its span processors are left out; its own tracing goes past Harbourline",
    "aws-opentelemetry-distro": "its configurator, exporters and samplers are not used",
    "newrelic": "it sends spans of its own, past Harbourline, if it is started",
    "elastic-apm": "it sends spans of its own, past Harbourline, if it is started",
}


class Finding(NamedTuple):
    """One line, and what to do."""

    state: State
    text: str
    fix: str = ""


def examine(seconds: float) -> int:
    """Prints everything; 1 where something is wrong, 0 otherwise.

    Args:
        seconds: How long the test span may take to the gateway.
    """
    wrong = 0
    if isinstance(sys.stdout, TextIOWrapper):  # names may have letters that this terminal has not
        sys.stdout.reconfigure(errors="backslashreplace")
    ours = version("harbourline-otel")
    print(f"harbourline-otel {ours} on Python {platform.python_version()}, {sys.platform}")
    for state, text, fix in _examine(seconds):
        wrong += state == "wrong"
        print(f"{state:5} {text}", flush=True)
        if fix:
            print(f"      Fix: {fix}")
    print(f"{wrong} wrong" if wrong else "healthy")
    return 1 if wrong else 0


def _examine(seconds: float) -> Iterator[Finding]:
    settings: Settings | None = None
    try:
        settings = Settings.from_environment(os.environ)
    except SettingsError as error:
        yield from _problems(str(error))
    else:
        yield Finding(
            "ok",
            f"settings: {service_name(os.environ) or 'no name'} in "
            f"{settings.environment}, provider harbourline_{settings.level}",
        )
        if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
            yield Finding("wrong", "OTEL_SDK_DISABLED is true: there are no spans", "remove it.")
        if leaves_spans_out(os.environ.get("OTEL_TRACES_SAMPLER", "")):
            yield Finding("wrong", "OTEL_TRACES_SAMPLER leaves spans out, or all", "remove it.")
        if "otlp" not in settings.exporters:
            yield Finding(
                "wrong", "OTEL_TRACES_EXPORTER leaves out otlp: no span is sent", "use otlp."
            )
        propagators = os.environ.get("OTEL_PROPAGATORS", "").replace(" ", "").split(",")
        if propagators != [""] and "tracecontext" not in propagators:
            yield Finding(
                "note", "OTEL_PROPAGATORS lacks tracecontext: traces end at each call", "add it."
            )
        if not has_new_names(os.environ.get("OTEL_SEMCONV_STABILITY_OPT_IN", "")):
            yield Finding("wrong", OLD_NAMES, "use http,database, as the node's file does.")
    yield from _versions()
    yield from _instrumentations()
    yield from _others()
    if settings:
        yield _guard()
        yield from _counts()
        yield from _agent(settings, seconds)


def _problems(text: str) -> Iterator[Finding]:
    what, why = "", ""
    for line in text.splitlines()[1:]:
        if line.startswith("    Fix: "):
            yield Finding("wrong", f"settings: {what}: {why}", line.removeprefix("    Fix: "))
        elif line.startswith("    "):
            why = line.strip()
        else:
            what = line.strip()


def _versions() -> Iterator[Finding]:
    from packaging.requirements import Requirement

    for text in requires("harbourline-otel") or []:
        requirement = Requirement(text)
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            if requirement.marker is None:
                fix = f"pip install '{requirement.name}{requirement.specifier}'"
                yield Finding("wrong", f"{requirement.name} is not installed", fix)
            continue
        if not requirement.specifier.contains(installed, prereleases=True):
            yield Finding(
                "wrong",
                f"{requirement.name} {installed} is none that this package was tried with",
                f"pip install '{requirement.name}{requirement.specifier}'",
            )


def _instrumentations() -> Iterator[Finding]:
    all_of_them = found.instrumentations(loaded=False)
    if on := [each.name for each in all_of_them if each.on]:
        yield Finding(
            "ok", f"instrumentations, if opentelemetry-instrument starts it: {', '.join(on)}"
        )
    for each in all_of_them:
        if each.reason:
            yield Finding("wrong", f"instrumentation {each.name} does nothing: {each.reason}")
    for library, extra in found.missing():
        fix = f"install harbourline-otel[{extra}], or leave it untraced"
        yield Finding("note", f"{library} is installed, and nothing traces it", fix)


def _others() -> Iterator[Finding]:
    names = {(each.metadata["Name"] or "").lower() for each in distributions()}
    for name, what in _VENDORS.items():
        if name in names:
            yield Finding("note", f"{name} is installed: {what}")


def _guard() -> Finding:
    """Whether Python starts the check before a service, in this environment."""
    script = "from harbourline_otel import guard; print(guard.current() is not None)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    if done.stdout.strip() == "True":
        return Finding("ok", "the guard is up before the service")
    fix = "install the package with pip into the service's virtual environment."
    return Finding("wrong", "Python does not start the guard by itself here", fix)


def _counts() -> Iterator[Finding]:
    """Whether this user can keep what outlives a process."""
    from harbourline_otel.ledger import STATE, Page

    page = Page("doctor")
    page.close()
    if page.path is None:
        base = os.environ.get(STATE) or "/dev/shm, or else /tmp"
        yield Finding(
            "wrong",
            f"no counts can be kept in {base}: spans of a process that is killed go uncounted",
            f"let the service's user write there, or name a folder of its own by {STATE}.",
        )


def _agent(settings: Settings, seconds: float) -> Iterator[Finding]:
    from harbourline_otel.agent import Agent, AgentAway
    from harbourline_otel.say import cause

    where = settings.url
    before = _counters(settings)
    agent = Agent(settings)
    try:
        if not agent.post("/v1/traces", _test_span(settings))[0]:
            raise AgentAway("NotOTLP", again=False)  # a receiver of OTLP says what it answers with
    except AgentAway as away:
        text, _, fix = cause(away.kind).partition(" Fix: ")
        yield Finding("wrong", f"the agent at {where}: {text.rstrip('.')}", fix)
        return
    finally:
        agent.close()
    yield Finding("ok", f"the agent at {where} took a test span")
    if before is None:
        yield Finding(
            "note",
            f"the agent tells nothing about itself on port {_TELEMETRY}: whether it reaches the "
            "gateway is not known from here",
        )
        return
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        now = _counters(settings) or before
        if now[0] > before[0]:
            yield Finding("ok", "the gateway took the agent's spans: its counter of sent ones grew")
            return
        time.sleep(0.25)
    grown = [name for name, value in now[1].items() if value > before[1].get(name, 0)]
    if grown:
        yield Finding(
            "wrong",
            f"the agent dropped it, or could not send it: {', '.join(grown)} grew",
            "look at the agent's log; is HARBOURLINE_ENVIRONMENT that of the node?",
        )
    else:
        yield Finding(
            "wrong",
            f"the agent keeps it: the gateway took nothing within {seconds:.0f} s",
            "look at the agent's log and at docs/runbook.md, heading Agent bandwidth.",
        )


def _counters(settings: Settings) -> tuple[float, dict[str, float]] | None:
    """Spans that the agent sent, and what it refused, by its own account."""
    connection = HTTPConnection(settings.host, _TELEMETRY, timeout=2)
    try:
        connection.request("GET", "/metrics")
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
    except (OSError, HTTPException):  # another program may have the port
        return None
    finally:
        connection.close()
    kind = response.getheader("Content-Type", "")
    if response.status != 200 or not kind.startswith("text/plain"):
        return None
    sent = sum(float(value) for _, value in _SENT.findall(text))
    return sent, {name: float(value) for name, value in _REFUSED.findall(text)}


def _test_span(settings: Settings) -> bytes:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
    from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

    def attribute(key: str, value: str) -> KeyValue:
        return KeyValue(key=key, value=AnyValue(string_value=value))

    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.extend(
        [
            attribute("service.name", service_name(os.environ) or "harbourline-doctor"),
            attribute("deployment.environment.name", settings.environment),
        ]
    )
    scope = resource.scope_spans.add()
    scope.scope.name = "harbourline_otel.doctor"
    now = time.time_ns()
    scope.spans.add(
        trace_id=os.urandom(16),
        span_id=os.urandom(8),
        name="harbourline-otel doctor",
        kind=1,
        start_time_unix_nano=now - 1_000_000,
        end_time_unix_nano=now,
    )
    return bytes(request.SerializeToString())
