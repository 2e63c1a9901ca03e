"""Enrols people from photos: read, find the face, judge it, cut it out, the board's fingerprint, and who it is like.

A thread of its own, no Qt. Photos under one name that show several people are a question, asked once all photos are
through. Nothing is written before everything is answered, and then everything in one transaction; stopping it before
leaves no trace.
"""

from __future__ import annotations

import csv
import hashlib
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TextIO

import numpy as np

from device.errors import BoardError, DeviceError
from device.vision.clusters import SAME_PERSON, cluster, mean_cosine, shows_several
from device.vision.crop import CROP_VERSION, CropError, align
from device.vision.detector import Detector
from device.vision.fingerprint import FingerprintError, Fingerprints, Projection
from gui.access.matcher import Floats, Templates
from gui.access.recogniser import load_projection
from gui.access.template import template
from gui.capture.quality import judge, judge_picture
from gui.core.frames import Answer, Landmarks, Picture, Verdict
from gui.core.images import png
from gui.core.opencv import cv2
from gui.core.people import StoredFingerprint
from gui.core.states import Problem, Topic
from gui.enrolment.photo_groups import PhotoPerson
from gui.gallery.gallery import PersonToImport, clean_name

LARGEST_BYTES = 100_000_000
POLL_S = 0.2


class Outcome(StrEnum):
    """What became of a photo; a ``Verdict`` where its quality is the reason."""

    TAKEN = "taken"
    UNREADABLE = "unreadable"
    DUPLICATE = "duplicate file"
    NAME_TAKEN = "name taken"
    NAME_BAD = "name of no use"
    OTHER_PERSON = "not like the others"
    LOOKS_LIKE = "looks like somebody enrolled"
    BOARD = "the board refused"
    LEFT_OUT = "left out"


class PhotoDecision(StrEnum):
    """What a person said about photos of one name that show several people."""

    NONE_TAKEN = "no group taken"
    ONE_TAKEN = "one group taken"
    SEPARATE = "groups taken as different people"
    ONE_PERSON = "groups taken as one person"

    @classmethod
    def of(cls, names: Sequence[str]) -> PhotoDecision:
        """What the ``names`` of the groups mean; an empty one leaves its group out."""
        used = [name.casefold() for name in names if name]
        if not used:
            return cls.NONE_TAKEN
        if len(used) == 1:
            return cls.ONE_TAKEN
        return cls.ONE_PERSON if len(set(used)) == 1 else cls.SEPARATE


@dataclass(frozen=True)
class PhotoRow:
    """One line of the report; ``detail`` is a name, a score or an error. ``decision`` is a person's, where asked."""

    file: Path
    name: str
    outcome: Outcome | Verdict
    detail: str = ""
    decision: PhotoDecision | None = None


@dataclass(frozen=True, eq=False)
class PhotoCluster:
    """Photos that show one person, with their crops as PNG; ``likeness`` is the mean cosine with the first group."""

    files: tuple[Path, ...]
    crops: tuple[bytes, ...]
    likeness: float


@dataclass(frozen=True, eq=False)
class PhotoMixture:
    """The photos of ``name`` show several people, as far as fingerprints tell: at least two groups, the largest first.

    ``taken`` are the names in lower case that a group cannot be enrolled under; photos of one person reach ``bound``.
    """

    name: str
    clusters: tuple[PhotoCluster, ...]
    taken: frozenset[str] = frozenset()
    bound: float = SAME_PERSON


class PhotoPhase(StrEnum):
    """How far an enrolment from photos has come."""

    RUNNING = "running"
    WAITING = "waiting"  # for the board
    CHOOSING = "choosing"  # a person says who is on the photos of ``mixture``
    SAVING = "saving"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True)
class PhotoProgress:
    """How far it is; ``rows`` is the report once it is over, ``people`` how many were enrolled or got photos."""

    phase: PhotoPhase
    done: int
    of: int
    file: Path | None = None
    rows: tuple[PhotoRow, ...] = ()
    people: int = 0
    problem: Problem | None = None
    mixture: PhotoMixture | None = None

    @property
    def over(self) -> bool:
        """Nothing more will come."""
        return self.phase in (PhotoPhase.DONE, PhotoPhase.STOPPED, PhotoPhase.FAILED)


@dataclass(frozen=True)
class PhotoChoices:
    """``add_to_known``: photos of a name that is taken go to that person, if they look alike; else they are left out.
    ``look_alikes``: enrol who looks like somebody enrolled under another name, too."""

    add_to_known: bool = False
    look_alikes: bool = False


