"""People who do not exist take each other's place: the demo clip's faces through detector, network and decider."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from device.vision.detector import Detector
from device.vision.fingerprint import Floats
from gui.access.decider import Decider
from gui.access.matcher import Templates
from gui.capture.sources import VideoSource, parse_spec
from gui.core.decisions import Decision, Effect, Rules

RULES = Rules(threshold=0.418, measured=True)
SHOTS = (0.2, 0.5, 0.8)  # of a stand


@pytest.fixture(scope="module")
def people(assets: Path) -> list[Floats]:
    """For everybody in the clip, three embeddings (3, D) while they stand."""
    pytest.importorskip("ai_edge_litert")
    from tests.support.face_steps import cut_out, embeddings

    clip, story = assets / "demo.mp4", assets / "demo.json"
    if not clip.exists() or not story.exists():
        pytest.skip("no demo clip in assets")
    told, detector, source = json.loads(story.read_text()), Detector(), VideoSource(parse_spec(str(clip)))
    crops, at = [], 0
    try:
        for person in told["people"]:
            begin, end = person["stands_from_s"], person["stands_to_s"]
            for wanted in (round(told["fps"] * (begin + part * (end - begin))) for part in SHOTS):
                picture = source.read(skip=wanted - at)
                assert picture is not None
                crops.append(cut_out(picture, detector.detect(picture)[0]).crop)
                at = wanted + 1
    finally:
        source.close()
    rows = embeddings(crops)
    return [rows[n : n + len(SHOTS)] for n in range(0, len(rows), len(SHOTS))]


def test_a_face_is_its_own_and_nobody_elses(people: list[Floats]) -> None:
    for own in people:
        assert float((own @ own.T).min()) > RULES.one_face + 0.05
    for one, other in itertools.combinations(people, 2):
        assert float((one @ other.T).max()) < RULES.one_face


def test_whoever_takes_the_place_is_told_by_the_first_picture_and_let_in_by_nobodys_votes(people: list[Floats]) -> None:
    for enrolled, unknown in itertools.permutations(range(len(people)), 2):
        templates = Templates((1,), ("Ada",), people[enrolled][:1])
        for before in (1, 2, 3):  # pictures of the one enrolled, then the other one at the same spot
            decider = Decider(RULES)
            order = [*people[enrolled][:before], *people[unknown]]
            outcomes = [
                decider.consider(1, 0.3 * n, templates.match(embedding), embedding=embedding)
                for n, embedding in enumerate(order)
            ]
            assert [outcome.ends_track for outcome in outcomes] == [n == before for n in range(len(order))]
            assert not any(outcome.effect is Effect.OPEN for outcome in outcomes[before:])
            assert Decision.ACCEPTED not in {outcome.decision for outcome in outcomes[before:]}
            assert (outcomes[before - 1].decision is Decision.ACCEPTED) == (before > 1)
