"""A visit: one face in front of the door, known or not, from its first event until it has been away for a while. Pure.

Whoever has a name is known by it. Strangers are told from each other by what they look like: two of them within a few
seconds are two visits, and one who steps out of the picture and back is one.
"""

from __future__ import annotations

from dataclasses import dataclass

from gui.access.matcher import Floats
from gui.core.decisions import Rules

NO_TRACK = 0  # tracks are numbered from 1


@dataclass(eq=False)
class Visit:
    """``person_id`` None for a stranger; ``looks`` (D,) of length 1 as they were at the first event, if known."""

    person_id: int | None
    track_id: int
    looks: Floats | None
    last_s: float


class Visits:
    """Those going on now."""

    def __init__(self) -> None:
        self._visits: list[Visit] = []

    def begin(self, person_id: int | None, track_id: int, looks: Floats | None, at_s: float) -> Visit:
        """A new one."""
        self._visits.append(Visit(person_id, track_id, looks, at_s))
        return self._visits[-1]

    def forget(self, at_s: float, gap_s: float) -> None:
        """Those that were not seen for ``gap_s`` are over."""
        self._visits = [visit for visit in self._visits if at_s - visit.last_s <= gap_s]

    def leave(self, track_id: int) -> None:
        """Somebody else stands where ``track_id`` is: the visits seen there go on only for faces that look alike."""
        for visit in self._visits:
            if visit.track_id == track_id:
                visit.track_id = NO_TRACK

    def of_person(self, person_id: int | None) -> Visit | None:
        """The visit of somebody with a name."""
        return next((visit for visit in self._visits if visit.person_id == person_id is not None), None)

    def of_stranger(self, track_id: int, own: Visit | None, looks: Floats | None, rules: Rules) -> Visit | None:
        """The visit that a face without a name goes on with, perhaps that of a person who has turned away.

        ``own`` is the visit that this face took part in before. Without ``looks`` only the track tells.
        """
        for visit in self._visits:
            followed = visit is own or visit.track_id == track_id
            if looks is None or visit.looks is None:
                alike = followed
            else:
                alike = float(looks @ visit.looks) >= (rules.same_track if followed else rules.same_face)
            if alike:
                return visit
        return None
