"""The call over the border."""

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
    """

    def __init__(self, url: str) -> None:
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
        body = {"paymentId": payment_id, "amount": amount, "currency": currency}
        try:
            response = await self._http.post("/settlements", json=body)
        except httpx.HTTPError as error:
            raise SettlementUnavailable(f"no settlement of {payment_id}: {error!r}") from error
        if response.status_code == httpx.codes.PAYMENT_REQUIRED:
            raise PaymentDeclined(f"card {card} was declined: {response.json()['reason']}")
        if response.is_error:
            raise SettlementUnavailable(f"settlement answered {response.status_code}")
        return Settlement.model_validate_json(response.content)
