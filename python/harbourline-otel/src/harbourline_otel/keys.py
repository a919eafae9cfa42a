"""Which keys hold something secret: by their words, wherever they stand.

``cardNumber``, ``card_number``, ``card-number`` and ``CARD_NUMBER`` are the words ``card number``.
"""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any


def _read(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(files(__package__).joinpath(name).read_text("utf-8"))
    return read


_rules = _read("rules.json")
"""Generated from the list that the collectors use: one for all that redacts."""

_own = _read("keys.json")
"""What the keys of Python services add to it."""

MASK = str(_rules["mask"])
KNOWN_NAMESPACES = str(_rules["knownNamespaces"])
FREE_TEXT = frozenset(_own["freeText"])

_shared = re.compile(_rules["sensitiveKeys"], re.IGNORECASE)
_words = re.compile(rf"(?:^|_)(?:{'|'.join(_own['words'])})(?:_|$)")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BETWEEN = re.compile(r"[^a-z0-9]+")


def is_sensitive(key: str) -> bool:
    """Whether the value of a key must not leave, whatever it is."""
    words = _HUMP.sub("_", key)
    return (
        _shared.search(key) is not None
        or _shared.search(words) is not None
        or _words.search(_BETWEEN.sub("_", words.lower())) is not None
    )
