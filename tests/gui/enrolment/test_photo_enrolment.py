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
from device.link.protocol import Capability
from device.link.replies import Hello, Inference, Where
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
    flat: bool = False,
) -> Dependencies:
    """``flat``: fingerprints are compared as they are."""

    def save(people: Sequence[PersonToImport]) -> Future[int]:
        saved.extend(people)
        count: Future[int] = Future()
        count.set_result(len(people))
        return count

    projection = Projection() if flat else MAP
    return Dependencies(
        ask, save, known or {}, templates or Templates(), THRESHOLD, CROP_SIZE, lambda _hash: projection
    )


NO_CHOICES = PhotoChoices()
HELLO = Hello(
    board="test", firmware="1", where=Where.VIRTUAL, unique_id=b"VIRTUALBOARD", network_hash=b"network",
    input_shape=(128, 128, 3), fingerprint_length=128, scale=1.0, zero_point=0, layer_count=1,
    capabilities=Capability.INFER, clock_hz=216_000_000, max_baud=2_000_000, arena_bytes=0, flash_bytes=0,
    network_bytes=0, fault_status=0, fault_address=0, protocol_version=1,
)  # fmt: skip
INFERENCE = Inference(np.zeros(128, np.int8), 1, 1, 1, None, 1.0, 1.0, 1.0, 1.0, Where.VIRTUAL, 0, 0, 0, 49_152)


def run(
    folder: Path,
    dependencies: Dependencies,
    choices: PhotoChoices = NO_CHOICES,
    who: str = "",
    answers: Sequence[tuple[str, ...]] = (),
) -> PhotoProgress:
    """A run over ``folder``, of ``who`` alone where somebody is named. ``answers`` are those to its questions."""
    told, coming = Told(), iter(answers)

    def tell(progress: PhotoProgress) -> None:
        if progress.phase is PhotoPhase.CHOOSING:
            answer = next(coming, None)
            if answer is None:
                one.stop()
            else:
                one.decide(answer)
        told(progress)

    people = [person for person in group_photos([folder]).people if person.name == who or not who]
    one = PhotoRun(people, choices, dependencies, tell)
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
        "Bao/lin.png": Outcome.OTHER_PERSON,
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


def group(folder: Path, picture: NDArray[np.uint8], count: int) -> Path:
    """A folder of ``count`` photos that differ by a pixel: who is on them is what the board says, see below."""
    mixed = folder / "Guests"
    mixed.mkdir()
    for number in range(count):
        picture[0, 0] = number
        cv2.imwrite(str(mixed / f"{number}.png"), picture)
    return mixed


def fingerprints_of(who: str) -> Callable[[Picture], Future[Answer]]:
    """A board whose answers are of one person per letter, in turn; two of one letter have a cosine of 0.8."""
    letters = iter(who)
    rng = np.random.default_rng(1)
    faces = {
        letter: np.roll(np.repeat(np.array([90, 0], np.float32), [16, 112]), 16 * (ord(letter) - ord("a")))
        for letter in who
    }

    def ask(_crop: Picture) -> Future[Answer]:
        numbers = faces[next(letters)] + rng.normal(0, 16, 128)
        answer: Future[Answer] = Future()
        answer.set_result((HELLO, replace(INFERENCE, fingerprint=np.round(numbers).astype(np.int8))))
        return answer

    return ask


GROUPS = {  # letters of the photos in turn, and the numbers of the photos in each group
    "aaabbb": ((0, 1, 2), (3, 4, 5)),
    "abbbba": ((1, 2, 3, 4), (0, 5)),
    "ab": ((0,), (1,)),
    "aabbcc": ((0, 1), (2, 3), (4, 5)),
    "aaabbc": ((0, 1, 2), (3, 4), (5,)),
}


