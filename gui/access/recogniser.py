"""From a fingerprint to a decision: reading it as the board's network wants, matching, deciding. No Qt.

One ``Recogniser`` belongs to the board's thread, except where a method says otherwise. It knows the network that the
board runs, so it also says which kept fingerprints can be compared.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from device.errors import FileError
from device.link.protocol import Capability
from device.link.replies import Hello, Inference
from device.paths import ASSETS
from device.vision.crop import CROP_VERSION
from device.vision.fingerprint import Fingerprints, Projection, projection_files
from gui.access.decider import Decider, Observation
from gui.access.matcher import Floats, Templates, build
from gui.core.decisions import DEFAULT_THRESHOLD, Decision, Entrance, FlipAveraging, Outcome, Rule, Rules, Trace
from gui.core.frames import Clock, CropJob, Picture, Recognition, Span, Stage, Verdict, View, now_s
from gui.core.i18n import formatted, marked
from gui.core.people import StoredFingerprint
from gui.core.states import Where
from gui.gallery.corrections import Corrections
from gui.gallery.gallery import Gallery

# Without a projection nothing is taken off the features, which are sums of non-negative numbers and so all point the
# same way: impostors' cosines lie far higher than after centring.
PLAIN_THRESHOLD = 0.90


@dataclass(frozen=True)
class Label:
    """What is known of a track, for the live frame. ``at_s`` is when the frame was taken that says so."""

    name: str | None
    score: float | None
    decision: Decision
    at_s: float = 0.0


@dataclass(frozen=True, eq=False)
class _Known:
    at_s: float
    label: Label
    crop: Picture


def load_projection(network_hash: bytes, folder: Path = ASSETS) -> tuple[Projection, str]:
    """The projection for a network from the files of ``folder``, and a word of warning where there is none."""
    why: str = marked("there is no feature map for this network; comparing without one")
    for path in projection_files(folder):
        try:
            found = Projection.load(path)
        except FileError as error:
            why = formatted(marked("{what}; comparing without it"), what=error.message)
            continue
        if found.network_hash == network_hash:
            return found, ""
    return Projection(), why


def with_threshold(rules: Rules, projection: Projection, *, flip: bool = False) -> tuple[Rules, str]:
    """The rules with the score that the projection's measured impostors give for their false-accept rate, and a word of
    warning where that rate was not measured. ``flip``: for flip averaging."""
    if projection.input_length is None:
        return replace(rules, threshold=PLAIN_THRESHOLD, measured=False), ""
    measured = projection.threshold_at(rules.far, flip=flip)
    if measured is not None and 0.0 < measured < 1.0:
        return replace(rules, threshold=measured, measured=True), ""
    strictest = max((score for _, score in projection.thresholds_of(flip=flip)), default=0.0)
    fallback = max(strictest, DEFAULT_THRESHOLD)
    text = marked("one false accept in {far} was not measured for this network; a score of {score} is used")
    warning = formatted(text, far=f"{1 / rules.far:,.0f}", score=f"{fallback:.2f}")
    return replace(rules, threshold=fallback, measured=False), warning


class Recogniser:
    """Matches and decides for the network that ``connect`` named."""

    def __init__(self, gallery: Gallery, corrections: Corrections, rules: Rules, assets: Path = ASSETS) -> None:
        self._gallery, self._corrections, self._assets = gallery, corrections, assets
        self._hello: Hello | None = None
        self._reader: Fingerprints | None = None
        self._templates = Templates()
        self._decider = Decider(rules)
        self._lock = threading.Lock()  # vision observes, the board's thread considers, the window asks and sets
        self._labels: dict[int, _Known] = {}
        self._kept: dict[int, tuple[Recognition, CropJob]] = {}  # by the key of the outcome

    @property
    def rules(self) -> Rules:
        """Those in force."""
        return self._decider.rules

    @property
    def templates(self) -> Templates:
        """The people that can be recognised."""
        return self._templates

    @property
    def network_hash(self) -> str:
        """Of the network that the board runs, in hex; empty before there was a board."""
        return self._hello.network if self._hello is not None else ""

    @property
    def where(self) -> Where | None:
        """What executes the network; None before there was a board."""
        return self._hello.where if self._hello is not None else None

    @property
    def labels(self) -> Mapping[int, Label]:
        """What is known of each track by now; a new mapping every time."""
        return MappingProxyType({track: known.label for track, known in self._labels.items()})

    def connect(self, hello: Hello) -> str:
        """A board answered: read its fingerprints from now on. A word of warning, or empty.

        Raises MismatchError if projection and board contradict each other.
        """
        projection, warning = load_projection(hello.network_hash, self._assets)
        self._reader = Fingerprints(
            hello.fingerprint_length, hello.scale, hello.zero_point, hello.network_hash, projection
        )
        self._hello = hello
        unmeasured = self.set_rules(self.rules)
        self.reload()
        return warning or unmeasured

    def set_rules(self, rules: Rules) -> str:
        """Decide by these from now on, with the threshold of the board's network; every face starts over.

        A word of warning, or empty. From any thread.
        """
        warning = ""
        if self._reader is not None:
            flip = self._hello is not None and uses_flip(rules.flip, self._hello)
            rules, warning = with_threshold(rules, self._reader.projection, flip=flip)
        with self._lock:
            if rules != self._decider.rules:
                self._decider.rules = rules
                self._decider.forget_all()
        return warning

    def wants_flip(self, *, kept: bool) -> bool:
        """Whether the board is to run on the next crop's mirror image, too; ``kept``: in order to enrol. From any
        thread."""
        return self._hello is not None and uses_flip(self.rules.flip, self._hello, kept=kept)

    def observe(self, view: View) -> None:
        """Vision has searched a frame: who is nearest, and who turns as asked. From any thread."""
        faces = [
            Observation(
                track.id,
                track.box[2] * track.box[3],
                track.quality.yaw,
                fresh=track.seen_s == view.taken_s,
                former=track.former,
            )
            for track in view.tracks
        ]
        with self._lock:
            self._decider.observe(faces, view.taken_s)

    def over(self, at_s: float) -> list[tuple[Recognition, CropJob]]:
        """The visits that are over by now and were not decided, once each: the recognition that shows the visit best,
        with the outcome that is to be logged. From any thread."""
        with self._lock:
            outcomes = self._decider.over(at_s)
            found = [(outcome, self._kept.pop(outcome.key, None)) for outcome in outcomes]
        return [(replace(kept[0], outcome=outcome), kept[1]) for outcome, kept in found if kept is not None]

    def entrance(self, at_s: float) -> Entrance:
        """How the entrance stands. From any thread."""
        with self._lock:
            return self._decider.entrance(at_s)

    def reload(self) -> None:
        """The gallery changed: build the templates again."""
        if self._hello is None or self._reader is None:
            return
        fingerprints = self._gallery.fingerprints(self._hello.network, CROP_VERSION)
        people = [(person.id, person.name) for person in self._gallery.people()]
        # Only what this board could have made: the same network may be quantised in one way only.
        same = {key: [one for one in own if one.length == self._reader.length] for key, own in fingerprints.items()}
        wrong = self._corrections.negatives(self._hello.network, CROP_VERSION)
        wrong = {key: [one for one in own if one.length == self._reader.length] for key, own in wrong.items()}
        self._templates = build(people, same, self._hello.network_hash, self._reader.projection, wrong)
        with self._lock:
            self._decider.forget_all()

    def embed(self, inference: Inference) -> Floats:
        """The unit vector (D,) of a fingerprint."""
        assert self._reader is not None, "connect() comes first"
        return self._reader.embed(inference.fingerprint)

    def keep(self, job: CropJob, inference: Inference, thumbnail: bytes | None) -> StoredFingerprint:
        """The fingerprint as the gallery keeps it."""
        assert self._hello is not None, "connect() comes first"
        return StoredFingerprint(
            inference.fingerprint,
            self._hello.scale,
            self._hello.zero_point,
            self._hello.network,
            CROP_VERSION,
            job.quality.score,
            thumbnail,
        )

    def recognise(
        self, job: CropJob, inference: Inference, embedding: Floats, draw_ms: float | None, *, enrolling: str = ""
    ) -> Recognition:
        """Match and decide about one crop. While somebody is ``enrolling`` (a name) nothing is decided, but the match
        is shown all the same."""
        assert self._hello is not None, "connect() comes first"
        began_s = now_s()
        match = self._templates.match(embedding)
        if enrolling:
            outcome = Outcome(
                Decision.SEEN,
                None,
                None,
                Trace(Rule.ENROLLING, self.rules, enrolling),
                match=match,
                at_s=job.taken_s,
                track_id=job.track_id,
            )
        else:
            good, score = job.quality.verdict is Verdict.GOOD, job.quality.score
            with self._lock:
                outcome = self._decider.consider(job.track_id, job.taken_s, match, good, score, embedding)
        decided_crop = self._label(job, outcome)
        done_s = now_s()
        timeline = job.timeline.with_span(Stage.WAIT, job.timeline.end_s, inference.sent_ns / 1e9)
        timeline = timeline.with_board(inference).with_span(Stage.MATCH, began_s, done_s)
        if draw_ms is not None:
            drawn = Span(Stage.DRAW, timeline.length_ms, draw_ms, Clock.HOST)
            timeline = replace(timeline, spans=(*timeline.spans, drawn))
        recognition = Recognition(
            number=job.frame,
            track_id=outcome.track_id,
            crop=job.crop,
            verdict=job.quality.verdict,
            inference=inference,
            clock_hz=self._hello.clock_hz,
            outcome=outcome,
            decided_crop=decided_crop,
            timeline=timeline,
            latency_ms=(done_s - timeline.start_s) * 1e3,
        )
        with self._lock:
            if outcome.key:
                self._kept[outcome.key] = recognition, job
            wanted = self._decider.keys
            self._kept = {key: kept for key, kept in self._kept.items() if key in wanted}
        return recognition

    def _label(self, job: CropJob, outcome: Outcome) -> Picture:
        """Keep what is shown of this track over the frame. Returns the crop that the decision rests on."""
        at_s = job.taken_s
        kept = {track: known for track, known in self._labels.items() if at_s - known.at_s < self.rules.visit_gap_s}
        before = kept.get(outcome.track_id)
        crop = before.crop if before is not None and outcome.trace.rule is Rule.KEPT else job.crop
        name = outcome.name if outcome.decision is Decision.ACCEPTED else None
        kept[outcome.track_id] = _Known(at_s, Label(name, outcome.match.score, outcome.decision, at_s), crop)
        self._labels = kept
        return crop


def uses_flip(wanted: FlipAveraging, hello: Hello, *, kept: bool = False) -> bool:
    """Whether the board that said ``hello`` is to run on a crop's mirror image, too; ``kept``: in order to enrol.

    AUTOMATIC: a board on a wire loses no crop by it, for at 2 Mbaud receiving one takes 246 ms and both passes 212.
    What this computer emulates would come to half as many. A template is made once and used always, so for one it is
    worth the time anywhere.
    """
    if wanted is FlipAveraging.OFF or Capability.FLIP not in hello.capabilities:
        return False
    return wanted is FlipAveraging.ON or kept or hello.where is Where.BOARD
