"""``harbourline-otel doctor`` says what is wrong; ``harbourline-otel run`` starts a service."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from harbourline_otel.settings import FILE, Settings, SettingsError


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0 healthy, 1 something is wrong, 2 wrong use, 78 settings that `run` refuses.

    And 127 for a command that is none.
    """
    parser = argparse.ArgumentParser(prog="harbourline-otel", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    doctor = commands.add_parser("doctor", help="looks at everything between here and the gateway")
    doctor.add_argument(
        "--env-file",
        type=Path,
        help=f"variables of the unit, one a line; default: {FILE}, where the environment has none",
    )
    doctor.add_argument(
        "--seconds", type=float, default=20.0, help="to wait for the gateway, default 20"
    )
    run = commands.add_parser("run", help="starts a service with tracing")
    run.add_argument("service", nargs=argparse.REMAINDER, metavar="COMMAND")
    given = parser.parse_args(arguments)
    if given.command == "run":
        if not given.service:
            parser.error("say which COMMAND to run")
        return _run(given.service)
    if given.env_file and not given.env_file.exists():
        parser.error(f"there is no {given.env_file}")
    file = given.env_file or Path(FILE)
    if file.exists() and (given.env_file or "HARBOURLINE_ENVIRONMENT" not in os.environ):
        try:
            text = file.read_text("utf-8", "surrogateescape")
        except OSError as error:
            parser.error(f"{file} cannot be read: {error.strerror}")
        if text.startswith("\ufeff"):
            parser.error(
                f"{file} begins with a byte order mark, which systemd takes for a part of the "
                "first name. Fix: save it as UTF-8 without one"
            )
        variables = _variables(text)
        ours = any(name.startswith(("OTEL_", "HARBOURLINE_")) for name in variables)
        if not (ours or "HARBOURLINE_ENVIRONMENT" in os.environ):
            parser.error(
                f"{file} sets no variable OTEL_… or HARBOURLINE_…. Fix: write NAME=VALUE, one a "
                "line, in UTF-8 and without export"
            )
        os.environ.update(variables)

    from harbourline_otel import doctor as office

    try:
        return office.examine(given.seconds)
    except OSError as error:  # a pager that ended, a full disk
        sys.stdout = None  # Python would fail at it once more
        sys.stderr.write(f"harbourline: the report ends here: {error}\n")
        return 1


def _variables(text: str) -> dict[str, str]:
    """As systemd reads an ``EnvironmentFile``."""
    lines = text.replace("\\\n", "").splitlines()
    pairs = (line.partition("=") for line in lines if not line.startswith(("#", ";")))
    named = ((name.strip(), value.strip()) for name, mark, value in pairs if mark and name.strip())
    return {name: value.strip("'\"") for name, value in named if "\0" not in name + value}


def _run(command: list[str]) -> int:
    try:
        Settings.from_environment(os.environ)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 78
    import shutil

    if not shutil.which(command[0]):
        sys.stderr.write(
            f"harbourline: there is no command {command[0]}. Fix: look at its name, and at PATH\n"
        )
        return 127
    from opentelemetry.instrumentation.auto_instrumentation import run

    sys.argv = ["opentelemetry-instrument", *command]
    run()
    return 0
