"""Settings of the settlement service, from its environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Settings:
    """What the service does with a settlement. Shares are in [0, 1].

    Attributes:
        payment_url: Where to call back, e.g. ``http://10.10.0.10:8000``; empty: never.
        host: Address to listen on.
        port: Port to listen on.
        seed: Of the draws; the same seed and payment id give the same outcome.
        latency_ms: Median of the time that a settlement takes.
        slow_share: Share of settlements that take `slow_ms` on top.
        slow_ms: Milliseconds.
        declined_share: Share that is refused with 402.
        callback_share: Share of the others that is called back to Hong Kong.
    """

    payment_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    seed: int = 1
    latency_ms: float = 30
    slow_share: float = 0.04
    slow_ms: float = 1_500
    declined_share: float = 0.03
    callback_share: float = 0.3

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Reads ``PAYMENT_URL`` and ``SETTLEMENT_*``, e.g. ``SETTLEMENT_SLOW_SHARE``.

        Raises:
            ValueError: A value is not a number, or a share is outside [0, 1].
        """
        values: dict[str, Any] = {"payment_url": environment.get("PAYMENT_URL", cls.payment_url)}
        for field in fields(cls):
            name = f"SETTLEMENT_{field.name.upper()}"
            text = environment.get(name)
            if text is None or field.name == "payment_url":
                continue
            try:
                value = type(getattr(cls, field.name))(text)
            except ValueError:
                raise ValueError(f"{name} is {text!r}: a number is needed") from None
            if field.name.endswith("_share") and not 0 <= value <= 1:
                raise ValueError(f"{name} is {text}: a share is between 0 and 1")
            values[field.name] = value
        return cls(**values)
