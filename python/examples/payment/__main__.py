"""Runs the payment service: ``opentelemetry-instrument python -m payment``."""

import signal
import sys

import uvicorn

from payment.app import create_app
from payment.settings import Settings


def main() -> None:
    """Serves until SIGTERM or SIGINT.

    ``FORWARDED_ALLOW_IPS`` names the proxies whose ``X-Forwarded-For`` is believed, so that
    ``client.address`` of a server span is the caller and not the proxy.
    """
    # uvicorn raises SIGTERM again after its shutdown. With the default action the process would end
    # there, and with it the spans that wait for their batch; an exit flushes them.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    settings = Settings.from_environment()
    uvicorn.run(create_app(settings), host=settings.host, port=settings.port, access_log=False)


if __name__ == "__main__":
    main()
