"""The HTTP interface of the settlement service.

It runs under ``opentelemetry-instrument`` with ``OTEL_TRACES_EXPORTER=none``: raw spans of the
mainland are not exported, while the context goes through it and back to Hong Kong.
"""

import random
import time
from uuid import uuid4

import requests
from flask import Flask, Response, jsonify, request
from opentelemetry import trace

from settlement.settings import Settings

latency_spread = 0.4
"""Sigma of the log-normal latency: the 99th percentile is about 2.5 times the median."""


def create_app(settings: Settings) -> Flask:
    """The service as a WSGI application."""
    app = Flask(__name__)

    @app.get("/health")
    def health() -> Response:
        return jsonify(status="ok")

    @app.post("/settlements")
    def settle() -> Response | tuple[Response, int]:
        body = request.get_json()
        payment_id = body.get("paymentId")
        if not isinstance(payment_id, str):
            return jsonify(reason="paymentId is missing"), 400
        # Seeded by payment, so that the outcome does not depend on the order of arrival.
        draw = random.Random(f"{settings.seed}:{payment_id}")
        latency_ms = settings.latency_ms * draw.lognormvariate(0, latency_spread)
        if draw.random() < settings.slow_share:
            latency_ms += settings.slow_ms
        declined = draw.random() < settings.declined_share
        calls_back = draw.random() < settings.callback_share
        time.sleep(float(body.get("latencyMs", latency_ms)) / 1_000)

        seen = {
            "traceId": trace.format_trace_id(trace.get_current_span().get_span_context().trace_id),
            "traceparent": request.headers.get("traceparent"),
        }
        if declined:
            return jsonify(reason="insufficient funds", **seen), 402
        called_back = calls_back and call_back(payment_id)
        return jsonify(settlementId=f"set_{uuid4().hex}", calledBack=called_back, **seen)

    def call_back(payment_id: str) -> bool:
        """Tells Hong Kong; a settlement stands whether or not that succeeds."""
        if not settings.payment_url:
            return False
        url = f"{settings.payment_url}/callbacks/settled"
        try:
            return requests.post(url, json={"paymentId": payment_id}, timeout=5).ok
        except requests.RequestException as error:
            app.logger.warning("no callback for %s: %r", payment_id, error)
            return False

    return app
