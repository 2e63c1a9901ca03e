"""What takes long to build is built once a session, whichever of the parallel workers needs it first."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def built_once(factory: pytest.TempPathFactory, name: str, contents: bytes, build: Callable[[Path], None]) -> Path:
    """The folder that ``build`` filled, the same one for the same name and contents in every worker of this session."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # each worker has a folder of its own in the session's
    folder = base / "built" / f"{name}-{hashlib.sha256(contents).hexdigest()[:16]}"
    folder.parent.mkdir(exist_ok=True)
    whole = folder.with_suffix(".whole")
    with FileLock(folder.with_suffix(".lock")):
        if not whole.exists():
            folder.mkdir(exist_ok=True)
            build(folder)
            whole.touch()
    return folder
