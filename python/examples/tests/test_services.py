"""What a trace of a payment looks like, from one side of the border to the other."""

import asyncio
import time
from dataclasses import replace

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

import settlement.app
from payment.settings import Settings as PaymentSettings
from settlement.settings import Settings as SettlementSettings

body = {
    "amount": "1234.10",
    "currency": "HKD",
    "card": "4111 1111 1111 1111",
    "phone": "+852 9123 4567",
    "hkid": "A123456(3)",
    "reference": "order 1",
}


def pay(client: httpx.Client, **changes: str) -> httpx.Response:
    return client.post(
        "/payments",
        params={"payer_email": "payer@example.com"},
        headers={"Authorization": "Bearer abcdefgh12345678"},
        json=body | changes,
    )


def finished(spans: InMemorySpanExporter, *names: str) -> list[ReadableSpan]:
    """All spans, once those of the names have ended: a background task outlives the answer."""
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        found = list(spans.get_finished_spans())
        if set(names) <= {span.name for span in found}:
            return found
        time.sleep(0.01)
    raise AssertionError(f"{names} not among {sorted({span.name for span in found})}")


def trace_ids(spans: list[ReadableSpan]) -> set[str]:
    return {f"{span.context.trace_id:032x}" for span in spans}


def parent(span: ReadableSpan, spans: list[ReadableSpan]) -> ReadableSpan | None:
    return next(
        (s for s in spans if span.parent and s.context.span_id == span.parent.span_id), None
    )


def named(spans: list[ReadableSpan], name: str) -> ReadableSpan:
    (span,) = [s for s in spans if s.name == name]
    return span


def test_one_trace_goes_over_the_border_and_comes_back(
    payments: httpx.Client, spans: InMemorySpanExporter
) -> None:
    answer = pay(payments).json()
    found = finished(
        spans, "POST /payments", "POST /callbacks/settled", "BackgroundTask send_receipt"
    )

    assert trace_ids(found) == {answer["traceId"]} == {answer["settlement"]["traceId"]}
    assert answer["settlement"]["calledBack"]
    root = named(found, "POST /payments")
    assert root.parent is None
    # Client span in Hong Kong, server and client span in the mainland, server span in Hong Kong.
    mainland = named(found, "POST /settlements")
    back = named(found, "POST /callbacks/settled")
    outbound = parent(mainland, found)
    assert outbound and outbound.kind == SpanKind.CLIENT
    assert outbound.attributes["server.address"] == "127.0.0.1"
    assert answer["settlement"]["traceparent"].split("-")[2] == f"{outbound.context.span_id:016x}"
    inbound = parent(back, found)
    assert inbound and inbound.kind == SpanKind.CLIENT
    assert parent(inbound, found) is mainland


def test_context_holds_across_gather_and_a_background_task(
    payments: httpx.Client, spans: InMemorySpanExporter
) -> None:
    pay(payments)
    found = finished(spans, "BackgroundTask send_receipt", "POST /payments")
    root = named(found, "POST /payments")
    receipt = named(found, "BackgroundTask send_receipt")

    selects = [s for s in found if s.name.startswith("SELECT") and parent(s, found) is root]
    assert len(selects) == 2
    assert parent(receipt, found) is root
    assert receipt.start_time >= root.end_time - 5_000_000
    assert any(s.name.startswith("UPDATE") and parent(s, found) is receipt for s in found)


async def _many(url: httpx.URL, count: int) -> list[dict]:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        params = [{"payer_email": f"payer{n}@example.com"} for n in range(count)]
        answers = await asyncio.gather(
            *(
                client.post("/payments", params=p, json=body | {"reference": f"order {n}"})
                for n, p in enumerate(params)
            )
        )
        return [answer.json() for answer in answers]


def test_payments_at_the_same_time_do_not_mix(payments: httpx.Client) -> None:
    answers = asyncio.run(_many(payments.base_url, 10))
    assert all(a["traceId"] == a["settlement"]["traceId"] for a in answers)
    assert len({a["paymentId"] for a in answers}) == 10


def test_amounts_survive(payments: httpx.Client, spans: InMemorySpanExporter) -> None:
    pay(payments, amount="0.10")
    attributes = named(finished(spans, "POST /payments"), "POST /payments").attributes
    assert attributes["payment.amount"] == "0.10"
    assert attributes["payment.currency"] == "HKD"


