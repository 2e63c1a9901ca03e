"""Collecting good crops of one person from the live picture. Pure: the caller brings fingerprints and the time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from gui.gallery import Print
from gui.match import Floats, template
from gui.quality import ADVICE, Quality
from gui.records import EnrolmentPhase, EnrolmentProgress, Picture, Verdict

STRANGER = "this does not look like the same person"


@dataclass(frozen=True)
class EnrolmentRules:
    """A crop whose cosine with those taken before is too low shows somebody else, or nothing of use.

    ``agree`` is asked of a face that was followed since the last crop taken, ``same`` of one that was lost from view.
    """

    wanted: int = 8
    agree: float = 0.35
    same: float = 0.45
    interval_s: float = 0.3  # between two crops, so that they show different moments
    timeout_s: float = 90.0
    restart_after: int = 3  # crops that disagree with the first one or two: those were the bad ones


@dataclass(frozen=True, eq=False)
class Take:
    """One crop taken, with its fingerprint as it will be kept."""

    crop: Picture
    print: Print
    embedding: Floats
    at_s: float
    track_id: int


class Enrolment:
    """One person being enrolled. ``progress`` is what to show now."""

    def __init__(self, name: str, rules: EnrolmentRules, now_s: float) -> None:
        self.name, self.rules = name, rules
        self.takes: list[Take] = []
        self.phase = EnrolmentPhase.COLLECTING
        self.verdict = "look at the camera"
        self.person_id: int | None = None
        self._began_s = now_s
        self._seen: Counter[str] = Counter()
        self._others = 0
        self._stranger = False  # the last crop was not like the others

    @property
    def progress(self) -> EnrolmentProgress:
        """As the window shows it."""
        crops = tuple(take.crop for take in self.takes)
        return EnrolmentProgress(
            self.name, self.phase, self.rules.wanted, len(crops), self.verdict, crops, self.person_id
        )

    @property
    def complete(self) -> bool:
        """Whether there are enough crops to save."""
        return len(self.takes) >= self.rules.wanted

    @property
    def template(self) -> Floats:
        """Of the crops taken so far, at least one."""
        return template(np.stack([take.embedding for take in self.takes]))

    def look(self, quality: Quality, now_s: float) -> bool:
        """What the picture shows now; whether the words changed. Fails the enrolment when its time is over."""
        if self.phase is not EnrolmentPhase.COLLECTING:
            return False
        if now_s - self._began_s > self.rules.timeout_s:
            self.fail(self._too_long())
            return True
        self._seen[quality.verdict] += 1
        if quality.verdict is Verdict.NO_FACE:
            self._stranger = False  # whoever comes next is looked at anew
        if quality.verdict is not Verdict.GOOD:
            words = _words(quality.verdict)
        else:
            words = STRANGER if self._stranger else "good, turn your head a little"
        changed, self.verdict = words != self.verdict, words
        return changed

    def wants(self, quality: Quality, alone: bool, taken_s: float) -> bool:
        """Whether a crop of this quality, taken then, is worth a fingerprint."""
        if self.phase is not EnrolmentPhase.COLLECTING or self.complete:
            return False
        late = not self.takes or taken_s - self.takes[-1].at_s >= self.rules.interval_s
        return alone and quality.verdict is Verdict.GOOD and late

    def take(self, crop: Picture, kept: Print, embedding: Floats, taken_s: float, track_id: int) -> bool:
        """Add one crop that ``wants`` approved of; False when it does not fit the others."""
        needed = self.rules.agree if self.takes and self.takes[-1].track_id == track_id else self.rules.same
        if self.takes and float(self.template @ embedding) < needed:
            self._others += 1
            self.verdict, self._stranger = STRANGER, True
            self._seen[self.verdict] += 1
            if len(self.takes) > 2 or self._others < self.rules.restart_after:
                return False
            self.takes.clear()
        self._others, self._stranger = 0, False
        self.takes.append(Take(crop, kept, embedding, taken_s, track_id))
        self.verdict = f"{len(self.takes)} of {self.rules.wanted} taken"
        return True

    def cancel(self) -> None:
        """Drop everything."""
        self.phase, self.verdict = EnrolmentPhase.CANCELLED, "cancelled"
        self.takes.clear()

    def fail(self, why: str) -> None:
        """It did not work, and why."""
        self.phase, self.verdict = EnrolmentPhase.FAILED, why

    def saved(self, person_id: int, twin: str | None) -> None:
        """It is in the gallery; ``twin`` is somebody enrolled before who looks alike."""
        self.phase, self.person_id = EnrolmentPhase.SAVED, person_id
        self.verdict = "saved" if twin is None else f"saved, but looks like {twin}: is it the same person?"

    def _too_long(self) -> str:
        bad = Counter({words: count for words, count in self._seen.items() if words != Verdict.GOOD})
        why = bad.most_common(1)[0][0] if bad else "the board gave no fingerprint"
        return f"{len(self.takes)} of {self.rules.wanted} good crops in {self.rules.timeout_s:.0f} s; mostly: {why}"


def _words(verdict: Verdict) -> str:
    return f"{verdict.value}: {ADVICE[verdict]}"
