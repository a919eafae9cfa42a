"""Changes modules of others from the moment that something imports them.

By hand, because this runs in every Python process of a node: `wrapt` would take 30 ms of it.
"""

from __future__ import annotations

import sys
from _frozen_importlib import ModuleSpec  # `importlib.machinery` loads more

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    Change = Callable[[ModuleType], None]
    Wrapped = Callable[..., Any]

_changes: dict[str, list[Change]] = {}


def when_imported(name: str, change: Change) -> None:
    """Calls `change` with a module: now, if it is there, and each time that it is loaded.

    Where it is being loaded right now, because it asks for the guard, when it is whole.
    """
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
    _changes.setdefault(name, []).append(change)
    module = sys.modules.get(name)
    spec = getattr(module, "__spec__", None)
    if spec is not None and getattr(spec, "_initializing", False):
        spec.__class__ = _Unfinished
        spec.changes = [*getattr(spec, "changes", ()), change]
    elif module:
        change(module)


def wrap(module: ModuleType, path: str, wrapper: Callable[..., object]) -> None:
    """Replaces a function or method, such as ``TracerProvider.__init__``.

    Args:
        module: Where it is.
        path: Its name in the module, with its class.
        wrapper: Gets the bound function, the object (None for a function), `args` and `kwargs`.

    Raises:
        AttributeError: The module has no such thing.
    """
    *owners, name = path.split(".")
    owner: Any = module
    for part in owners:
        owner = getattr(owner, part)
    original = getattr(owner, name)

    if owners:

        def replaced(self: object, *args: object, **kwargs: object) -> object:
            return wrapper(original.__get__(self), self, args, kwargs)
    else:

        def replaced(*args: object, **kwargs: object) -> object:  # type: ignore[misc]
            return wrapper(original, None, args, kwargs)

    for attribute in ("__name__", "__qualname__", "__doc__", "__module__"):
        setattr(replaced, attribute, getattr(original, attribute, None))
    if not owners:
        replaced.__module__ = module.__name__  # where pickle finds it
    replaced.__wrapped__ = original  # type: ignore[attr-defined]
    setattr(owner, name, replaced)


class _Unfinished(ModuleSpec):
    """Of a module whose loading began before there was a finder: Python tells it that it ended."""

    changes: list[Change]

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name == "_initializing" and not value:
            self.__class__ = ModuleSpec  # type: ignore[assignment]
            if module := sys.modules.get(self.name):  # else it failed
                for change in self.changes:
                    change(module)


class _Finder:
    """Gives modules with changes a loader that makes them. A look at a spec alone changes none."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name not in _changes:
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            if finder is _finder or find is None:
                continue
            spec: ModuleSpec | None = find(name, path, target)
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = _Loader(spec.loader)  # type: ignore[assignment]
                return spec
        return None


class _Loader:
    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> Any:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        for change in _changes[module.__name__]:
            change(module)


_finder: Any = _Finder()
