"""Visits to the door drawn at random and run through tracker and decider in virtual time: no Qt, threads or sleep.

``python -m tests.support.visits --visits N --seed S [--json]``

Faces are boxes and landmarks that move; fingerprints are unit vectors drawn so that their cosines have the statistics
that ``python -m device.model frame-scores`` measures on the int8 network. The scenes are what goes wrong at a door:
somebody takes another's place with and without a gap, several people at once, somebody passing behind, twins, a head
that turns away while another turns in, a mirror, a photo of somebody else beside the face; with missed detections and
blur in all of them. Who stands where is known, so every opening, event and name can be held against it.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property

import numpy as np

from device.vision.crop import TEMPLATE
from device.vision.detector import Face
from gui.access.decider import Decider, Observation, vote
from gui.access.matcher import Floats, Templates
from gui.capture.tracker import Tracker, next_to_send
from gui.core.decisions import Decision, Effect, Match, Outcome, Rule, Rules, Vote, weight

# Cosines with the mean of four pictures of a visit, as frame-scores measures them on 400 people of celeba2 and as they
# are drawn here: the next picture 0.95 +- 0.02 (drawn 0.95 +- 0.02); blurred beyond use 0.63 +- 0.09 (0.63 +- 0.09);
# another photo of the person 0.55 +- 0.17 (0.54 +- 0.16); somebody else 0.03 +- 0.13, 1 % above 0.35 (0.02 +- 0.13,
# 0.35).
LENGTH = 80  # of an embedding; so many numbers, and the groups, spread two people's cosines as measured
GROUPS, GROUP_SHARE = 8, 0.36  # people are alike by age, sex and origin
SESSION, SESSION_SPREAD = 0.81, 0.45  # what a day's light, pose and beard add to the face itself, of length 1
PICTURE, PICTURE_SPREAD = 0.28, 0.25  # what one picture adds, in parts of the whole
BLURRED, BLURRED_SPREAD = 1.2, 0.15  # the same of one that cannot be judged by
TWINS = 0.5

THRESHOLD = 0.418  # the shipped map's, for one false accept in a thousand
ENROLLED = 20
PEOPLE_FOR = 500  # visits; then others are enrolled
SHOTS = 5
FRAME_S = 0.15  # vision searches a frame so often
BOARD_S = 0.25  # the board takes a crop so often,
ANSWER_S = 0.35  # and its answer comes so long after the frame
LEAST_VISIT_S = 1.5  # who stands nearest for less need not have an event, nor be let in
LONG_ENOUGH_S = 2.5  # to be let in


@dataclass(eq=False)
class Somebody:
    """``name`` None: not enrolled. ``core`` is the face itself, (LENGTH,) of length 1."""

    core: Floats
    name: str | None = None


@dataclass(eq=False)
class Actor:
    """One appearance of somebody: from ``from_s`` to ``to_s`` at ``x, y``, ``size`` pixels from eyes to mouth.

    ``faces`` is whose face it shows (a photo's is somebody else's than who brought it). ``turn_s`` is when the head
    begins to turn away or has turned in, ``missed`` the share of frames in which it is not found.
    """

    who: Somebody
    from_s: float
    to_s: float
    x: float
    y: float
    size: float
    session: Floats
    speed: float = 0.0
    missed: float = 0.03
    blurred: float = 0.05
    turns_in: bool = False
    turns_out: bool = False
    is_visit: bool = True
    shape: Floats = field(default_factory=lambda: np.zeros((5, 2), np.float32))
    nearest_s: float = 0.0
    votes: float = 0.0  # what its own pictures would weigh for the person
    against: float = 0.0
    recognised: int = 0
    opened_s: float | None = None
    events: int = 0
    first_seen_s: float | None = None
    locked: bool = False

    @cached_property
    def points(self) -> Floats:
        """The landmarks (5, 2) about the middle of the face."""
        return np.asarray((TEMPLATE - 64.0) * (self.size / 46.5) + self.shape * self.size, np.float32)

    def yaw(self, at_s: float) -> float:
        """How far the head is turned, in sizes of the face."""
        if self.turns_in and at_s - self.from_s < 0.6:
            return -0.4 * (1 - (at_s - self.from_s) / 0.6)
        if self.turns_out and self.to_s - at_s < 0.6:
            return 0.4 * (1 - (self.to_s - at_s) / 0.6)
        return 0.0


@dataclass
class Report:
    """What happened. Openings are wrong where another stands there than who is named: by ``swap`` where a vote that
    opened was another face's, by ``score`` where all were the face's own."""

    visits: int = 0
    known_visits: int = 0
    unknown_visits: int = 0
    openings: int = 0
    wrong_by_swap: int = 0
    wrong_by_score: int = 0
    comparisons: int = 0  # of an unknown face's picture with everybody enrolled
    passed: int = 0  # of them with a score at or above the threshold
    due: int = 0  # openings: known, nearest for long enough, the door not locked out
    missed: int = 0
    missed_by_score: int = 0  # of them, those with too few pictures that could vote for the person
    events_due: int = 0
    events_missed: int = 0
    events_twice: int = 0
    names_wrong: int = 0  # recognitions that named somebody else than who stood there
    name_frames: int = 0  # frames that showed a name beside another face
    name_longest_s: float = 0.0
    name_most_recognitions: int = 0  # of one face while another's name stood beside it
    time_to_open_p50_s: float = math.nan
    time_to_open_p95_s: float = math.nan
    kinds: dict[str, int] = field(default_factory=dict)  # wrong openings by swap, by scene
    virtual_hours: float = 0.0
    seconds: float = 0.0

    @property
    def false_accept_rate(self) -> float:
        """Of one picture of an unknown face compared with one person."""
        return self.passed / max(1, self.comparisons)


def unit(vector: Floats) -> Floats:
    """Of length 1."""
    return np.asarray(vector / math.sqrt(float(vector @ vector)), np.float32)


class World:
    """Draws people, scenes and pictures. ``seed`` fixes everything."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.numbers = np.random.default_rng(seed)
        self.groups = [unit(self.noise()) for _ in range(GROUPS)]
        self.people = [self.somebody(f"P{n}") for n in range(ENROLLED)]
        for n in range(0, 6, 2):  # three pairs of twins are enrolled
            self.people[n + 1].core = self.twin(self.people[n]).core
        shots = [self.enrol(one) for one in self.people]
        names = tuple(str(one.name) for one in self.people)
        self.templates = Templates(tuple(range(1, ENROLLED + 1)), names, np.stack(shots))

    def noise(self) -> Floats:
        """A random vector (LENGTH,) of about length 1."""
        return np.asarray(self.numbers.standard_normal(LENGTH) / math.sqrt(LENGTH), np.float32)

    def somebody(self, name: str | None = None) -> Somebody:
        """Somebody new."""
        group = self.chance.choice(self.groups)
        return Somebody(unit(group * math.sqrt(GROUP_SHARE) + self.noise() * math.sqrt(1 - GROUP_SHARE)), name)

    def twin(self, one: Somebody) -> Somebody:
        """Somebody not enrolled whose face has a cosine of about TWINS with this one's."""
        other = self.noise()
        other = unit(other - one.core * float(other @ one.core))
        return Somebody(unit(TWINS * one.core + math.sqrt(1 - TWINS**2) * other))

    def session(self, one: Somebody) -> Floats:
        """Somebody's features today (LENGTH,), not of length 1."""
        return one.core + self.noise() * (SESSION * math.exp(self.chance.gauss(0.0, SESSION_SPREAD)))

    def picture(self, session: Floats, blurred: bool = False) -> Floats:
        """The embedding of one picture."""
        share, spread = (BLURRED, BLURRED_SPREAD) if blurred else (PICTURE, PICTURE_SPREAD)
        length = math.sqrt(float(session @ session)) * share * math.exp(self.chance.gauss(0.0, spread))
        return unit(session + self.noise() * length)

    def enrol(self, one: Somebody) -> Floats:
        """A template, of one day's pictures."""
        session = self.session(one)
        return unit(np.sum([self.picture(session) for _ in range(SHOTS)], axis=0))

    def anybody(self) -> Somebody:
        """Somebody enrolled, or not."""
        return self.chance.choice(self.people) if self.chance.random() < 0.6 else self.somebody()

    def actor(self, who: Somebody, from_s: float, to_s: float, **more: object) -> Actor:
        """An appearance of somebody, somewhere in the picture."""
        uniform = self.chance.uniform
        shape = np.asarray(self.numbers.normal(0.0, 0.03, (5, 2)), np.float32)
        one = Actor(who, from_s, to_s, uniform(200, 440), uniform(160, 320), uniform(45, 75), self.session(who))
        one.missed, one.blurred = uniform(0.0, 0.12), self.chance.choice((0.02, 0.05, 0.3))
        return replace(one, shape=shape, **more)  # type: ignore[arg-type]


