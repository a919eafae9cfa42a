"""The HTTP interface of the payment service.

Nothing here sets tracing up: ``opentelemetry-instrument`` does. The service only names one span
and adds two attributes that operators search for.
"""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Annotated
from uuid import NAMESPACE_URL, uuid5

from fastapi import BackgroundTasks, FastAPI, Header, HTTPException, Query, Request
from fastapi.responses import JSONResponse
from opentelemetry import trace
from pydantic import BaseModel, Field

from payment import careless
from payment.database import Payment, Payments
from payment.settings import Settings
from payment.settlement_client import PaymentFailed, Settlement, SettlementClient

payments_per_minute = 20
"""Per payer; more of them look like a stolen card."""

logger = logging.getLogger(__name__)
tracer = trace.get_tracer(__name__)


class PaymentRequest(BaseModel):
    """Body of ``POST /payments``."""

    amount: Decimal = Field(gt=0, max_digits=12, decimal_places=2)
    currency: str = Field(pattern="^[A-Z]{3}$")
    card: str = Field(pattern=r"^\d(?:[ -]?\d){12,18}$")
    phone: str = Field(pattern=r"^\+?[\d ]{8,17}$")
    hkid: str = Field(pattern=r"^[A-Z]{1,2}\d{6}\([\dA]\)$")
    reference: str = Field(min_length=1, max_length=200)


class SettledCallback(BaseModel):
    """Body of ``POST /callbacks/settled``."""

    paymentId: str


class PaymentAnswer(BaseModel):
    """Answer of ``POST /payments``."""

    paymentId: str
    traceId: str
    settlement: Settlement


def current_trace_id() -> str:
    """Trace id of the current span in hexadecimal, for answers and logs."""
    return trace.format_trace_id(trace.get_current_span().get_span_context().trace_id)


def create_app(settings: Settings) -> FastAPI:
    """The service as an ASGI application."""
    payments = Payments(settings.database_url)
    settlements = SettlementClient(settings.settlement_url, settings.breaker_seconds)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await payments.create_tables()
        # What the start made stays until the end: a full collection need not look through it again,
        # and hold every request up meanwhile.
        gc.collect()
        gc.freeze()
        yield
        await settlements.close()
        await payments.close()

    app = FastAPI(title="payment", lifespan=lifespan)

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/payments")
    async def pay(
        body: PaymentRequest,
        payer_email: Annotated[str, Query(pattern="^[^@ ]+@[^@ ]+$")],
        background: BackgroundTasks,
        authorization: Annotated[str, Header()] = "",
    ) -> PaymentAnswer:
        used, recent = await asyncio.gather(
            payments.reference_used(body.reference), payments.recent(payer_email)
        )
        if used:
            raise HTTPException(409, "a payment with this reference exists")
        if recent >= payments_per_minute:
            raise HTTPException(429, "too many payments of this payer")

        # Derived, so that a repeated request means the same payment. The prefix keeps digits of the
        # id from looking like a card or a phone number: masking starts at a word boundary.
        payment_id = f"pay_{uuid5(NAMESPACE_URL, body.reference).hex}"
        amount = f"{body.amount:.2f}"
        await payments.add(
            Payment(
                id=payment_id,
                reference=body.reference,
                payer=payer_email,
                amount_minor=int(body.amount * 100),
                currency=body.currency,
            )
        )
        trace.get_current_span().set_attributes(
            {"payment.id": payment_id, "payment.amount": amount, "payment.currency": body.currency}
        )
        payer = careless.PersonalData(
            payer_email, body.phone, body.hkid, body.card, body.reference, authorization
        )
        if settings.careless:
            careless.annotate(payer)
        try:
            settlement = await settle(payment_id, amount, body)
        except PaymentFailed:
            if settings.careless:
                careless.fail(payer)
            raise
        background.add_task(send_receipt, payment_id)
        return PaymentAnswer(
            paymentId=payment_id, traceId=current_trace_id(), settlement=settlement
        )

    async def settle(payment_id: str, amount: str, body: PaymentRequest) -> Settlement:
        with tracer.start_as_current_span("settle payment"):
            try:
                settlement = await settlements.settle(payment_id, amount, body.currency, body.card)
            except PaymentFailed:
                await payments.set_status(payment_id, "failed")
                raise
            await payments.set_status(payment_id, "accepted")
            return settlement

    async def send_receipt(payment_id: str) -> None:
        await payments.mark_receipt(payment_id)
        logger.info("receipt of %s sent, trace %s", payment_id, current_trace_id())

    @app.post("/callbacks/settled")
    async def settled(body: SettledCallback) -> dict[str, str]:
        if not await payments.mark_settled(body.paymentId):
            raise HTTPException(404, "no such payment")
        return {"paymentId": body.paymentId, "traceId": current_trace_id()}

    @app.exception_handler(PaymentFailed)
    async def answer_failed(_: Request, error: PaymentFailed) -> JSONResponse:
        body = {"detail": error.reason, "traceId": current_trace_id()}
        return JSONResponse(body, error.status_code)

    return app
