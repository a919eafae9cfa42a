"""What a colleague may do: personal data in every place of a span that can hold text.

Used in rehearsals, with ``PAYMENT_CARELESS=1``, to show that none of it reaches the store. Do not
copy from here.
"""

import json
from dataclasses import dataclass

from opentelemetry import trace
from opentelemetry.util.types import AnyValue

tracer = trace.get_tracer(__name__)


@dataclass(frozen=True)
class PersonalData:
    """What a payment request knows about the payer."""

    email: str
    phone: str
    hkid: str
    card: str
    reference: str
    authorization: str


def annotate(payer: PersonalData) -> None:
    """Writes the payer into the current span and into a span of its own."""
    payer_as_map: dict[str, AnyValue] = {
        "email": payer.email,
        "documents": {"hkid": payer.hkid},
        "cards": [payer.card],
    }
    user_info = payer.email.replace("@", "%40")
    span = trace.get_current_span()
    span.set_attributes(
        {
            "enduser.email": payer.email,
            "customer.phone": payer.phone,
            "customer.hkid": payer.hkid,
            "payment.card_number": payer.card,
            "payment.note": f"paid with {payer.card} by {payer.email}",
            "payment.reference": payer.reference,
            "payment.contacts": [payer.email, payer.phone],
            "payment.payer_json": json.dumps(payer_as_map),
            "http.request.header.authorization": [payer.authorization],
            "crm.header": payer.authorization,
            "crm.url": f"https://{user_info}:pass@crm.example/payers?phone={payer.phone}&card={payer.card}",
        }
    )
    span.set_attribute("payment.payer", payer_as_map)
    link = trace.Link(span.get_span_context(), {"payer": payer.email, "hkid": payer.hkid})
    name = f"charge {payer.card} of {payer.email}"  # the package masks one, collectors the other
    with tracer.start_as_current_span(name, links=[link]) as charge:
        charge.add_event(
            f"receipt for {payer.email}",
            {"phone": payer.phone, "contacts": [payer.email, payer.phone], "text": payer.reference},
        )


def fail(payer: PersonalData) -> None:
    """Writes the payer into the description of the current span's status."""
    description = f"{payer.hkid} ({payer.email}) could not pay with {payer.card}"
    trace.get_current_span().set_status(trace.StatusCode.ERROR, description)