def test_a_caller_behind_a_trusted_proxy_is_the_client(
    payments: httpx.Client, spans: InMemorySpanExporter
) -> None:
    payments.post(
        "/callbacks/settled",
        json={"paymentId": "pay_unknown"},
        headers={
            "X-Forwarded-For": "10.20.0.15",
            "traceparent": "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01",
        },
    )
    span = named(finished(spans, "POST /callbacks/settled"), "POST /callbacks/settled")
    assert span.attributes["client.address"] == "10.20.0.15"
    assert f"{span.context.trace_id:032x}" == "0123456789abcdef0123456789abcdef"
    assert f"{span.parent.span_id:016x}" == "0123456789abcdef"


@pytest.mark.parametrize("changes", [{"amount": "-1"}, {"hkid": "A12"}, {"card": "12"}])
def test_wrong_input_is_refused(payments: httpx.Client, changes: dict[str, str]) -> None:
    assert pay(payments, **changes).status_code == 422


def test_a_reference_is_used_once(payments: httpx.Client) -> None:
    assert pay(payments).status_code == 200
    assert pay(payments).status_code == 409


class TestDeclined:
    """A settlement that refuses."""

    @pytest.fixture
    def settlement_settings(self) -> SettlementSettings:
        """Declines all."""
        return SettlementSettings(latency_ms=1, slow_share=0, declined_share=1)

    def test_is_an_error_that_names_the_card(
        self, payments: httpx.Client, spans: InMemorySpanExporter
    ) -> None:
        response = pay(payments)
        found = finished(spans, "POST /payments")
        assert response.status_code == 402
        assert trace_ids(found) == {response.json()["traceId"]}
        span = named(found, "settle payment")
        assert span.status.status_code == StatusCode.ERROR
        assert body["card"] in span.events[0].attributes["exception.message"]


class TestCareless:
    """The service as a careless colleague left it."""

    @pytest.fixture
    def careless(self) -> bool:
        """Careless."""
        return True

    def test_puts_personal_data_everywhere(
        self, payments: httpx.Client, spans: InMemorySpanExporter
    ) -> None:
        pay(payments)
        found = finished(spans, "POST /payments")
        root = named(found, "POST /payments").attributes
        charge = named(found, f"charge {body['card']} of payer@example.com")
        assert root["enduser.email"] == "payer@example.com"
        assert root["payment.payer"]["documents"]["hkid"] == body["hkid"]
        assert root["payment.contacts"] == ("payer@example.com", body["phone"])
        assert charge.events[0].name == "receipt for payer@example.com"
        assert charge.links[0].attributes["hkid"] == body["hkid"]


def test_a_dead_settlement_is_an_error_with_a_trace_id(
    payments: httpx.Client, spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object, **__: object) -> httpx.Response:
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(httpx.AsyncClient, "post", refuse)
    response = pay(payments)
    assert response.status_code == 502
    assert response.json()["traceId"] in trace_ids(finished(spans, "POST /payments"))


def test_settings_name_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="SETTLEMENT_URL"):
        PaymentSettings.from_environment({})
    with pytest.raises(ValueError, match="PAYMENT_PORT is 'x'"):
        PaymentSettings.from_environment({"SETTLEMENT_URL": "http://a", "PAYMENT_PORT": "x"})
    with pytest.raises(ValueError, match="SETTLEMENT_SLOW_SHARE is 2"):
        SettlementSettings.from_environment({"SETTLEMENT_SLOW_SHARE": "2"})
    with pytest.raises(ValueError, match="SETTLEMENT_SEED is 'x'"):
        SettlementSettings.from_environment({"SETTLEMENT_SEED": "x"})


def test_a_seed_fixes_the_outcomes() -> None:
    settings = SettlementSettings(latency_ms=0, slow_share=0, declined_share=0.5)

    def outcomes(seed: int) -> list[int]:
        client = settlement.app.create_app(replace(settings, seed=seed)).test_client()
        posts = [client.post("/settlements", json={"paymentId": f"pay_{n}"}) for n in range(30)]
        return [post.status_code for post in posts]

    assert outcomes(1) == outcomes(1) != outcomes(2)
