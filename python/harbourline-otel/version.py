"""The version of the package: of the tag it is built from, which ``npm run python:wheel`` says."""

import os
import re
from pathlib import Path


def version() -> str:
    """That of the variable; in an unpacked source distribution, its own."""
    if given := os.environ.get("HARBOURLINE_VERSION"):
        return given
    packed = Path(__file__).with_name("PKG-INFO")
    found = packed.exists() and re.search(r"^Version: (\S+)$", packed.read_text("utf-8"), re.M)
    return found[1] if found else "0.1.0.dev0"