def alone(world: World, at_s: float) -> list[Actor]:
    """Somebody comes, stands, and goes."""
    return [world.actor(world.anybody(), at_s, at_s + world.chance.uniform(1.0, 6.0))]


def in_place(world: World, at_s: float, gap: Callable[[], float] = lambda: 0.0, twins: bool = False) -> list[Actor]:
    """Two to five people one after another at the same spot, as portraits that are cut to each other."""
    actors = [world.actor(world.anybody(), at_s, at_s + world.chance.uniform(0.3, 4.0))]
    for _ in range(world.chance.randint(1, 4)):
        last = actors[-1]
        who = world.twin(last.who) if twins and world.chance.random() < 0.7 else world.anybody()
        if twins and world.chance.random() < 0.3:
            pair = world.people.index(last.who) if last.who in world.people[:6] else 0
            who = world.people[pair ^ 1]
        begin_s = last.to_s + gap()
        near = {"x": last.x + world.chance.gauss(0, 8), "y": last.y + world.chance.gauss(0, 8)}
        size = last.size * math.exp(world.chance.gauss(0, 0.08))
        actors.append(world.actor(who, begin_s, begin_s + world.chance.uniform(0.3, 4.0), size=size, **near))
    return actors


def after_gap(world: World, at_s: float) -> list[Actor]:
    """The same with a moment of nobody in between."""
    return in_place(world, at_s, lambda: world.chance.uniform(0.05, 1.5))


