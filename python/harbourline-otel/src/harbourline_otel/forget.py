"""Gives back what only the start of a traced process needs, before the service loads its own.

`opentelemetry-instrument` leaves the parser of its command line behind, and the parser of
requirements with which it looked whether instrumentations fit: half a MiB of every worker.
"""

from __future__ import annotations

import gc
import importlib
import sys
from types import FunctionType, ModuleType

_HOLDERS = {
    "opentelemetry.instrumentation.auto_instrumentation": {"ArgumentParser": "argparse"},
    "opentelemetry.instrumentation.dependencies": {
        "InvalidRequirement": "packaging.requirements",
        "Requirement": "packaging.requirements",
    },
}
"""Modules that hold them, with the names that they took, and where from."""

_KEPT = ("packaging.version", "packaging._structures")
"""OpenTelemetry's instrumentations compare versions at any time."""


def forget() -> None:
    """Once all instrumentations are in place. What somebody else holds, too, is left alone."""
    names = {name for name in sys.modules if _is_of_the_start(name)}
    holders = {name: sys.modules.get(name) for name in _HOLDERS}
    if None in holders.values() or _is_held(names):
        return
    for holder, taken in _HOLDERS.items():
        for name, module in taken.items():
            if value := getattr(holders[holder], name, None):
                setattr(holders[holder], name, _instead_of(value, module))
    for name in names:
        del sys.modules[name]
        package, _, part = name.rpartition(".")
        if parent := sys.modules.get(package):  # else it is of the start, too
            vars(parent).pop(part, None)
    importlib.invalidate_caches()  # what was found in the folders of packages
    gc.collect()


def _is_of_the_start(name: str) -> bool:
    return name == "argparse" or (name.startswith("packaging.") and name not in _KEPT)


def _is_held(names: set[str]) -> bool:
    """Whether a class or function of them is anywhere but where it is replaced."""
    for name, module in list(sys.modules.items()):
        if name in names or name in _HOLDERS or name == "packaging":
            continue
        for value in list(getattr(module, "__dict__", {}).values()):
            if issubclass(type(value), ModuleType) and value.__name__ in names:
                return True
            if issubclass(type(value), (type, FunctionType)) and value.__module__ in names:
                return True
    return False


def _instead_of(value: type, module: str) -> type:
    """An exception is caught as what it is derived from."""
    if issubclass(value, Exception):
        return value.__mro__[1]
    return _Later(value.__name__, (), {"module": module})


class _Later(type):
    """Loads the class again when somebody makes an object of it, or asks for one."""

    module: str

    def _class(cls) -> type:
        found: type = getattr(importlib.import_module(cls.module), cls.__name__)
        return found

    def __call__(cls, *args: object, **kwargs: object) -> object:
        return cls._class()(*args, **kwargs)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls._class())
