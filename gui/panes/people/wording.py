"""What the pane of people says: who is enrolled, enrolment's prompts and verdicts, changes, and photos."""

from __future__ import annotations

from gui.core.frames import Verdict
from gui.core.i18n import marked
from gui.core.people import Person
from gui.core.states import Problem
from gui.enrolment.photo_enrolment import Outcome, PhotoDecision, PhotoPhase, PhotoProgress, PhotoRow
from gui.enrolment.poses import Pose
from gui.enrolment.progress import EnrolmentPhase, EnrolmentProgress, Failure, Hint, Review, Shot
from gui.gallery.history import Change, ChangeKind
from gui.widgets import formatting
from gui.widgets.language import figure, translate

POSE_NAMES = {
    Pose.FRONT: marked("Straight on"),
    Pose.LEFT: marked("To the left"),
    Pose.RIGHT: marked("To the right"),
    Pose.UP: marked("Up"),
    Pose.DOWN: marked("Down"),
}
_PROMPTS = {
    Pose.FRONT: marked("Look straight at the camera"),
    Pose.LEFT: marked("Turn your head slowly to your left"),
    Pose.RIGHT: marked("Turn your head slowly to your right"),
    Pose.UP: marked("Lift your chin a little"),
    Pose.DOWN: marked("Lower your chin a little"),
}
_HINTS = {
    Hint.HOLD: marked("Good, hold still"),
    Hint.MORE: marked("A little further"),
    Hint.WRONG_WAY: marked("The other way"),
    Hint.AHEAD: marked("Look straight at the camera"),
    Hint.OTHER_PERSON: marked("This does not look like the same person"),
}
_VERDICTS = {
    Verdict.GOOD: marked("Good"),
    Verdict.NO_FACE: marked("No face"),
    Verdict.TWO_FACES: marked("Two faces"),
    Verdict.CUT_OFF: marked("Cut off by the edge"),
    Verdict.TOO_SMALL: marked("Too small"),
    Verdict.TURNED: marked("Turned too far"),
    Verdict.TOO_DARK: marked("Too dark"),
    Verdict.OVER_EXPOSED: marked("Over-exposed"),
    Verdict.BLURRED: marked("Blurred"),
}


def pose_name(pose: Pose) -> str:
    """A pose in one to three words."""
    return translate(POSE_NAMES[pose])


def prompt(pose: Pose) -> str:
    """What the person is asked to do."""
    return translate(_PROMPTS[pose])


def verdict(value: Verdict) -> str:
    """A verdict on a picture, with a capital."""
    return translate(_VERDICTS[value])


def verdict_line(progress: EnrolmentProgress) -> str:
    """What the picture shows now, or how it ended."""
    if progress.phase is EnrolmentPhase.SAVED:
        return translate("{name} is saved").format(name=progress.name)
    if progress.phase is EnrolmentPhase.SAVING:
        return translate("Saving")
    if progress.phase is EnrolmentPhase.CANCELLED:
        return translate("Cancelled")
    if progress.phase is EnrolmentPhase.FAILED:
        if progress.failure is not None:
            return failure(progress.failure)
        return "" if progress.problem is None else formatting.sentence(_problem(progress.problem))
    if progress.phase is EnrolmentPhase.REVIEW:
        return translate("Look the shots through, then save")
    if progress.hint is Hint.VERDICT:
        return f"{verdict(progress.verdict)}: {translate(ADVICE[progress.verdict])}"
    return translate(_HINTS[progress.hint]) if progress.hint in _HINTS else prompt(progress.pose)


def failure(value: Failure) -> str:
    """Why the time was over."""
    match value.mostly:
        case None:
            why = translate("the board gave no fingerprint")
        case Verdict() as seen:
            why = verdict(seen)
        case hint:
            why = translate(_HINTS.get(hint, _HINTS[Hint.AHEAD]))
    text = translate("No new shot in {seconds} s, {taken} taken. Mostly: {why}")
    return text.format(seconds=figure(value.seconds, 0), taken=value.taken, why=why)


