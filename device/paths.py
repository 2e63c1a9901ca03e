"""Where the files that come with the program lie: beside the code, in a checkout as in an installed program."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "assets"
FIRMWARE_BIN = ROOT / "firmware_bin"