def twins(world: World, at_s: float) -> list[Actor]:
    """The same with people who look alike."""
    return in_place(world, at_s, twins=True)


def several(world: World, at_s: float) -> list[Actor]:
    """Two or three at once, side by side."""
    people = [world.actor(world.anybody(), at_s + world.chance.uniform(0, 2), at_s + world.chance.uniform(3, 7),
                          x=140.0 + 170 * n) for n in range(world.chance.randint(2, 3))]  # fmt: skip
    for one, size in zip(people, world.chance.sample((40.0, 52.0, 68.0), len(people)), strict=True):
        one.size = size
    return people


def behind(world: World, at_s: float) -> list[Actor]:
    """Somebody stands at the door, somebody else walks past behind and is hidden for a moment."""
    to_s = at_s + world.chance.uniform(3, 6)
    front = world.actor(world.anybody(), at_s, to_s, x=320.0, size=70.0)
    passing = world.actor(world.anybody(), at_s + 0.5, at_s + 3.0, x=60.0, y=front.y - 20, size=38.0, speed=210.0)
    return [front, passing]


def turning(world: World, at_s: float) -> list[Actor]:
    """A head turns away, and another turns in where it was."""
    first = world.actor(world.anybody(), at_s, at_s + world.chance.uniform(1.0, 4.0), turns_out=True)
    end_s = first.to_s + world.chance.uniform(1.5, 4.0)
    spot = {"x": first.x + world.chance.gauss(0, 10), "y": first.y, "size": first.size}
    return [first, world.actor(world.anybody(), first.to_s, end_s, turns_in=True, **spot)]


def mirror(world: World, at_s: float) -> list[Actor]:
    """Somebody beside a mirror: the same face twice, the other one smaller and mirrored."""
    to_s = at_s + world.chance.uniform(2.5, 6)
    face = world.actor(world.anybody(), at_s, to_s, x=250.0, size=66.0)
    image = world.actor(face.who, at_s, to_s, x=450.0, size=44.0, is_visit=False)
    length = math.sqrt(float(face.session @ face.session))
    image.session = face.session + world.noise() * (0.3 * length)
    return [face, image]