def agreement_line(review: Review) -> str:
    """What the leave-one-out score means against the door's threshold."""
    if review.lowest is None or review.mean is None:
        return translate("One shot alone cannot be compared: more would make it surer.")
    figures = translate(
        "Each shot against the others: {lowest} at worst, {mean} on average; the door asks for {threshold}."
    )
    text = figures.format(
        lowest=figure(review.lowest, 2), mean=figure(review.mean, 2), threshold=figure(review.threshold, 2)
    )
    if review.lowest < review.threshold:
        meaning = translate("At least one shot would not have been let in by the others: take it again.")
    elif review.lowest < review.threshold + 0.1:
        meaning = translate("Every shot would have been let in by the others, some only just.")
    else:
        meaning = translate("Every shot would have been let in by the others.")
    return f"{text} {meaning}"


def agreement_word(review: Review) -> tuple[str, str]:
    """How surely the door will know this person, in a word, and the word's style class."""
    if review.lowest is None:
        return translate("Not measured"), "muted"
    if review.lowest < review.threshold:
        return translate("Shots disagree"), "warn"
    return (translate("Only just"), "warn") if review.lowest < review.threshold + 0.1 else (translate("Surely"), "good")


def shot_line(shot: Shot) -> str:
    """A shot's pose, and its agreement with the others where that is known."""
    if shot.agreement is None:
        return pose_name(shot.pose)
    return f"{pose_name(shot.pose)} · {figure(shot.agreement, 2)}"


ADVICE: dict[Verdict, str] = {
    Verdict.GOOD: marked("hold still"),
    Verdict.NO_FACE: marked("step in front of the camera"),
    Verdict.TWO_FACES: marked("one person at a time"),
    Verdict.CUT_OFF: marked("move to the middle"),
    Verdict.TOO_SMALL: marked("come closer"),
    Verdict.TURNED: marked("look at the camera"),
    Verdict.TOO_DARK: marked("more light on the face, please"),
    Verdict.OVER_EXPOSED: marked("less light on the face, please"),
    Verdict.BLURRED: marked("hold still, or wipe the lens"),
}
"""What a person can do about a verdict."""


_DONE = {
    ChangeKind.ENROL: marked("{name} was enrolled"),
    ChangeKind.ADD: marked("{name} got more shots"),
    ChangeKind.REPLACE: marked("{name} was enrolled again"),
    ChangeKind.RENAME: marked("{name} is now {other}"),
    ChangeKind.DELETE: marked("{name} was deleted"),
    ChangeKind.MERGE: marked("{name} is now a part of {other}"),
    ChangeKind.IMPORT: marked("{name} was added"),
}


_UNDO = {
    ChangeKind.ENROL: marked("Undo: enrol {name}"),
    ChangeKind.ADD: marked("Undo: more shots of {name}"),
    ChangeKind.REPLACE: marked("Undo: enrol {name} again"),
    ChangeKind.RENAME: marked("Undo: rename {name} to {other}"),
    ChangeKind.DELETE: marked("Undo: delete {name}"),
    ChangeKind.MERGE: marked("Undo: merge {name} with {other}"),
    ChangeKind.IMPORT: marked("Undo: add {name}"),
}


def change_done(change: Change) -> str:
    """``Ada was deleted``."""
    if change.kind is ChangeKind.IMPORT and change.count != 1:
        return translate("{count} people were added").format(count=change.count)
    return translate(_DONE[change.kind]).format(name=change.name, other=change.other)


def undo_line(change: Change) -> str:
    """``Undo: delete Ada``."""
    if change.kind is ChangeKind.IMPORT and change.count != 1:
        return translate("Undo: add {count} people").format(count=change.count)
    return translate(_UNDO[change.kind]).format(name=change.name, other=change.other)


