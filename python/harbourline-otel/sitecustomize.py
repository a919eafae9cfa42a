"""For ``pip install --target``: Python runs no ``.pth`` file there, but this, if it is on the path.

Another ``sitecustomize`` further along the path runs after it, as it would have without.
"""

import os
import sys


def _run() -> None:
    try:
        from harbourline_otel import startup
    except ImportError:
        pass
    else:
        startup.start()
    from importlib.machinery import PathFinder

    here = os.path.dirname(os.path.abspath(__file__))
    others = [part for part in sys.path if os.path.abspath(part or ".") != here]
    spec = PathFinder.find_spec("sitecustomize", others)
    if spec and spec.loader:
        spec.loader.exec_module(sys.modules[__name__])


_run()
