"""Runs the settlement service: ``opentelemetry-instrument python -m settlement``."""

import signal
import sys

from waitress import serve

from settlement.app import create_app
from settlement.settings import Settings

threads = 100
"""A settlement holds its thread while it waits: 100 of 20 s are five a second, and health is
still answered."""


def main() -> None:
    """Serves until SIGTERM or SIGINT."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    settings = Settings.from_environment()
    serve(create_app(settings), host=settings.host, port=settings.port, threads=threads)


if __name__ == "__main__":
    main()