def photo(world: World, at_s: float) -> list[Actor]:
    """Somebody not enrolled holds a photo of somebody enrolled beside the face: smaller, as a print or a phone is."""
    to_s = at_s + world.chance.uniform(3, 6)
    face = world.actor(world.somebody(), at_s, to_s, x=250.0, size=64.0)
    shown = world.actor(world.chance.choice(world.people), at_s + 0.8, to_s, x=420.0, size=44.0, is_visit=False)
    return [face, shown]


Scene = Callable[[World, float], list[Actor]]
SCENES: tuple[tuple[Scene, float], ...] = (
    (alone, 4.0), (in_place, 2.0), (after_gap, 1.0), (twins, 1.0), (several, 1.0), (behind, 1.0), (turning, 1.0),
    (mirror, 0.5), (photo, 0.5),
)  # fmt: skip


class Door:
    """Tracker and decider as vision and board drive them, and what the log and the screen show of it."""

    def __init__(self, rules: Rules, report: Report, chance: random.Random) -> None:
        self.tracker, self.decider = Tracker(), Decider(rules, chance)
        self.report, self.rules = report, rules
        self.world: World
        self.truth: dict[float, Actor] = {}  # whose crop was taken when
        self.on_board: deque[tuple[float, int, Actor, bool, float]] = deque()
        self.free_s = 0.0
        self.ended: set[int] = set()
        self.names: dict[int, tuple[str, Somebody]] = {}  # by track: the name beside it, and whose it is
        self.wrong_since: dict[int, tuple[Actor, float, int]] = {}
        self.waits: list[float] = []
        self.scene = ""

    def play(self, actors: Sequence[Actor], from_s: float, to_s: float) -> None:
        """Run the camera from one instant to another."""
        at_s = from_s
        while at_s < to_s:
            self._answer(at_s)
            self._look(actors, at_s)
            at_s += FRAME_S
        self._answer(to_s + ANSWER_S)

    def rest(self, at_s: float) -> None:
        """Nobody is there for a while."""
        self.tracker.update([], at_s)
        self.decider.observe([], at_s)
        self.over(at_s)
        self.names.clear()
        self.wrong_since.clear()

    def over(self, at_s: float) -> None:
        for outcome in self.decider.over(at_s):
            self.truth[outcome.at_s].events += 1

    def _look(self, actors: Sequence[Actor], at_s: float) -> None:
        self.tracker.end(self.ended)
        self.ended = set()
        shown = list(self._faces(actors, at_s))
        seen = self.tracker.update([face for face, _, _ in shown], at_s)
        fresh = {track.id for track in seen}
        observations = [
            Observation(t.id, t.box[2] * t.box[3], 0.0, fresh=t.id in fresh, former=t.former)
            for t in self.tracker.tracks
        ]
        self.decider.observe(observations, at_s)
        self.over(at_s)
        self._check_names([(track.id, actor) for track, (_, actor, _) in zip(seen, shown, strict=True)], at_s)
        if not seen:
            return
        nearest = max(range(len(seen)), key=lambda n: seen[n].box[2])
        front = shown[nearest][1]
        front.nearest_s += FRAME_S
        if front.first_seen_s is None:
            front.first_seen_s = at_s
        if at_s >= self.free_s:
            self.free_s = at_s + BOARD_S
            chosen = next_to_send(seen)
            chosen.sent_s = at_s
            n = next(n for n, track in enumerate(seen) if track is chosen)
            _, actor, usable = shown[n]
            self.truth[at_s] = actor
            self.on_board.append((at_s, chosen.id, actor, usable, self.world.chance.uniform(0.15, 1.0)))

    def _faces(self, actors: Sequence[Actor], at_s: float) -> Iterator[tuple[Face, Actor, bool]]:
        chance = self.world.chance
        there = [actor for actor in actors if actor.from_s <= at_s < actor.to_s]
        for actor in there:
            yaw = actor.yaw(at_s)
            x = actor.x + actor.speed * (at_s - actor.from_s)
            hidden = any(abs(x - other.x) < other.size and other.size > 1.4 * actor.size for other in there)
            if hidden or abs(yaw) > 0.36 or chance.random() < actor.missed:
                continue
            points = self.world.numbers.standard_normal((5, 2)) * (0.012 * actor.size) + actor.points
            points += (x, actor.y)
            points[2, 0] += yaw * actor.size
            side = 2.2 * actor.size
            box = (x - side / 2, actor.y - side / 2, side, side)
            usable = abs(yaw) <= 0.3 and chance.random() >= actor.blurred
            yield Face(box, points.astype(np.float32), 0.99), actor, usable

    def _answer(self, at_s: float) -> None:
        while self.on_board and self.on_board[0][0] + ANSWER_S <= at_s:
            taken_s, track_id, actor, usable, quality = self.on_board.popleft()
            embedding = self.world.picture(actor.session, blurred=not usable)
            match = self.world.templates.match(embedding)
            outcome = self.decider.consider(track_id, taken_s, match, usable, quality, embedding)
            if outcome.ends_track:
                self.ended.add(track_id)
            self._count(actor, outcome, match, usable, quality, embedding)
            self._note(actor, outcome, taken_s + ANSWER_S)

    def _count(
        self, actor: Actor, outcome: Outcome, match: Match, usable: bool, quality: float, embedding: Floats
    ) -> None:
        actor.recognised += 1
        actor.locked = actor.locked or outcome.decision is Decision.LOCKED_OUT
        said = vote(match, self.rules, None, usable)
        if said is Vote.FOR and match.name == actor.who.name:
            actor.votes += weight(quality)
        elif said in (Vote.FOR, Vote.AGAINST):
            actor.against += weight(quality)
        if usable and actor.who.name is None and self.scene != "twins":
            self.report.comparisons += len(self.world.people)
            self.report.passed += int(np.count_nonzero(self.world.templates.scores(embedding) >= self.rules.threshold))

    def _note(self, actor: Actor, outcome: Outcome, told_s: float) -> None:
        report = self.report
        if outcome.effect is not Effect.NONE:
            actor.events += 1
        if outcome.decision is Decision.ACCEPTED and outcome.name is not None:
            if outcome.trace.rule is Rule.VOTES_FOR:
                self.names[outcome.track_id] = (outcome.name, actor.who)
            whose = self.names.get(outcome.track_id, (outcome.name, actor.who))[1]
            report.names_wrong += whose is not actor.who
        else:
            self.names.pop(outcome.track_id, None)
        if outcome.effect is not Effect.OPEN:
            return
        report.openings += 1
        if outcome.name == actor.who.name:
            if actor.opened_s is None:
                actor.opened_s = told_s
                self.waits.append(told_s - (actor.first_seen_s or told_s))
            return
        votes = [
            self._whose(outcome.at_s - one.age_s)
            for one in outcome.trace.votes
            if one.vote is Vote.FOR and one.person == outcome.name
        ]
        if all(one.who is actor.who for one in votes):
            report.wrong_by_score += 1
        else:
            report.wrong_by_swap += 1
            report.kinds[self.scene] = report.kinds.get(self.scene, 0) + 1

    def _whose(self, taken_s: float) -> Actor:
        return self.truth[min(self.truth, key=lambda at_s: abs(at_s - taken_s))]

    def _check_names(self, seen: Sequence[tuple[int, Actor]], at_s: float) -> None:
        report = self.report
        there = set()
        for track_id, actor in seen:
            label = self.names.get(track_id)
            if label is None or label[1] is actor.who:
                continue
            there.add(track_id)
            report.name_frames += 1
            since = self.wrong_since.get(track_id)
            if since is None or since[0] is not actor:
                since = self.wrong_since[track_id] = (actor, at_s, actor.recognised)
            report.name_longest_s = max(report.name_longest_s, at_s - since[1] + FRAME_S)
            report.name_most_recognitions = max(report.name_most_recognitions, actor.recognised - since[2])
        self.wrong_since = {track: since for track, since in self.wrong_since.items() if track in there}


