"""``python -m harbourline_otel``, as ``harbourline-otel``."""

import sys

from harbourline_otel.cli import main

sys.exit(main())
