"""How old what is shown of a decision is: fresh, old after a second, gone with its face. Pure.

Times are seconds of ``gui.core.frames.now_s``. ``Outcome.at_s`` is when the picture was taken that a decision is about,
``Track.seen_s`` when its face was seen last.
"""

from __future__ import annotations

from enum import StrEnum

from gui.core.frames import KEEP_S

OLD_AFTER_S = 1.0


class Age(StrEnum):
    """FRESH: as it is now. OLD: to be greyed, with the seconds beside it. GONE: not to be shown at all."""

    FRESH = "fresh"
    OLD = "old"
    GONE = "gone"


def age(decided_s: float, at_s: float, *, face_seen_s: float | None, connected: bool = True) -> Age:
    """Of a decision about a picture taken at ``decided_s``, at the instant ``at_s``.

    ``face_seen_s`` is when vision saw the face of this very track last; None where there is no such track any more.
    ``connected`` False: there is no board, so nobody is recognised.
    """
    if not connected or face_seen_s is None or at_s - face_seen_s > KEEP_S:
        return Age.GONE
    return Age.OLD if at_s - decided_s > OLD_AFTER_S else Age.FRESH


def seconds_ago(decided_s: float, at_s: float) -> int:
    """Whole seconds since then, for "3 s ago"; a picture from the future is of now."""
    return max(0, int(at_s - decided_s))
