"""Where the files that come with the program lie: beside the packages in a checkout, inside ``device`` once installed.

``pyproject.toml`` says which files the wheel carries to ``device/_assets`` and ``device/_firmware_bin``.
"""

from __future__ import annotations

from pathlib import Path

_DEVICE = Path(__file__).resolve().parent
INSTALLED = (_DEVICE / "_assets").is_dir()
ROOT = _DEVICE.parent
"""The folder of the packages: in a checkout its top, with sources, tests and history; installed, other people's too."""
ASSETS = _DEVICE / "_assets" if INSTALLED else ROOT / "assets"
FIRMWARE_BIN = _DEVICE / "_firmware_bin" if INSTALLED else ROOT / "firmware_bin"
DEVICE_COMMAND = "face-door-device" if INSTALLED else "python -m device"
"""What a person types to reach ``device/cli/main.py``."""
