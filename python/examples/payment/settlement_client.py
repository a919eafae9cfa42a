"""The call over the border."""

import time

import httpx
from pydantic import BaseModel


class PaymentFailed(Exception):
    """A payment that did not go through; `status_code` is what the caller gets."""

    status_code = 500
    reason = "the payment failed"


class PaymentDeclined(PaymentFailed):
    """The mainland refused it."""

    status_code = 402
    reason = "the payment was declined"


class SettlementUnavailable(PaymentFailed):
    """No answer from the mainland: the outcome is open."""

    status_code = 502
    reason = "the settlement service cannot be reached"


class Settlement(BaseModel):
    """What the settlement service answered."""

    settlementId: str
    traceId: str
    """Trace id that the other side saw: equal to ours unless context was lost on the way."""
    traceparent: str | None
    """The header as the other side received it."""
    calledBack: bool


class SettlementClient:
    """Client of the settlement service.

    It sends what the settlement needs and nothing about the payer. ``HTTP_PROXY`` is honoured.
    After `failures_in_a_row` calls without an answer, a breaker opens for `breaker_seconds`: no
    call is made meanwhile. 0 is a client without a breaker.
    """

    failures_in_a_row = 5

    def __init__(self, url: str, breaker_seconds: float = 0) -> None:
        self._breaker_seconds = breaker_seconds
        self._failures = 0
        self._closed_at = 0.0
        self._http = httpx.AsyncClient(base_url=url, timeout=httpx.Timeout(15, connect=3))

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def settle(self, payment_id: str, amount: str, currency: str, card: str) -> Settlement:
        """Has a payment settled.

        Raises:
            PaymentDeclined: The other side refused. Its text names the card, as such texts do.
            SettlementUnavailable: The other side, or the line to it, did not answer.
        """
        if time.monotonic() < self._closed_at:
            raise SettlementUnavailable(f"no settlement of {payment_id}: the breaker is open")
        body = {"paymentId": payment_id, "amount": amount, "currency": currency}
        try:
            response = await self._http.post("/settlements", json=body)
        except httpx.HTTPError as error:
            self._failures += 1
            if self._breaker_seconds and self._failures >= self.failures_in_a_row:
                self._closed_at = time.monotonic() + self._breaker_seconds
            raise SettlementUnavailable(f"no settlement of {payment_id}: {error!r}") from error
        self._failures = 0
        if response.status_code == httpx.codes.PAYMENT_REQUIRED:
            raise PaymentDeclined(f"card {card} was declined: {response.json()['reason']}")
        if response.is_error:
            raise SettlementUnavailable(f"settlement answered {response.status_code}")
        return Settlement.model_validate_json(response.content)
