"""B3 from older peers: ``OTEL_PROPAGATORS=tracecontext,harbourline_b3``, with the extra ``b3``."""

from __future__ import annotations

from opentelemetry.context import Context
from opentelemetry.propagators.b3 import B3MultiFormat
from opentelemetry.propagators.textmap import (
    CarrierT,
    Getter,
    Setter,
    default_getter,
    default_setter,
)
from opentelemetry.trace import get_current_span


class AcceptB3(B3MultiFormat):
    """Reads B3, in one header or in several, where there is no ``traceparent``; never writes it."""

    def extract(
        self,
        carrier: CarrierT,
        context: Context | None = None,
        getter: Getter[CarrierT] = default_getter,
    ) -> Context:
        """The context of the caller."""
        if context is not None and get_current_span(context).get_span_context().is_valid:
            return context
        return super().extract(carrier, context, getter)

    def inject(
        self,
        carrier: CarrierT,
        context: Context | None = None,
        setter: Setter[CarrierT] = default_setter,
    ) -> None:
        """Nothing."""

    @property
    def fields(self) -> set[str]:
        """None are written."""
        return set()