_PHOTO_OUTCOMES = {
    Outcome.TAKEN: marked("Taken"),
    Outcome.UNREADABLE: marked("Cannot be read"),
    Outcome.DUPLICATE: marked("The same file as {detail}"),
    Outcome.NAME_TAKEN: marked("The name {detail} is taken"),
    Outcome.NAME_BAD: marked("No name: {detail}"),
    Outcome.OTHER_PERSON: marked("Not like the others of this name (score {detail})"),
    Outcome.LOOKS_LIKE: marked("Looks like somebody enrolled: {detail}"),
    Outcome.BOARD: marked("The board refused: {detail}"),
    Outcome.LEFT_OUT: marked("Left out"),
}
_PHOTO_DECISIONS = {
    PhotoDecision.NONE_TAKEN: marked("no group was taken"),
    PhotoDecision.ONE_TAKEN: marked("one group was taken"),
    PhotoDecision.SEPARATE: marked("the groups are different people"),
    PhotoDecision.ONE_PERSON: marked("the groups are one person"),
}


def photo_outcome(row: PhotoRow) -> str:
    """What became of a photo, in a few words."""
    if isinstance(row.outcome, Verdict):
        return verdict(row.outcome)
    text = translate(_PHOTO_OUTCOMES[row.outcome])
    if "{detail}" in text:
        return text.format(detail=row.detail)
    detail = row.detail if row.decision is None else translate(_PHOTO_DECISIONS[row.decision])
    return f"{text}: {detail}" if detail else text


def photo_progress(value: PhotoProgress) -> str:
    """How far it is, or how it ended."""
    match value.phase:
        case PhotoPhase.RUNNING:
            name = value.file.name if value.file is not None else ""
            return translate("{done} of {all}: {file}").format(done=value.done, all=value.of, file=name)
        case PhotoPhase.WAITING:
            return translate("Waiting for the board; it goes on by itself once the board is back")
        case PhotoPhase.CHOOSING:
            text = translate(
                "The photos of {name} seem to show several people: {count} groups. Nobody is saved until you choose."
            )
            mixture = value.mixture
            return "" if mixture is None else text.format(name=mixture.name, count=len(mixture.clusters))
        case PhotoPhase.SAVING:
            return translate("Saving")
        case PhotoPhase.STOPPED:
            return translate("Stopped: nobody was enrolled")
        case PhotoPhase.FAILED:
            problem = value.problem
            why = "" if problem is None else _problem(problem)
            return translate("Nobody was enrolled. {why}").format(why=why[:1].upper() + why[1:])
        case PhotoPhase.DONE:
            taken = sum(row.outcome is Outcome.TAKEN for row in value.rows)
            text = translate("Enrolled: {people}. Photos taken: {taken} of {all}.")
            return text.format(people=value.people, taken=taken, all=value.of)


def person_detail(person: Person, now: float) -> str:
    """The second line under a name: what is stored, and when they were last let in."""
    if person.usable == 0:
        return translate("enrolled with another network: enrol again")
    if person.usable < person.fingerprints:
        crops = translate("{usable} of {all} crops usable").format(usable=person.usable, all=person.fingerprints)
    else:
        crops = translate("1 crop") if person.usable == 1 else translate("{count} crops").format(count=person.usable)
    seen = (
        translate("seen {when}").format(when=_ago(person.last_seen, now))
        if person.last_seen
        else translate("not seen yet")
    )
    return f"{crops} · {seen}"


def _ago(seconds: float, now: float) -> str:
    """How long ago, coarse: ``just now``, ``4 min ago``, ``3 h ago``, else the day."""
    passed = now - seconds
    if passed < 60:
        return translate("just now")
    if passed < 3600:
        return translate("{minutes} min ago").format(minutes=round(passed / 60))
    if passed < 20 * 3600:
        return translate("{hours} h ago").format(hours=round(passed / 3600))
    return formatting.when(seconds, now)


def _problem(problem: Problem) -> str:
    return ": ".join(translate(part) for part in (problem.message, problem.hint) if part)
