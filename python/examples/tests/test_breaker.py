"""The breaker before the settlement: when it opens, what it spares, and when it closes."""

import asyncio
from types import SimpleNamespace

import httpx
import pytest

from payment import settlement_client
from payment.settlement_client import SettlementClient, SettlementUnavailable


class Line:
    """A line to a settlement service that answers or not, and a clock that is set by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, breaker_seconds: float) -> None:
        self.calls = 0
        self.now = 100.0
        self.answers = False
        monkeypatch.setattr(settlement_client, "time", SimpleNamespace(monotonic=lambda: self.now))
        self.client = SettlementClient("http://settlement", breaker_seconds)
        transport = httpx.MockTransport(self._answer)
        self.client._http = httpx.AsyncClient(base_url="http://settlement", transport=transport)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        if not self.answers:
            raise httpx.ConnectTimeout("no answer", request=request)
        return httpx.Response(402, json={"reason": "limit"})  # an answer, whatever it says

    def settle(self) -> str:
        """What becomes of a settlement."""
        try:
            asyncio.run(self.client.settle("pay_1", "1.00", "HKD", "4111"))
        except SettlementUnavailable as error:
            return "open" if "the breaker is open" in str(error) else "no answer"
        except settlement_client.PaymentDeclined:
            return "answered"
        return "settled"


def test_five_calls_without_an_answer_open_it_for_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(monkeypatch, breaker_seconds=30)
    assert [line.settle() for _ in range(7)] == ["no answer"] * 5 + ["open"] * 2
    assert line.calls == 5
    line.now += 29.9
    assert (line.settle(), line.calls) == ("open", 5)

    # Then one call tries the line: it opens again at once, or closes.
    line.now += 0.2
    assert [line.settle(), line.settle()] == ["no answer", "open"]
    line.now += 30.1
    line.answers = True
    assert [line.settle(), line.settle()] == ["answered", "answered"]
    line.answers = False
    assert [line.settle() for _ in range(6)] == ["no answer"] * 5 + ["open"]


def test_an_answer_between_them_keeps_it_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(monkeypatch, breaker_seconds=30)
    for _ in range(3):
        assert [line.settle() for _ in range(4)] == ["no answer"] * 4
        line.answers = True
        assert line.settle() == "answered"
        line.answers = False


def test_without_a_breaker_every_call_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(monkeypatch, breaker_seconds=0)
    assert [line.settle() for _ in range(8)] == ["no answer"] * 8
    assert line.calls == 8