def simulate(visits: int, seed: int = 1, rules: Rules | None = None) -> Report:
    """Draw so many visits, run them, and report. Rules None: the shipped ones."""
    began = time.process_time()
    rules = rules or Rules(threshold=THRESHOLD, measured=True)
    report = Report()
    world = World(seed)
    door = Door(rules, report, world.chance)
    at_s = 0.0
    played: list[Actor] = []
    worlds = 0
    scenes, weights = zip(*SCENES, strict=True)
    while report.visits < visits:
        door.world = world
        scene = world.chance.choices(scenes, weights)[0]
        door.scene = scene.__name__
        actors = scene(world, at_s + 0.3)
        end_s = max(actor.to_s for actor in actors)
        door.play(actors, at_s, end_s + 0.6)
        # Now and then the next one comes before the visit before is over.
        at_s = end_s + (world.chance.uniform(1.0, 4.0) if world.chance.random() < 0.2 else rules.visit_gap_s + 1.5)
        door.rest(at_s)
        played += actors
        if at_s - end_s > rules.visit_gap_s:
            _judge(report, played, rules)
            played.clear()
            door.truth.clear()
            if report.visits // PEOPLE_FOR > worlds:
                worlds, world = worlds + 1, World(world.chance.randrange(1 << 30))
    report.virtual_hours = at_s / 3600
    if door.waits:
        report.time_to_open_p50_s, report.time_to_open_p95_s = (
            float(value) for value in np.quantile(door.waits, (0.5, 0.95))
        )
    report.seconds = time.process_time() - began
    return report


