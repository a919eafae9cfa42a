"""Which instrumentations there are in this environment, and why one does nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from typing import NamedTuple

DISABLED = "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS"

LIBRARIES = {
    "fastapi": "fastapi", "starlette": "starlette", "flask": "flask", "django": "django",
    "aiohttp": "aiohttp", "httpx": "httpx", "requests": "requests", "urllib3": "urllib3",
    "grpcio": "grpc", "celery": "celery", "aiokafka": "aiokafka",
    "confluent-kafka": "confluent-kafka", "pika": "pika", "aio-pika": "aio-pika",
    "asyncpg": "asyncpg", "psycopg": "psycopg", "psycopg2": "psycopg2",
    "psycopg2-binary": "psycopg2", "pymysql": "pymysql", "mysqlclient": "mysqlclient",
    "mysql-connector-python": "mysql", "redis": "redis", "boto3": "boto3",
    "sqlalchemy": "sqlalchemy",
}  # fmt: skip
"""Libraries that services use, and the extra that traces each."""

_INSTRUMENTATIONS = {
    "aiohttp": "aiohttp-client", "grpc": "grpc_client", "boto3": "botocore",
    "aio-pika": "aio-pika", "confluent-kafka": "confluent_kafka",
}  # fmt: skip
"""Names of instrumentations that differ from the extra's."""

_COVERED = {"starlette": "fastapi", "urllib3": "requests"}
"""A library of which another's instrumentation makes the spans that matter."""


class Instrumentation(NamedTuple):
    """One that an installed package offers."""

    name: str
    on: bool
    reason: str = ""
    """Why it is off; empty where its library is not installed, so that nobody misses it."""


def instrumentations(loaded: bool = True) -> list[Instrumentation]:
    """All of them.

    Args:
        loaded: Whether to look at what this process has, or at what a service would have.
    """
    off = {name.strip() for name in os.environ.get(DISABLED, "").split(",")}
    all_of_them: list[Instrumentation] = []
    for distribution in distributions():
        for point in distribution.entry_points:
            if point.group != "opentelemetry_instrumentor":
                continue
            named = point.name in off or "*" in off
            reason = f"{DISABLED} names it" if named else _conflict(distribution)
            if reason is None:
                continue
            on = not reason and (not loaded or _is_on(point.module, point.attr))
            if not (on or reason):
                continue  # of a library that is not there, or of a program started otherwise
            all_of_them.append(Instrumentation(point.name, on, reason))
    return sorted(set(all_of_them))


def missing() -> Iterator[tuple[str, str]]:
    """Libraries without their instrumentation, each with the extra that has it."""
    names = {_normal(distribution.metadata["Name"] or "") for distribution in distributions()}
    for library, extra in LIBRARIES.items():
        instrumentation = _normal(_INSTRUMENTATIONS.get(extra, extra)).removesuffix("-client")
        wanted = {f"opentelemetry-instrumentation-{instrumentation}"}
        wanted.add(f"opentelemetry-instrumentation-{_COVERED.get(library, instrumentation)}")
        if extra in ("aiohttp",):
            wanted = {"opentelemetry-instrumentation-aiohttp-client"}
        if library in names and not wanted & names:
            yield library, extra


def line() -> str:
    """What is on, what is off and why: for the line at the start of a service."""
    found = instrumentations()
    on = [each.name for each in found if each.on]
    off = [f"{each.name} ({each.reason})" for each in found if each.reason]
    off += [f"{library} (extra {extra} is missing)" for library, extra in missing()]
    return f"on: {', '.join(on) or 'nothing'}; off: {', '.join(off) or 'nothing'}"


def _conflict(distribution: Distribution) -> str | None:
    """Why its library does not fit; an empty text where it does, None where there is none."""
    from opentelemetry.instrumentation.dependencies import get_dist_dependency_conflicts

    conflict = get_dist_dependency_conflicts(distribution)
    if conflict is None:
        return ""
    if getattr(conflict, "found", None) is None and not getattr(conflict, "found_any", None):
        return None
    return str(conflict).replace("DependencyConflict: ", "")


def _is_on(module: str, attribute: str) -> bool:
    kind = getattr(sys.modules.get(module), attribute, None)
    instance = getattr(kind, "_instance", None)
    return bool(getattr(instance, "_is_instrumented_by_opentelemetry", False))


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
