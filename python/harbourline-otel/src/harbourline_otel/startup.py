"""Run by Python itself at its start, where ``OTEL_PYTHON_TRACER_PROVIDER`` names one of ours.

``harbourline_otel.pth`` in site-packages calls `start` before any line of the service, so that no
import order and no code of the service comes before the check of the settings and the guard. Where
the variable names something else, the package does nothing.
"""

import os
import signal
import sys

from harbourline_otel import guard
from harbourline_otel.settings import Settings, SettingsError

_EX_CONFIG = 78
"""Exit code of sysexits.h: something is configured wrongly."""


def start() -> None:
    """Checks the settings and puts the guard up, or ends the process with all that is wrong."""
    try:
        guard.put_up(Settings.from_environment(os.environ))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
        # An exception would be printed and passed over: by Python in a .pth file, and again by
        # opentelemetry-instrument. The service would run untraced.
        os._exit(_EX_CONFIG)
    _exit_on_sigterm()


def _exit_on_sigterm() -> None:
    """Lets SIGTERM end the process by an exit, which hands over the last spans.

    By default it ends at once; and servers such as uvicorn, which shut down in order, raise it
    again at their end. Who sets a handler of their own replaces this one.
    """
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