def _judge(report: Report, actors: Sequence[Actor], rules: Rules) -> None:
    """Hold visits that are over against what they should have brought; who came twice meanwhile is one visit."""
    for actor in actors:
        if not actor.is_visit:
            continue
        report.visits += 1
        known = actor.who.name is not None
        report.known_visits += known
        report.unknown_visits += not known
        own = [one for one in actors if one.who is actor.who]
        if actor.nearest_s < LEAST_VISIT_S or actor.recognised < 4:
            continue
        report.events_due += 1
        events = sum(one.events for one in own)
        report.events_missed += events == 0
        report.events_twice += events > len(own)
        if known and actor.nearest_s >= LONG_ENOUGH_S and not actor.locked:
            report.due += 1
            if all(one.opened_s is None for one in own):
                report.missed += 1
                report.missed_by_score += actor.votes < rules.accept_votes or actor.votes <= actor.against


def table(report: Report) -> str:
    """For people."""
    share = report.missed / max(1, report.due)
    far = f"{report.false_accept_rate * 1e3:.2f} in 1,000 pictures against one person"
    lines = [
        ("visits", f"{report.visits:,} ({report.known_visits:,} of enrolled people), {report.virtual_hours:.1f} hours"),
        ("openings", f"{report.openings:,}"),
        ("wrong openings by a vote of another face", f"{report.wrong_by_swap:,} {report.kinds or ''}"),
        ("false accepts by score", f"{report.wrong_by_score:,}; {far}"),
        ("missed openings", f"{report.missed:,} of {report.due:,} ({share:.1%}), {report.missed_by_score:,} by score"),
        ("time to open p50, p95", f"{report.time_to_open_p50_s:.2f} s, {report.time_to_open_p95_s:.2f} s"),
        ("visits without an event", f"{report.events_missed:,} of {report.events_due:,}"),
        ("visits with more than one", f"{report.events_twice:,}"),
        ("recognitions that named another", f"{report.names_wrong:,}"),
        ("frames with a name beside another face", f"{report.name_frames:,}"),
        ("the longest", f"{report.name_longest_s:.2f} s, {report.name_most_recognitions} recognitions"),
        ("processor time", f"{report.seconds:.1f} s"),
    ]
    return "\n".join(f"{name:40} {value}" for name, value in lines)


def main() -> int:
    """Run it; 1 where somebody was let in by a vote of another face."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.visits", description=simulate.__doc__)
    parser.add_argument("--visits", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    report = simulate(args.visits, args.seed)
    print(json.dumps(asdict(report), indent=1) if args.json else table(report))
    return 1 if report.wrong_by_swap else 0


if __name__ == "__main__":
    raise SystemExit(main())
