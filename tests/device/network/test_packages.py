"""The door reads networks: that must not load more than NumPy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import importlib, pkgutil, sys
before = set(sys.modules)
import device.network
for module in pkgutil.iter_modules(device.network.__path__):
    importlib.import_module(f"device.network.{module.name}")
roots = {name.partition(".")[0] for name in set(sys.modules) - before if not name.startswith("_")}
print(*sorted(roots - set(sys.stdlib_module_names)))
print(*sorted(name for name in sys.modules if name.startswith("device.model")))
"""


def test_reading_networks_needs_numpy_only(root: Path) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=root, capture_output=True, text=True, check=False)
    packages, training = done.stdout.splitlines()
    assert packages.split() == ["device", "numpy"]
    assert training == ""
