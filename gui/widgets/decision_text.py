"""A trace in words: why something was decided, in one sentence and in full, in the window's language."""

from __future__ import annotations

from gui.core.decisions import CastVote, Rule, Trace, Turn, Vote
from gui.core.i18n import marked
from gui.widgets.language import figure, translate

_SENTENCES = {
    Rule.VOTES_FOR: marked("{person}: {votes} of {needed} votes, now {best}, needs {threshold}"),
    Rule.KEPT: marked("{person} was accepted a moment ago; now {best}"),
    Rule.VOTES_AGAINST: marked("nobody fits: best {best}, needs {threshold}; {against} of {refuse} votes against"),
    Rule.FEW_VOTES: marked("best {best}, needs {threshold}; {against} of {refuse} votes to refuse"),
    Rule.BAND: marked("best {best} is less than {band} below {threshold}: neither in nor out"),
    Rule.MARGIN: marked("{best} is only {margin} ahead of {second}, needs {needed_margin}"),
    Rule.DISAGREE: marked("the pictures speak for different people; now {best}"),
    Rule.NEARER: marked("somebody is nearer: of several faces the nearest decides"),
    Rule.NOBODY_ENROLLED: marked("nobody is enrolled for this network"),
    Rule.BAD_PICTURE: marked("the picture is too bad to judge by"),
    Rule.ENROLLING: marked("{person} is being enrolled"),
    Rule.TURN_ASKED: marked("known; {turned} of {turns} turns of the head done"),
    Rule.TURN_WRONG: marked("turned the wrong way after {turned} of {turns} turns"),
    Rule.TURN_LATE: marked("only {turned} of {turns} turns in {challenge} s"),
    Rule.LOCKED_OUT: marked("{failures} refusals in a row: faces are locked out for {lockout} s"),
    Rule.BY_HAND: marked("opened from the window"),
}
_KEPT_ALL_THE_SAME = marked("{person} was accepted a moment ago; this picture alone would not do")
_FEW_FOR = marked("{best} reaches {threshold}; {votes} of {needed} votes")
_SHORT = {
    Rule.VOTES_FOR: marked("enough votes"),
    Rule.KEPT: marked("accepted a moment ago"),
    Rule.VOTES_AGAINST: marked("nobody fits"),
    Rule.FEW_VOTES: marked("too few votes"),
    Rule.BAND: marked("score between in and out"),
    Rule.MARGIN: marked("runner-up too close"),
    Rule.DISAGREE: marked("votes disagree"),
    Rule.NEARER: marked("somebody is nearer"),
    Rule.NOBODY_ENROLLED: marked("nobody enrolled"),
    Rule.BAD_PICTURE: marked("picture too bad"),
    Rule.ENROLLING: marked("an enrolment runs"),
    Rule.TURN_ASKED: marked("asked to turn"),
    Rule.TURN_WRONG: marked("turned the wrong way"),
    Rule.TURN_LATE: marked("did not turn in time"),
    Rule.LOCKED_OUT: marked("too many refusals"),
    Rule.BY_HAND: marked("from the window"),
}
_VOTES = {
    Vote.FOR: marked("for"),
    Vote.NEAR: marked("near"),
    Vote.AGAINST: marked("against"),
    Vote.VOID: marked("no vote"),
}
_TURNS = {Turn.LEFT: marked("to your left"), Turn.RIGHT: marked("to your right")}


def reason(trace: Trace) -> str:
    """Why, in one sentence."""
    rules, newest = trace.rules, trace.newest
    sentence = _SENTENCES[trace.rule]
    if trace.rule is Rule.FEW_VOTES and newest is not None and newest.vote is Vote.FOR:
        sentence = _FEW_FOR
    if trace.rule is Rule.KEPT and newest is not None and newest.person != trace.person:
        sentence = _KEPT_ALL_THE_SAME
    return translate(sentence).format(
        person=trace.person or translate("somebody"),
        best=best(newest),
        threshold=figure(rules.threshold, 2),
        votes=votes(trace.votes_for),
        needed=votes(rules.accept_votes),
        against=votes(trace.votes_against),
        refuse=votes(rules.refuse_votes),
        band=figure(rules.band, 2),
        margin=figure(newest.margin, 2) if newest is not None and newest.margin is not None else "–",
        second=newest.second if newest is not None and newest.second else "–",
        needed_margin=figure(rules.margin, 2),
        turned=trace.turned,
        turns=len(trace.turns),
        challenge=f"{rules.challenge_s:.0f}",
        failures=trace.failures,
        lockout=f"{rules.lockout_s:.0f}",
    )


def short(kept: str) -> str:
    """The rule of an event in a few words; ``kept`` is what the event keeps, in old files a sentence."""
    try:
        return translate(_SHORT[Rule(kept)])
    except ValueError:
        return kept


def votes(value: float) -> str:
    """A sum of votes: ``2``, ``1.4``."""
    return figure(value, 0 if abs(value - round(value)) < 0.05 else 1)


def best(cast: CastVote | None) -> str:
    """``Ada 0.71``, or a dash where there was nobody to compare with."""
    if cast is None or cast.score is None:
        return "–"
    return f"{cast.person} {figure(cast.score, 2)}"


def vote(cast: CastVote) -> str:
    """What a recognition said, in a word."""
    return translate(_VOTES[cast.vote])


def turn(value: Turn) -> str:
    """A turn as the person is asked for it."""
    return translate(_TURNS[value])


def numbers(trace: Trace) -> list[tuple[str, str]]:
    """What was asked for and what there was, as lines of a label and a value."""
    rules = trace.rules
    measured = (
        translate("from measured impostors") if rules.measured else translate("a guess: not measured for this network")
    )
    lines = [
        (
            translate("Threshold"),
            translate("{threshold}, for one false accept in {far} comparisons ({measured})").format(
                threshold=figure(rules.threshold, 3), far=figure(1 / rules.far, 0), measured=measured
            ),
        ),
        (
            translate("Uncertain from"),
            translate("{low}, which is {band} below it").format(
                low=figure(rules.threshold - rules.band, 3), band=figure(rules.band, 2)
            ),
        ),
        (translate("Margin asked for"), figure(rules.margin, 2)),
        (
            translate("Votes for"),
            translate("{votes} of {needed}").format(votes=votes(trace.votes_for), needed=votes(rules.accept_votes)),
        ),
        (
            translate("Votes against"),
            translate("{votes} of {needed}").format(votes=votes(trace.votes_against), needed=votes(rules.refuse_votes)),
        ),
        (translate("Faces in the picture"), str(trace.faces)),
    ]
    if trace.turns:
        asked = ", ".join(turn(one) for one in trace.turns)
        lines.append(
            (translate("Turns asked for"), translate("{turns}; {done} done").format(turns=asked, done=trace.turned))
        )
    if trace.failures:
        lines.append((translate("Refusals in a row"), str(trace.failures)))
    return lines
