"""Records made by hand, for tests of what the window shows."""

from __future__ import annotations

from typing import Any

import numpy as np

from device.link.replies import Inference
from gui.core.decisions import CastVote, Decision, Effect, Match, Outcome, Rule, Rules, Trace, Vote
from gui.core.frames import Clock, FrameView, Picture, Recognition, Span, Stage, Timeline, TrackedFace, Verdict, now_s
from gui.core.people import Event, Person
from gui.core.states import BoardPhase, BoardState, CameraKind, CameraPhase, CameraState, Where

LANDMARKS = np.array([(40, 50), (60, 50), (50, 62), (42, 74), (58, 74)], np.float32)


def picture(width: int = 160, height: int = 120, colour: tuple[int, int, int] = (30, 90, 160)) -> Picture:
    """A picture of one colour."""
    return np.full((height, width, 3), colour, np.uint8)


def face(**changes: Any) -> TrackedFace:
    """A face that was accepted as Ada, but for ``changes``."""
    values: dict[str, Any] = {
        "track_id": 7,
        "box": (30.0, 30.0, 40.0, 60.0),
        "landmarks": LANDMARKS,
        "verdict": Verdict.GOOD,
        "name": "Ada",
        "score": 0.71,
        "decision": Decision.ACCEPTED,
        "age_ms": 40.0,
    }
    return TrackedFace(**(values | changes))


def frame(number: int = 1, faces: tuple[TrackedFace, ...] = (), shown: Picture | None = None) -> FrameView:
    """A frame with these faces."""
    return FrameView(number, picture() if shown is None else shown, faces, Timeline(0.0), 25.0, 24.0)


def timeline(start_s: float = 10.0, network_ms: float = 246.0) -> Timeline:
    """Every stage once; the board's two at the board's clock."""
    lengths = {
        Stage.CAPTURE: 2.0,
        Stage.DETECT: 20.0,
        Stage.ALIGN: 1.5,
        Stage.WAIT: 8.0,
        Stage.SEND: 30.0,
        Stage.RECEIVE: 28.0,
        Stage.NETWORK: network_ms,
        Stage.REPLY: 1.2,
        Stage.MATCH: 0.25,
        Stage.DRAW: 3.0,
    }
    spans, at = [], 0.0
    for stage, length in lengths.items():
        on_board = stage in (Stage.RECEIVE, Stage.NETWORK)
        begin = at - 30.0 if stage is Stage.RECEIVE else at
        spans.append(Span(stage, begin, length, Clock.BOARD if on_board else Clock.HOST))
        at = max(at, begin + length)
    return Timeline(start_s, tuple(spans))


def trace(rule: Rule = Rule.VOTES_FOR, **changes: Any) -> Trace:
    """Ada accepted by two good pictures, but for ``changes``."""
    votes = tuple(CastVote(Vote.FOR, 1.0, 0.8, age_s, "Ada", 0.71, "Bo", 0.42) for age_s in (0.4, 0.0))
    values: dict[str, Any] = {"rules": Rules(threshold=0.45, measured=True), "person": "Ada", "votes_for": 2.0}
    return Trace(rule, **({"votes": votes} | values | changes))


def recognition(**changes: Any) -> Recognition:
    """Ada accepted through the virtual board, but for ``changes``, of which each goes to the record that it is of."""
    passes = changes.pop("passes", 1)
    inference: dict[str, Any] = {
        "fingerprint": np.zeros(1280 if passes == 1 else (passes, 1280), np.int8),
        "receive_cycles": 6_048_000,
        "network_cycles": 53_136_000,
        "total_cycles": 53_568_000,
        "network_instructions": 60_100_000,
        "link_ms": 31.0,
        "receive_ms": 28.0,
        "network_ms": 246.0,
        "total_ms": 248.0,
        "where": Where.VIRTUAL,
        "sent_ns": 0,
        "written_ns": 30_000_000,
        "received_ns": 279_000_000,
        "crop_bytes": 49_152,
    }
    match: dict[str, Any] = {"person_id": 1, "name": "Ada", "score": 0.71, "second": "Bo", "margin": 0.42}
    outcome: dict[str, Any] = {
        "decision": Decision.ACCEPTED,
        "trace": trace(),
        "effect": Effect.NONE,
        "locks_out": False,
        "at_s": now_s(),
    }
    values: dict[str, Any] = {
        "number": 1,
        "track_id": 7,
        "crop": picture(128, 128, (120, 80, 60)),
        "verdict": Verdict.GOOD,
        "clock_hz": 216_000_000,
        "timeline": timeline(),
        "latency_ms": 310.0,
    }
    for name, value in changes.items():
        next((part for part in (inference, match, outcome) if name in part), values)[name] = value
    found = Match(**match)
    decided = Outcome(person_id=found.person_id, name=found.name, match=found, **outcome)
    parts = {"inference": Inference(**inference), "outcome": decided, "decided_crop": values["crop"]}
    return Recognition(**(parts | values))


def board(**changes: Any) -> BoardState:
    """The virtual board, ready."""
    values: dict[str, Any] = {
        "phase": BoardPhase.READY,
        "where": Where.VIRTUAL,
        "name": "nucleo_f767zi",
        "firmware": "0.1.0",
        "network_hash": "0123456789abcdef0123456789abcdef",
        "clock_hz": 216_000_000,
        "url": "socket://127.0.0.1:40001",
    }
    return BoardState(**(values | changes))


def camera(**changes: Any) -> CameraState:
    """The demo clip, playing."""
    values: dict[str, Any] = {
        "kind": CameraKind.DEMO,
        "phase": CameraPhase.LIVE,
        "description": "",
        "size": (640, 480),
        "fps": 25.0,
    }
    return CameraState(**(values | changes))


def person(number: int = 1, name: str = "Ada", **changes: Any) -> Person:
    """Somebody enrolled with eight crops."""
    values: dict[str, Any] = {"id": number, "name": name, "created": 0.0, "fingerprints": 8, "usable": 8}
    return Person(**(values | changes))


def event(number: int = 1, **changes: Any) -> Event:
    """Ada was let in."""
    values: dict[str, Any] = {
        "id": number,
        "time": 1_700_000_000.0 + number,
        "person_id": 1,
        "name": "Ada",
        "decision": Decision.ACCEPTED,
        "score": 0.71,
        "threshold": 0.45,
        "reason": Rule.VOTES_FOR.value,
        "where": Where.VIRTUAL,
        "network_ms": 246.0,
    }
    return Event(**(values | changes))