@dataclass(frozen=True)
class Dependencies:
    """What a run is handed: ``ask`` the board for a fingerprint, ``save`` in one transaction on another thread.

    ``known`` are the people enrolled by name in lower case, ``templates`` those that can be compared with.
    """

    ask: Callable[[Picture], Future[Answer]]
    save: Callable[[Sequence[PersonToImport]], Future[int]]
    known: Mapping[str, int]
    templates: Templates
    threshold: float
    crop_size: int
    projection_of: Callable[[bytes], Projection] = lambda network_hash: load_projection(network_hash)[0]


@dataclass(frozen=True, eq=False)
class _PhotoFace:
    file: Path
    stored: StoredFingerprint
    embedding: Floats


@dataclass(frozen=True, eq=False)
class _Group:
    """Photos that are to be one person."""

    name: str
    seen: list[_PhotoFace]
    decision: PhotoDecision | None = None


class _Stopped(Exception):
    """Somebody pressed Cancel."""


class _Refused(Exception):
    """This photo is of no use."""

    def __init__(self, outcome: Outcome | Verdict, detail: str = "") -> None:
        super().__init__(outcome, detail)
        self.outcome, self.detail = outcome, detail


class PhotoRun:
    """One run over ``people``. ``tell`` gets its progress, on its thread; ``decide`` answers the phase CHOOSING."""

    def __init__(
        self,
        people: Sequence[PhotoPerson],
        choices: PhotoChoices,
        dependencies: Dependencies,
        tell: Callable[[PhotoProgress], None],
        detector: Callable[[], Detector] = lambda: Detector(min_face=40, max_side=800),
    ) -> None:
        self._people, self._choices, self._dependencies, self._tell = people, choices, dependencies, tell
        self._make_detector = detector
        self._stop = threading.Event()
        self._decisions: queue.SimpleQueue[tuple[str, ...]] = queue.SimpleQueue()
        self._ending = False
        self._rows: list[PhotoRow] = []
        self._progress = PhotoProgress(PhotoPhase.RUNNING, 0, sum(len(person.files) for person in people))
        self._hashes: dict[str, Path] = {}
        self._network = ""
        self._reader: Fingerprints | None = None
        self._thread = threading.Thread(target=self._run, name="photos")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def decide(self, names: Sequence[str]) -> None:
        """Who the groups of the mixture are that was asked about: a name each, empty to leave a group out. Groups of
        one name become one person."""
        self._decisions.put(tuple(" ".join(name.split()) for name in names))

    def stop(self, wait: bool = False) -> None:
        """End it without a trace, unless it is being saved already. ``wait``: the program ends."""
        self._stop.set()
        self._ending = wait
        if wait and self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            found = self._read_all()
            self._say(PhotoPhase.SAVING, file=None)
            count = self._saved(self._dependencies.save(found)) if found else 0
            self._say(PhotoPhase.DONE, rows=tuple(self._rows), people=count)
        except _Stopped:
            self._say(PhotoPhase.STOPPED, rows=tuple(self._rows))
        except DeviceError as error:
            problem = Problem(error.message, error.hint, Topic.ENROLMENT)
            self._say(PhotoPhase.FAILED, rows=tuple(self._rows), problem=problem)

    def _saved(self, count: Future[int]) -> int:
        while True:
            try:
                return count.result(POLL_S)
            except NotYet:
                if self._ending:
                    raise _Stopped from None

    def _read_all(self) -> list[PersonToImport]:
        detector = self._make_detector()
        looked = [group for person in self._people if (group := self._look_at(detector, person)) is not None]
        names = frozenset(group.name.casefold() for group in looked)
        arrivals: list[PersonToImport] = []
        for group in looked:
            for part in self._parts(group, names):
                if (arrival := self._arrival(part, arrivals)) is not None:
                    arrivals.append(arrival)
        if self._stop.is_set():
            raise _Stopped
        return arrivals

    def _look_at(self, detector: Detector, person: PhotoPerson) -> _Group | None:
        try:
            name = clean_name(person.name)
        except DeviceError as error:
            self._refuse_all(person, Outcome.NAME_BAD, error.message)
            return None
        if name.casefold() in self._dependencies.known and not self._choices.add_to_known:
            self._refuse_all(person, Outcome.NAME_TAKEN, name)
            return None
        seen = []
        for file in person.files:
            if self._stop.is_set():
                raise _Stopped
            self._say(PhotoPhase.RUNNING, file=file)
            try:
                seen.append(self._photo(detector, file))
            except _Refused as refused:
                self._rows.append(PhotoRow(file, name, refused.outcome, refused.detail))
            self._progress = replace(self._progress, done=self._progress.done + 1)
        return _Group(name, seen)

    def _parts(self, group: _Group, names: frozenset[str]) -> list[_Group]:
        """Who is to be enrolled of ``group``, after a person was asked where it shows several people. Single photos
        that are not like the rest are refused. ``names`` are those of this run."""
        if not group.seen:
            return []
        embeddings = np.stack([one.embedding for one in group.seen])
        found = cluster(embeddings)
        clusters = [[group.seen[index] for index in own] for own in found]
        scores = [mean_cosine(embeddings[found[0]], embeddings[own]) for own in found]
        if not shows_several(found):
            for own, score in zip(clusters[1:], scores[1:], strict=True):
                self._refuse(own, group.name, Outcome.OTHER_PERSON, f"{score:.2f}")
            return [_Group(group.name, clusters[0])]
        taken = (names | set(self._dependencies.known)) - {group.name.casefold()}
        parts = tuple(
            PhotoCluster(tuple(one.file for one in own), tuple(one.stored.thumbnail or b"" for one in own), score)
            for own, score in zip(clusters, scores, strict=True)
        )
        answer = self._ask_who(PhotoMixture(group.name, parts, frozenset(taken)))
        decision = PhotoDecision.of(answer)
        people: dict[str, _Group] = {}
        for name, own in zip(answer, clusters, strict=True):
            if not name:
                self._refuse(own, group.name, Outcome.LEFT_OUT, decision=decision)
            else:
                people.setdefault(name.casefold(), _Group(name, [], decision)).seen.extend(own)
        return list(people.values())

    def _ask_who(self, mixture: PhotoMixture) -> tuple[str, ...]:
        while not self._decisions.empty():
            self._decisions.get()  # an answer that came twice is none to the next question
        self._say(PhotoPhase.CHOOSING, file=None, mixture=mixture)
        while not self._stop.is_set():
            try:
                names = self._decisions.get(timeout=POLL_S)
            except queue.Empty:
                continue
            if len(names) == len(mixture.clusters):
                self._say(PhotoPhase.RUNNING, mixture=None)
                return names
        self._progress = replace(self._progress, mixture=None)
        raise _Stopped

    def _arrival(self, group: _Group, before: Sequence[PersonToImport]) -> PersonToImport | None:
        seen, decision = group.seen, group.decision
        try:
            name = clean_name(group.name)
        except DeviceError as error:
            self._refuse(seen, group.name, Outcome.NAME_BAD, error.message, decision)
            return None
        known = self._dependencies.known.get(name.casefold())
        in_use = any(one.name.casefold() == name.casefold() for one in before)
        if in_use or (known is not None and not self._choices.add_to_known):
            self._refuse(seen, name, Outcome.NAME_TAKEN, name, decision)
            return None
        if known is not None:
            seen = self._like_known(seen, name, known)
        elif not self._choices.look_alikes and (twin := self._twin(seen)):
            self._refuse(seen, name, Outcome.LOOKS_LIKE, twin, decision)
            return None
        self._rows += [PhotoRow(one.file, name, Outcome.TAKEN, decision=decision) for one in seen]
        return PersonToImport(name, [one.stored for one in seen], into=known) if seen else None

    def _photo(self, detector: Detector, file: Path) -> _PhotoFace:
        data = _read(file)
        digest = hashlib.sha256(data).hexdigest()
        if (before := self._hashes.setdefault(digest, file)) != file:
            raise _Refused(Outcome.DUPLICATE, before.name)
        picture = _decode(data)
        faces = detector.detect(picture)
        crops = [_cut(picture, face.landmarks, self._dependencies.crop_size) for face in faces]
        size = (picture.shape[1], picture.shape[0])
        qualities = [
            judge(frame_size=size, box=face.box, landmarks=face.landmarks, crop=crop)
            for face, crop in zip(faces, crops, strict=True)
        ]
        whole = judge_picture(qualities, [face.area for face in faces])
        if whole.verdict is not Verdict.GOOD:
            raise _Refused(whole.verdict)
        crop = crops[int(np.argmax([face.area for face in faces]))]
        if crop is None:
            raise _Refused(Verdict.NO_FACE)
        try:
            return self._seen(file, crop, whole.score)
        except (BoardError, FingerprintError) as error:
            raise _Refused(Outcome.BOARD, error.message) from error

    def _seen(self, file: Path, crop: Picture, quality: float) -> _PhotoFace:
        hello, inference = self._wait(self._dependencies.ask(crop))
        if self._network and hello.network != self._network:
            raise DeviceError(
                "the board runs another network now", "start again, or go back to the board that was there"
            )
        if self._reader is None:
            projection = self._dependencies.projection_of(hello.network_hash)
            self._network = hello.network
            self._reader = Fingerprints(
                hello.fingerprint_length, hello.scale, hello.zero_point, hello.network_hash, projection
            )
        kept = StoredFingerprint(
            inference.fingerprint, hello.scale, hello.zero_point, hello.network, CROP_VERSION, quality, png(crop)
        )
        return _PhotoFace(file, kept, self._reader.embed(inference.fingerprint))

    def _wait(self, answer: Future[Answer]) -> Answer:
        waited = 0
        while True:
            try:
                return answer.result(POLL_S)
            except NotYet:
                waited += 1
                if self._stop.is_set():
                    answer.cancel()
                    raise _Stopped from None
                if waited * POLL_S >= 3.0 and self._progress.phase is PhotoPhase.RUNNING:
                    self._say(PhotoPhase.WAITING)

    def _like_known(self, seen: list[_PhotoFace], name: str, person_id: int) -> list[_PhotoFace]:
        ids = self._dependencies.templates.ids
        if person_id not in ids:
            return seen  # enrolled with another network: there is nothing to compare with
        own = self._dependencies.templates.matrix[ids.index(person_id)]
        kept = []
        for one in seen:
            score = float(own @ one.embedding) if own.shape == one.embedding.shape else -1.0
            if score >= self._dependencies.threshold:
                kept.append(one)
            else:
                self._refuse([one], name, Outcome.OTHER_PERSON, f"{score:.2f}")
        return kept

    def _twin(self, seen: list[_PhotoFace]) -> str:
        match = self._dependencies.templates.match(template(np.stack([one.embedding for one in seen])))
        return f"{match.name} {match.score:.2f}" if (match.score or -1.0) >= self._dependencies.threshold else ""

    def _refuse(
        self,
        seen: Sequence[_PhotoFace],
        name: str,
        outcome: Outcome,
        detail: str = "",
        decision: PhotoDecision | None = None,
    ) -> None:
        self._rows += [PhotoRow(one.file, name, outcome, detail, decision) for one in seen]

    def _refuse_all(self, person: PhotoPerson, outcome: Outcome, detail: str) -> None:
        self._rows += [PhotoRow(file, person.name, outcome, detail) for file in person.files]
        self._progress = replace(self._progress, done=self._progress.done + len(person.files))

    def _say(self, phase: PhotoPhase, **changes: object) -> None:
        self._progress = replace(self._progress, phase=phase, **changes)  # type: ignore[arg-type]
        self._tell(self._progress)


def _read(file: Path) -> bytes:
    try:
        size = file.stat().st_size
        if size > LARGEST_BYTES:
            raise _Refused(Outcome.UNREADABLE, f"{size / 1e6:.0f} MB")
        return file.read_bytes()
    except OSError as error:
        raise _Refused(Outcome.UNREADABLE, error.strerror or str(error)) from error


def _decode(data: bytes) -> Picture:
    """RGB, turned upright as the photo's own note says."""
    try:
        bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    except cv2.error:
        bgr = None
    if bgr is None:
        raise _Refused(Outcome.UNREADABLE)
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


def _cut(picture: Picture, landmarks: Landmarks, size: int) -> Picture | None:
    try:
        return align(picture, landmarks, size)
    except CropError:
        return None


def write_csv(rows: Sequence[PhotoRow], file: TextIO) -> None:
    """The report as CSV with a line of headings; what a person decided stands as the detail where there is no other."""
    writer = csv.writer(file)
    writer.writerow(("file", "name", "outcome", "detail"))
    for row in rows:
        # A spreadsheet takes what begins like this for a formula.
        cells = (str(row.file), row.name, row.outcome.value, row.detail or (row.decision or ""))
        writer.writerow([f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell for cell in cells])
