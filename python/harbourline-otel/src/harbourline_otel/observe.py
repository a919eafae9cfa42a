"""What tracing says about itself: OTLP metrics to the agent, named as OpenTelemetry does.

Written by hand, because the metrics of the SDK are a sixth of the memory that tracing takes, and a
thread. It goes along with the spans: once a minute behind a batch, and a last time at the end.
"""

from __future__ import annotations

import gc
import math
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping
from functools import partial
from hashlib import sha256
from itertools import accumulate, count, tee
from operator import sub
from struct import pack
from time import perf_counter_ns
from typing import NamedTuple
from uuid import uuid4

from opentelemetry.sdk.resources import Resource

from harbourline_otel import ledger, native, otlp
from harbourline_otel.ledger import (
    ADOPTED,
    DROPPED,
    ENDED,
    EXPORTED,
    FAILED,
    TOLD_EXPORTED,
    TOLD_LOST,
    Page,
)

_KEPT = ("service.name", "service.namespace", "deployment.environment.name")
"""Resource attributes that metrics carry: each combination is a series that is paid for."""

_INTERVAL = 60.0
"""Seconds between two reports: CloudWatch's standard period."""

_SCALE = 4
"""Of the histogram: 16 buckets for each doubling, which are 4.4 % wide."""

_PROCESSED = "otel.sdk.processor.span.processed"
_EXPORTED = "otel.sdk.exporter.span.exported"
_DURATION = "otel.sdk.exporter.operation.duration"
_COLLECTIONS = "cpython.gc.collections"
_PAUSES = "harbourline.gc.pause.time"
_SUMS = {_PROCESSED: "{span}", _EXPORTED: "{span}", _COLLECTIONS: "{collection}", _PAUSES: "s"}
"""What grows, and its unit. Collections are those of all generations: each series is paid for."""

_DELTA = otlp.number(2, 1)
"""The temporality of a sum and of a histogram."""


class Counts:
    """What became of the spans of this process. Every number only grows; one thread writes.

    What the report has not sent yet is in a page of shared memory, too: see `ledger`.
    """

    def __init__(self, key: str) -> None:
        self._key = key
        self._page = Page(key)
        self.slots = self._page.slots
        self.taken = 0
        """Spans that left the queue."""
        self.exported: Counter[str | None] = Counter()
        """Of those, spans that the agent took, under None, or never will, by ``error.type``."""
        self.seconds: defaultdict[str | None, float] = defaultdict(float)
        """How long attempts took, together, by ``error.type``."""
        self.attempts: Counter[tuple[str | None, int]] = Counter()
        """Attempts by ``error.type`` and bucket of their duration."""

    @property
    def ended(self) -> int:
        """Spans that ended and were sampled."""
        return self.slots[ENDED]

    @property
    def dropped(self) -> int:
        """Of those, spans that found the queue full."""
        return self.slots[DROPPED]

    @property
    def queued(self) -> int:
        """Spans that wait."""
        return max(0, self.ended + self.slots[ADOPTED] - self.dropped - self.taken)

    def take(self, count: int) -> None:
        """Spans leave the queue."""
        self.taken += count

    def attempt(self, seconds: float, error: str | None) -> None:
        """A batch was offered to the agent."""
        self.seconds[error] += seconds
        self.attempts[error, math.ceil(math.log2(max(seconds, 1e-6)) * 2**_SCALE) - 1] += 1

    def finish(self, count: int, error: str | None) -> None:
        """The agent took spans, or never will."""
        if count:
            self.exported[error] += count
            self.slots[FAILED if error else EXPORTED] += count

    def adopt(self) -> None:
        """Counts what processes of this service that were killed could not tell."""
        for exported, lost in ledger.adopt(self._key):
            self.slots[ADOPTED] += exported + lost
            self.take(exported + lost)
            self.finish(exported, None)
            self.finish(lost, "process_died")

    def reported(self, exported: int, lost: int) -> None:
        """The agent has a report of so many, ever."""
        self.slots[TOLD_EXPORTED], self.slots[TOLD_LOST] = exported, lost

    def late(self) -> None:
        """A span ended after the last report: the next process of the service tells of it."""
        if self._page.is_closed:
            self._page = Page(self._key)
            self.slots = self._page.slots
        self.slots[ENDED] += 1
        self.slots[DROPPED] += 1

    def close(self) -> None:
        """The process ends."""
        self._page.close()

    def abandon(self) -> None:
        """In a child."""
        self._page.abandon()

    @staticmethod
    def are_orphaned(key: str) -> bool:
        """Whether processes of a service were killed before they could tell everything."""
        return ledger.are_orphaned(key)


def key_of(resource: Resource) -> str:
    """The name of a service's pages."""
    kept = [str(resource.attributes.get(key, "")) for key in _KEPT]
    return sha256("\0".join(kept).encode("utf-8", "replace")).hexdigest()[:16]


class GarbageCollections:
    """Counts the interpreter's collections, and how long they held everything up.

    A signal that came during a collection has its handler run by the next line of Python. Were
    that one of a callback, Python would ignore what the handler raises: the end of the service. So
    no line of Python is in it: all is done by iterators, which Python calls by itself.
    """

    def __init__(self) -> None:
        started, self._all = deque([perf_counter_ns()], 1), deque([(0, 0)], 1)
        self._longest = deque([0], 1)
        now = partial(iter, perf_counter_ns, None)
        pauses, same = tee(map(sub, now(), _last_of(started)))
        noted = map(self._all.append, zip(count(1), accumulate(pauses)))
        compared = map(self._longest.append, map(max, same, _last_of(self._longest)))

        class Phase:
            start = property(partial(next, map(started.append, now())))
            stop = property(partial(next, zip(noted, compared, strict=True)))

        self._observe = partial(getattr, Phase())
        gc.callbacks.append(self._observe)

    @property
    def count(self) -> int:
        """Collections so far."""
        return self._all[0][0]

    @property
    def seconds(self) -> float:
        """What all of them took."""
        return self._all[0][1] / 1e9

    @property
    def longest(self) -> float:
        """Seconds of the longest since `forget_longest`."""
        return self._longest[0] / 1e9

    def forget_longest(self) -> None:
        """From now on it is another."""
        self._longest.append(0)

    def stop(self) -> None:
        """Looks no longer."""
        if self._observe in gc.callbacks:
            gc.callbacks.remove(self._observe)


