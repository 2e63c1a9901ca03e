"""Enrolling from photos, with the real detector and the virtual board: what is taken, what is refused and why."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from device.connect import OpenedBoard, open_board
from device.emulator.launcher import default_image
from device.errors import DeviceError, LinkError
from device.vision.crop import CROP_SIZE
from device.vision.fingerprint import Projection
from gui.access.matcher import Templates, build
from gui.access.recogniser import ASSETS
from gui.core.frames import Answer, Picture, Verdict
from gui.enrolment.photo_enrolment import (
    Dependencies,
    Outcome,
    PhotoChoices,
    PhotoPhase,
    PhotoProgress,
    PhotoRow,
    PhotoRun,
    write_csv,
)
from gui.enrolment.photo_groups import group_photos
from gui.gallery.gallery import PersonToImport
from gui.panes.people import wording

THRESHOLD = 0.45
PEOPLE = ("Bao", "Lin")
# Whatever the image's format is: its network is the one of the map.
MAP = replace(Projection.load(ASSETS / "mobilenetv2_050_128.projection.npz"), network_hash=b"")


@pytest.fixture(scope="module")
def board() -> Iterator[OpenedBoard]:
    try:
        default_image()
    except DeviceError as error:
        pytest.skip(str(error))
    with open_board("virtual") as opened:
        yield opened


@pytest.fixture(scope="module")
def frames(assets: Path) -> dict[str, list[NDArray[np.uint8]]]:
    """Three moments of two people of the demo clip, BGR."""
    told = json.loads((assets / "demo.json").read_text(encoding="utf-8"))
    capture = cv2.VideoCapture(str(assets / "demo.mp4"))
    found: dict[str, list[NDArray[np.uint8]]] = {}
    for person in told["people"]:
        name = person["id"].capitalize()
        for part in (0.1, 0.25, 0.8) if name in PEOPLE else ():
            at_s = person["stands_from_s"] + part * (person["stands_to_s"] - person["stands_from_s"])
            capture.set(cv2.CAP_PROP_POS_FRAMES, round(told["fps"] * at_s))
            good, bgr = capture.read()
            assert good
            found.setdefault(name, []).append(np.asarray(bgr, np.uint8))
    capture.release()
    return found


@pytest.fixture
def folder(tmp_path: Path, frames: dict[str, list[NDArray[np.uint8]]]) -> Path:
    """One subfolder for each person, with their photos and those that are of no use."""
    for name, pictures in frames.items():
        (tmp_path / name).mkdir()
        for number, picture in enumerate(pictures):
            cv2.imwrite(str(tmp_path / name / f"{number}.png"), picture)
    bao = frames["Bao"][0]
    own = tmp_path / "Bao"
    (own / "copy.png").write_bytes((own / "0.png").read_bytes())
    (own / "damaged.jpg").write_bytes(b"\xff\xd8\xff no picture")
    cv2.imwrite(str(own / "empty.png"), np.full((200, 300, 3), 90, np.uint8))
    cv2.imwrite(str(own / "two.png"), np.concatenate([bao, frames["Lin"][0]], axis=1))
    cv2.imwrite(str(own / "blurred.png"), cv2.GaussianBlur(bao, (0, 0), 6.0))
    cv2.imwrite(str(own / "lin.png"), cv2.flip(frames["Lin"][1], 1))
    return tmp_path


class Told:
    """What a run said, and when it was over."""

    def __init__(self) -> None:
        self.progress: list[PhotoProgress] = []
        self.over = threading.Event()

    def __call__(self, progress: PhotoProgress) -> None:
        self.progress.append(progress)
        if progress.over:
            self.over.set()

    @property
    def last(self) -> PhotoProgress:
        assert self.over.wait(120)
        return self.progress[-1]


def answering(board: OpenedBoard) -> Callable[[Picture], Future[Answer]]:
    def ask(crop: Picture) -> Future[Answer]:
        answer: Future[Answer] = Future()
        answer.set_result((board.board.hello, board.board.infer(crop, flip=True)))
        return answer

    return ask


def dependencies(
    ask: Callable[[Picture], Future[Answer]],
    saved: list[PersonToImport],
    known: dict[str, int] | None = None,
    templates: Templates | None = None,
) -> Dependencies:
    def save(people: Sequence[PersonToImport]) -> Future[int]:
        saved.extend(people)
        count: Future[int] = Future()
        count.set_result(len(people))
        return count

    return Dependencies(ask, save, known or {}, templates or Templates(), THRESHOLD, CROP_SIZE, lambda _hash: MAP)


NO_CHOICES = PhotoChoices()


def run(folder: Path, dependencies: Dependencies, choices: PhotoChoices = NO_CHOICES, who: str = "") -> PhotoProgress:
    """A run over ``folder``, of ``who`` alone where somebody is named."""
    told = Told()
    people = [person for person in group_photos([folder]).people if person.name == who or not who]
    one = PhotoRun(people, choices, dependencies, told)
    one.start()
    last = told.last
    one.stop(wait=True)
    return last


def outcomes(progress: PhotoProgress) -> dict[str, Outcome | Verdict]:
    return {f"{row.name}/{row.file.name}": row.outcome for row in progress.rows}


def test_each_photo_is_taken_or_refused_with_its_reason(folder: Path, board: OpenedBoard) -> None:
    saved: list[PersonToImport] = []
    last = run(folder, dependencies(answering(board), saved))
    assert outcomes(last) == {
        "Bao/0.png": Outcome.TAKEN,
        "Bao/1.png": Outcome.TAKEN,
        "Bao/2.png": Outcome.TAKEN,
        "Bao/copy.png": Outcome.DUPLICATE,
        "Bao/damaged.jpg": Outcome.UNREADABLE,
        "Bao/empty.png": Verdict.NO_FACE,
        "Bao/two.png": Verdict.TWO_FACES,
        "Bao/blurred.png": Verdict.BLURRED,
        "Bao/lin.png": Outcome.STRANGER,
        "Lin/0.png": Outcome.TAKEN,
        "Lin/1.png": Outcome.TAKEN,
        "Lin/2.png": Outcome.TAKEN,
    }
    assert (last.phase, last.done, last.of, last.people) == (PhotoPhase.DONE, 12, 12, 2)
    assert [(one.name, len(one.fingerprints), one.into) for one in saved] == [("Bao", 3, None), ("Lin", 3, None)]
    kept = saved[0].fingerprints[0]
    assert kept.network_hash == board.board.hello.network
    assert kept.data.shape == (2, board.board.hello.fingerprint_length)
    assert kept.thumbnail is not None
    assert wording.photo_progress(last) == "Enrolled: 2. Photos taken: 6 of 12."
    assert all(wording.photo_outcome(row) for row in last.rows)
    # Again with those people known: the names are taken, or the photos go to who they show.
    hello = board.board.hello
    templates = build([(1, "Bao")], {1: list(saved[0].fingerprints)}, hello.network_hash, MAP)
    more: list[PersonToImport] = []
    last = run(folder, dependencies(answering(board), more, {"bao": 1}, templates), who="Bao")
    assert {row.outcome for row in last.rows} == {Outcome.NAME_TAKEN}
    assert more == []
    adding = PhotoChoices(add_to_known=True)
    last = run(folder, dependencies(answering(board), more, {"bao": 1}, templates), adding, who="Bao")
    assert [(one.into, len(one.fingerprints)) for one in more] == [(1, 3)]
    # Under another name they look like Bao: left out, unless that is wished for.
    (folder / "Bao").rename(folder / "Eve")
    more.clear()
    last = run(folder, dependencies(answering(board), more, {}, templates), who="Eve")
    assert outcomes(last)["Eve/0.png"] is Outcome.LOOKS_LIKE
    assert more == []
    run(folder, dependencies(answering(board), more, {}, templates), PhotoChoices(look_alikes=True), who="Eve")
    assert [one.name for one in more] == ["Eve"]


def test_two_photos_of_different_people_are_both_refused(folder: Path, board: OpenedBoard) -> None:
    both = folder / "both"
    both.mkdir()
    for name in PEOPLE:
        (folder / name / "0.png").rename(both / f"IMG_{name == 'Lin':d}.png")
    saved: list[PersonToImport] = []
    last = run(both, dependencies(answering(board), saved))
    assert set(outcomes(last).values()) == {Outcome.STRANGER}
    assert saved == []
    assert last.people == 0


def test_stopping_leaves_nothing_and_waiting_for_the_board_is_said(folder: Path) -> None:
    saved: list[PersonToImport] = []
    told = Told()
    waiting: list[Future[Answer]] = []

    def ask(_crop: Picture) -> Future[Answer]:
        waiting.append(Future())
        return waiting[-1]

    one = PhotoRun(group_photos([folder / "Lin"]).people, PhotoChoices(), dependencies(ask, saved), told)
    one.start()
    said = threading.Event()
    for _ in range(600):
        if any(progress.phase is PhotoPhase.WAITING for progress in told.progress):
            break
        said.wait(0.1)
    else:
        pytest.fail("it did not say that it waits")
    one.stop()
    assert told.last.phase is PhotoPhase.STOPPED
    one.stop(wait=True)
    assert waiting[0].cancelled()
    assert saved == []


def test_a_board_that_is_gone_for_good_is_a_clear_failure(folder: Path) -> None:
    def ask(_crop: Picture) -> Future[Answer]:
        answer: Future[Answer] = Future()
        answer.set_exception(LinkError("the board was lost", "connect it again"))
        return answer

    last = run(folder / "Lin", dependencies(ask, []))
    assert last.phase is PhotoPhase.FAILED
    assert wording.photo_progress(last) == "Nobody was enrolled. The board was lost: connect it again"


def test_the_report_is_a_table_that_a_spreadsheet_takes_for_text() -> None:
    rows = [
        PhotoRow(Path("a.jpg"), "Ada", Outcome.TAKEN),
        PhotoRow(Path("=b.jpg"), "+Ben", Verdict.TOO_SMALL),
        PhotoRow(Path("c.jpg"), "Cy, the second", Outcome.DUPLICATE, "a.jpg"),
    ]
    file = io.StringIO()
    write_csv(rows, file)
    assert file.getvalue().splitlines() == [
        "file,name,outcome,detail",
        "a.jpg,Ada,taken,",
        "'=b.jpg,'+Ben,too small,",
        'c.jpg,"Cy, the second",duplicate file,a.jpg',
    ]
