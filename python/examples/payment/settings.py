"""Settings of the payment service, from its environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """What the service needs to know.

    Attributes:
        settlement_url: Where the settlement service answers, e.g. ``http://10.20.0.15:8080``.
        database_url: SQLAlchemy URL of an async driver.
        host: Address to listen on.
        port: Port to listen on.
        breaker_seconds: How long no call is made after calls without an answer; 0: no breaker.
        careless: Put personal data into spans on purpose, see `payment.careless`.
    """

    settlement_url: str
    database_url: str = "sqlite+aiosqlite:///payment.db"
    host: str = "127.0.0.1"
    port: int = 8000
    breaker_seconds: float = 0
    careless: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Reads ``SETTLEMENT_URL`` (required) and ``PAYMENT_*``.

        Raises:
            ValueError: The settlement service is not named, or the port is not a number.
        """
        settlement_url = environment.get("SETTLEMENT_URL", "")
        if not settlement_url.startswith(("http://", "https://")):
            raise ValueError(
                "SETTLEMENT_URL must be set to the http(s) URL of the settlement service"
            )
        port = environment.get("PAYMENT_PORT", str(cls.port))
        if not port.isdecimal():
            raise ValueError(f"PAYMENT_PORT is {port!r}: a number is needed")
        return cls(
            settlement_url=settlement_url,
            database_url=environment.get("PAYMENT_DATABASE_URL", cls.database_url),
            host=environment.get("PAYMENT_HOST", cls.host),
            port=int(port),
            breaker_seconds=float(environment.get("PAYMENT_BREAKER_SECONDS", cls.breaker_seconds)),
            careless=environment.get("PAYMENT_CARELESS") == "1",
        )