@pytest.mark.parametrize(("who", "groups"), GROUPS.items())
def test_nobody_is_saved_from_photos_of_two_people_before_a_person_chose(
    tmp_path: Path, frames: dict[str, list[NDArray[np.uint8]]], who: str, groups: tuple[tuple[int, ...], ...]
) -> None:
    mixed = group(tmp_path, frames["Bao"][0].copy(), len(who))
    saved: list[PersonToImport] = []
    told = Told()
    chosen = threading.Event()

    def tell(progress: PhotoProgress) -> None:
        told(progress)
        if progress.phase is PhotoPhase.CHOOSING:
            chosen.set()

    one = PhotoRun(group_photos([mixed]).people, NO_CHOICES, dependencies(fingerprints_of(who), saved, flat=True), tell)
    one.start()
    assert chosen.wait(60)
    mixture = told.progress[-1].mixture
    assert mixture is not None
    assert [tuple(int(file.stem) for file in found.files) for found in mixture.clusters] == list(groups)
    assert all(found.likeness < 0.3 for found in mixture.clusters[1:])
    assert all(found.crops[0].startswith(b"\x89PNG") for found in mixture.clusters)
    assert wording.photo_progress(told.progress[-1]).startswith("The photos of Guests seem to show several people")
    one.stop(wait=True)
    assert told.last.phase is PhotoPhase.STOPPED
    assert told.last.mixture is None
    assert saved == []


@pytest.mark.parametrize(
    ("answer", "expected", "detail"),
    [
        (("Guests", ""), [("Guests", 3)], "one group taken"),
        (("", "Guests"), [("Guests", 3)], "one group taken"),
        (("Ann", " Ben  B."), [("Ann", 3), ("Ben B.", 3)], "groups taken as different people"),
        (("Guests", "Guests"), [("Guests", 6)], "groups taken as one person"),
        (("", ""), [], "no group taken"),
    ],
)
def test_what_a_person_decides_is_saved_and_reported(
    tmp_path: Path,
    frames: dict[str, list[NDArray[np.uint8]]],
    answer: tuple[str, ...],
    expected: list[tuple[str, int]],
    detail: str,
) -> None:
    mixed = group(tmp_path, frames["Bao"][0].copy(), 6)
    saved: list[PersonToImport] = []
    last = run(mixed, dependencies(fingerprints_of("aaabbb"), saved, flat=True), answers=(answer,))
    assert last.phase is PhotoPhase.DONE
    assert [(one.name, len(one.fingerprints)) for one in saved] == expected
    assert {row.outcome for row in last.rows} <= {Outcome.TAKEN, Outcome.LEFT_OUT}
    file = io.StringIO()
    write_csv(last.rows, file)
    assert all(line.endswith(f",{detail}") for line in file.getvalue().splitlines()[1:])
    assert all(wording.photo_outcome(row) for row in last.rows)


def test_a_group_cannot_take_the_name_of_somebody_enrolled(
    tmp_path: Path, frames: dict[str, list[NDArray[np.uint8]]]
) -> None:
    mixed = group(tmp_path, frames["Bao"][0].copy(), 6)
    saved: list[PersonToImport] = []
    with_ann = dependencies(fingerprints_of("aaabbb"), saved, {"ann": 1}, flat=True)
    last = run(mixed, with_ann, answers=(("Ann", "Ben"),))
    assert [one.name for one in saved] == ["Ben"]
    assert [row.outcome for row in last.rows] == [Outcome.NAME_TAKEN] * 3 + [Outcome.TAKEN] * 3


def test_a_single_photo_that_stands_apart_is_refused_without_a_question(
    tmp_path: Path, frames: dict[str, list[NDArray[np.uint8]]]
) -> None:
    mixed = group(tmp_path, frames["Bao"][0].copy(), 6)
    saved: list[PersonToImport] = []
    last = run(mixed, dependencies(fingerprints_of("aaabaa"), saved, flat=True))
    assert [len(one.fingerprints) for one in saved] == [5]
    assert outcomes(last)["Guests/3.png"] is Outcome.OTHER_PERSON


def test_two_photos_of_different_people_are_both_refused(folder: Path, board: OpenedBoard) -> None:
    both = folder / "both"
    both.mkdir()
    for name in PEOPLE:
        (folder / name / "0.png").rename(both / f"IMG_{name == 'Lin':d}.png")
    saved: list[PersonToImport] = []
    last = run(both, dependencies(answering(board), saved), answers=(("", ""),))
    assert set(outcomes(last).values()) == {Outcome.LEFT_OUT}
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
