"""What every test obeys: no window on the screen, no thread left behind, no warning overlooked."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# The networks here are so small that a second thread only waits for a core, which another test may have.
os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parent.parent
# These take a minute or more and cannot be parted; begun last, they would keep one worker when the others have ended.
LONGEST = ("tests/e2e/test_journey.py", "tests/e2e/test_soak.py", "tests/firmware/network/test_every_layer.py")
THREAD_GRACE_S = 2.0  # a thread that was told to stop may still be on its way out


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("filterwarnings", "error")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; the others stay in their order."""
    order = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.nodeid.split("::")[0], len(order)))


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Fail a test that leaves a thread running."""
    before = set(threading.enumerate())
    yield
    end = time.monotonic() + THREAD_GRACE_S
    while (left := _new_threads(before)) and time.monotonic() < end:
        time.sleep(0.01)
    if left:
        pytest.fail(f"threads left running: {', '.join(sorted(thread.name for thread in left))}")


def _new_threads(before: set[threading.Thread]) -> set[threading.Thread]:
    # Python objects for threads that Qt or a native library runs appear on their first call into Python and cannot be
    # joined.
    return {
        t
        for t in threading.enumerate()
        if t not in before and t.is_alive() and not isinstance(t, threading._DummyThread)
    }


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def firmware_bin(root: Path) -> Path:
    """The prebuilt images."""
    return root / "firmware_bin"


@pytest.fixture(scope="session")
def assets(root: Path) -> Path:
    """The network, the demo clip, icons."""
    return root / "assets"


@pytest.fixture(scope="session")
def shared_faces(root: Path) -> Path:
    """The folder of face data beside the repository, where there is one."""
    folder = root.parent / "shared" / "faces"
    if not (folder / "landmarked.zip").exists():
        pytest.skip(f"no face data in {folder}")
    return folder