def _last_of(values: deque[int]) -> Iterator[int]:
    return iter(partial(values.__getitem__, 0), None)


class Reading(NamedTuple):
    """All that grows, at one moment."""

    sums: Mapping[tuple[str, str | None], float] = {}
    """By name and ``error.type``."""
    seconds: Mapping[str | None, float] = {}
    attempts: Mapping[tuple[str | None, int], int] = {}


class Report:
    """Makes reports: each of what happened since the last one that the agent took."""

    def __init__(self, resource: Resource, counts: Counts) -> None:
        self._counts = counts
        self._collections = GarbageCollections()
        kept = {key: str(resource.attributes[key]) for key in _KEPT if key in resource.attributes}
        # Workers of one service report side by side.
        self._resource = otlp.attributes(1, kept | {"service.instance.id": str(uuid4())})
        self._told = Reading()
        self._since = time.time_ns()
        self._due = native.monotonic() + _INTERVAL

    def is_due(self) -> bool:
        """Whether a minute has passed since the last one."""
        return native.monotonic() >= self._due

    def make(self) -> tuple[bytes, Reading]:
        """A request, and the reading that `took` is to get."""
        self._due = native.monotonic() + _INTERVAL
        now = self._read()
        metrics = [self._sum(name, unit, now) for name, unit in _SUMS.items()]
        metrics.append(self._durations(now))
        for name, unit, value in (
            ("otel.sdk.processor.span.queue.size", "{span}", self._counts.queued),
            ("harbourline.gc.pause.longest", "s", self._collections.longest),
        ):
            metrics.append(_metric(name, unit, 5, otlp.part(1, self._point(value))))
        scope = otlp.part(1, otlp.text(1, "harbourline_otel")) + otlp.joined(2, metrics)
        return otlp.part(1, otlp.part(1, self._resource) + otlp.part(2, scope)), now

    def took(self, reading: Reading) -> None:
        """The agent has the report: the next one goes on from there."""
        self._told = reading
        exported = reading.sums.get((_EXPORTED, None), 0)
        lost = sum(n for key, n in reading.sums.items() if key[0] == _EXPORTED and key[1])
        self._counts.reported(int(exported), int(lost + reading.sums[_PROCESSED, "queue_full"]))
        self._since = time.time_ns()
        self._collections.forget_longest()

    def stop(self) -> None:
        """Observes no longer."""
        self._collections.stop()

    def _read(self) -> Reading:
        counts = self._counts
        return Reading(
            {
                (_PROCESSED, None): counts.taken,
                (_PROCESSED, "queue_full"): counts.dropped,
                (_COLLECTIONS, None): self._collections.count,
                (_PAUSES, None): self._collections.seconds,
                **{(_EXPORTED, error): n for error, n in counts.exported.items()},
            },
            dict(counts.seconds),
            dict(counts.attempts),
        )

    def _times(self) -> bytes:
        return otlp.fixed(2, self._since) + otlp.fixed(3, time.time_ns())

    def _point(self, value: float, error: str | None = None) -> bytes:
        written = b"\x31" + pack("<q", value) if isinstance(value, int) else _double(4, value)
        return self._times() + written + otlp.attributes(7, _error(error))

    def _sum(self, name: str, unit: str, now: Reading) -> bytes:
        points = [
            self._point(value - self._told.sums.get(key, 0), key[1])
            for key, value in now.sums.items()
            if key[0] == name
        ]
        monotonic = otlp.number(3, 1)
        return _metric(name, unit, 7, otlp.joined(1, points) + _DELTA + monotonic)

    def _durations(self, now: Reading) -> bytes:
        points = []
        for error, seconds in now.seconds.items():
            new = {
                bucket: count - self._told.attempts.get((kind, bucket), 0)
                for (kind, bucket), count in now.attempts.items()
                if kind == error
            }
            first, last = min(new), max(new)
            counts = b"".join([otlp.varint(new.get(n, 0)) for n in range(first, last + 1)])
            points.append(
                otlp.attributes(1, _error(error))
                + self._times()
                + otlp.fixed(4, sum(new.values()))
                + _double(5, seconds - self._told.seconds.get(error, 0))
                + _signed(6, _SCALE)
                + otlp.part(8, _signed(1, first) + otlp.part(2, counts))
            )
        return _metric(_DURATION, "s", 10, otlp.joined(1, points) + _DELTA)


def _metric(name: str, unit: str, kind: int, data: bytes) -> bytes:
    return otlp.text(1, name) + otlp.text(3, unit) + otlp.part(kind, data)


def _double(field: int, value: float) -> bytes:
    return otlp.varint(field << 3 | 1) + pack("<d", value)


def _signed(field: int, value: int) -> bytes:
    return otlp.number(field, value << 1 if value >= 0 else (-value << 1) - 1)


def _error(kind: str | None) -> dict[str, str]:
    return {"error.type": kind} if kind else {}
