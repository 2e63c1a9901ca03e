"""Opens the window from a checkout: ``python main.py --help``. Once installed, the command is ``face-door``."""

from __future__ import annotations

import sys

from gui.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
