"""What a span costs the thread that makes it: from its start until it waits in the queue.

Run by ``npm run bench:python`` in a process with the tracer provider of production. Prints JSON.
"""

import json
import sys
import time

from opentelemetry import trace
from opentelemetry.trace import SpanKind

attributes = {
    "http.request.method": "POST",
    "url.full": "http://10.20.0.15:8080/settlements",
    "server.address": "10.20.0.15",
    "server.port": 8080,
    "network.protocol.version": "1.1",
    "http.response.status_code": 200,
    "db.query.text": "SELECT amount FROM payments WHERE id = ? AND currency = ?",
    "payment.id": "pay_0a1b2c3d4e5f60718293a4b5c6d7e8f9",
}
burst = 10
"""Spans that a request makes, one after the other."""


def main(spans_a_second: int, seconds: int) -> None:
    """Makes spans at a rate, in bursts, while the batches are sent beside it."""
    tracer = trace.get_tracer("bench")
    costs: list[int] = []
    clock = time.perf_counter_ns
    interval = burst / spans_a_second
    start = time.monotonic()
    for n in range(spans_a_second * seconds // burst):
        time.sleep(max(0.0, start + n * interval - time.monotonic()))
        for _ in range(burst):
            before = clock()
            span = tracer.start_span("POST", kind=SpanKind.CLIENT, attributes=attributes)
            span.end()
            costs.append(clock() - before)
    print(json.dumps(costs))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
