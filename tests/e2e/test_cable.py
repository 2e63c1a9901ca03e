"""The cable is pulled and put back while faces are recognised: no wrong answer, nothing left behind, and on it goes.

``CABLE_PULLS`` in the environment sets how often, by default a few times; where it is set, the longest time until the
next fingerprint is printed and may be 2 s (run it with ``-s`` on a machine that has nothing else to do).
"""

from __future__ import annotations

import os
import queue
import random
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from device.link.replies import Inference
from gui.board.worker import BoardWorker
from gui.core.frames import CropJob, Quality, Timeline, Verdict, now_s
from gui.core.states import BoardPhase, BoardState, Problem
from tests.support.fake_board import Peer, PeerBoard, fingerprint

CABLE_PULLS = int(os.environ.get("CABLE_PULLS", "3"))
RESUMES_S = 2.0
PATIENCE_S = 30.0
FRAME_S = 1 / 30
BUSY_S = 0.03  # what the board computes for a crop
SETTLED = (3, 10)  # fingerprints between two pulls

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals"),
    pytest.mark.timeout(300 + 4 * CABLE_PULLS),
]


class Cable:
    """A board whose port is there, always at the same path, only while the cable is plugged in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.board = PeerBoard()
        self._peer: Peer | None = None

    def plug(self) -> None:
        self._peer = Peer(self.board, busy_s=BUSY_S)
        self._peer.__enter__()
        self.path.symlink_to(self._peer.url)

    def pull(self) -> None:
        if self._peer is not None:
            self.path.unlink()
            self._peer.stop()
            self._peer = None


class Camera:
    """Offers a new crop thirty times a second, each one different; never waits for the worker."""

    def __init__(self, worker: BoardWorker) -> None:
        self._worker = worker
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="camera")
        self.longest_offer_s = 0.0

    def _run(self) -> None:
        number = 0
        while not self._stop.wait(FRAME_S):
            number += 1
            crop = np.random.default_rng(number).integers(0, 256, (128, 128, 3)).astype(np.uint8)
            at_s = now_s()
            self._worker.offer(CropJob(number, 1, crop, Quality(Verdict.GOOD, 1.0), True, at_s, Timeline(at_s)))
            self.longest_offer_s = max(self.longest_offer_s, now_s() - at_s)

    def __enter__(self) -> Camera:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


@pytest.fixture
def cable(tmp_path: Path) -> Iterator[Cable]:
    made = Cable(tmp_path / "ttyACM0")
    yield made
    made.pull()


def test_recognition_goes_on_after_every_pull(cable: Cable) -> None:
    answers: queue.Queue[tuple[CropJob, Inference]] = queue.Queue()
    states: list[BoardState] = []
    problems: list[Problem] = []
    worker = BoardWorker(
        str(cable.path),
        on_hello=lambda hello: None,
        on_inference=lambda job, inference: answers.put((job, inference)),
        on_state=states.append,
        on_door=lambda door: None,
        on_problem=problems.append,
    )

    def answer() -> CropJob:
        job, inference = answers.get(timeout=PATIENCE_S)
        assert np.array_equal(inference.fingerprint, fingerprint(job.crop.tobytes())), f"crop {job.number}"
        return job

    choose = random.Random(1)
    waits_s: list[float] = []
    cable.plug()
    worker.start()
    try:
        with Camera(worker) as camera:
            answer()
            descriptors, threads = open_files(), threading.active_count()
            for _ in range(CABLE_PULLS):
                for _ in range(choose.randint(*SETTLED)):
                    answer()
                time.sleep(choose.uniform(0, 2 * BUSY_S))  # in the middle of a crop, of a reply, or between
                cable.pull()
                time.sleep(choose.uniform(0, 0.5))
                while not answers.empty():
                    answer()
                cable.plug()
                plugged_s = now_s()
                answer()
                waits_s.append(now_s() - plugged_s)
            assert threading.active_count() == threads
            assert open_files() <= descriptors + 1
    finally:
        worker.stop()
    lost = sum(state.phase is BoardPhase.LOST for state in states)
    assert lost >= CABLE_PULLS
    assert sum(state.phase is BoardPhase.READY for state in states) == CABLE_PULLS + 1
    assert any("went away" in one.message for one in problems), problems
    waits_s.sort()
    print(
        f"\n{CABLE_PULLS} pulls: the next fingerprint came after {waits_s[len(waits_s) // 2]:.2f} s in the middle, "
        f"{waits_s[-1]:.2f} s at most; offering a crop took {1e3 * camera.longest_offer_s:.1f} ms at most"
    )
    if "CABLE_PULLS" in os.environ:
        assert waits_s[-1] <= RESUMES_S
