"""From an inference to a recognition: the network's projection and threshold, the gallery, the timeline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from device.errors import MismatchError
from device.link.protocol import Capability
from device.link.replies import Hello, Inference, Where
from device.vision.fingerprint import Projection
from gui.access.door_control import Door
from gui.access.recogniser import PLAIN_THRESHOLD, Recogniser, load_projection, with_threshold
from gui.core.decisions import DEFAULT_THRESHOLD, Decision, Effect, FlipAveraging, Outcome, Rule, Rules
from gui.core.frames import Clock, CropJob, Quality, Stage, Timeline, Track, Verdict, View
from gui.gallery.corrections import Corrections
from gui.gallery.database import Store
from gui.gallery.event_log import EventLog
from gui.gallery.gallery import Gallery

NETWORK = bytes(range(16))
LENGTH = 64


def hello(
    network: bytes = NETWORK, length: int = LENGTH, *, where: Where = Where.VIRTUAL, can: Capability = Capability.INFER
) -> Hello:
    return Hello(
        board="nucleo", firmware="1", where=where, unique_id=b"VIRTUALBOARD", network_hash=network,
        input_shape=(128, 128, 3), fingerprint_length=length, scale=0.02, zero_point=0, layer_count=1,
        capabilities=can, clock_hz=216_000_000, max_baud=2_000_000, arena_bytes=0, flash_bytes=0,
        network_bytes=0, fault_status=0, fault_address=0, protocol_version=1,
    )  # fmt: skip


def inference(person: int, seed: int = 0, passes: int = 1) -> Inference:
    base = np.random.default_rng(person).integers(-100, 100, LENGTH)
    data = (base + np.random.default_rng(seed).integers(-4, 5, (passes, LENGTH))).astype(np.int8)
    data = data[0] if passes == 1 else data
    return Inference(
        fingerprint=data, receive_cycles=216_000, network_cycles=43_200_000, total_cycles=43_300_000,
        network_instructions=50_000_000, link_ms=20.0, receive_ms=1.0, network_ms=200.0, total_ms=200.5,
        where=Where.VIRTUAL, sent_ns=1_030_000_000, written_ns=1_031_000_000, received_ns=1_251_500_000,
        crop_bytes=49_152,
    )  # fmt: skip


def job(track: int = 1, taken_s: float = 1.0, verdict: Verdict = Verdict.GOOD) -> CropJob:
    timeline = Timeline(1.0).with_span(Stage.CAPTURE, 1.0, 1.01).with_span(Stage.ALIGN, 1.01, 1.02)
    return CropJob(7, track, np.zeros((128, 128, 3), np.uint8), Quality(verdict, 0.9), True, taken_s, timeline)


def write_projection(folder: Path, network: bytes = NETWORK, **more: object) -> None:
    path = folder / "net.projection.npz"
    Projection(mean=np.zeros(LENGTH, np.float32), network_hash=network).save(path)
    if more:
        with np.load(path) as arrays:
            kept = {name: arrays[name] for name in arrays.files}
        np.savez(path, **kept, **more)  # type: ignore[arg-type]


@pytest.fixture
def gallery(tmp_path: Path) -> Iterator[Gallery]:
    store = Store(tmp_path / "data" / "gallery.sqlite")
    yield Gallery(store)
    store.close()


def make(gallery: Gallery, folder: Path, rules: Rules | None = None) -> Recogniser:
    return Recogniser(gallery, Corrections(gallery._store), rules or Rules(), folder)


def enrol(recogniser: Recogniser, gallery: Gallery, name: str, person: int) -> int:
    fingerprints = [recogniser.keep(job(), inference(person, seed), None) for seed in range(4)]
    return gallery.add_person(name, fingerprints)


def test_the_threshold_comes_with_the_projection_of_this_very_network(tmp_path: Path) -> None:
    def threshold(far: float = 1e-3) -> tuple[float, bool, bool]:
        projection, _ = load_projection(NETWORK, tmp_path)
        rules, warning = with_threshold(Rules(far=far), projection)
        return rules.threshold, rules.measured, bool(warning)

    assert load_projection(NETWORK, tmp_path)[1] == "there is no feature map for this network; comparing without one"
    assert threshold() == (PLAIN_THRESHOLD, False, False)
    write_projection(tmp_path)
    assert load_projection(NETWORK, tmp_path)[1] == ""
    assert threshold() == (DEFAULT_THRESHOLD, False, True)
    write_projection(tmp_path, threshold_far_1e3=np.float32(0.375))
    assert threshold() == (0.375, True, False)
    assert threshold(1e-2) == (0.375, True, False)
    assert threshold(1e-4) == (DEFAULT_THRESHOLD, False, True)
    write_projection(tmp_path, thresholds=np.array([(1e-4, 0.75), (1e-3, 0.5), (1e-2, 0.25)]))
    assert [threshold(far)[0] for far in (1e-2, 1e-3, 1e-4)] == [0.25, 0.5, 0.75]
    assert threshold(1e-5) == (0.75, False, True)
    write_projection(tmp_path, threshold_far_1e3=np.float32(7))
    assert "cosines" in load_projection(NETWORK, tmp_path)[1]
    assert load_projection(b"\1" * 16, tmp_path)[0].input_length is None
    (tmp_path / "net.projection.npz").write_bytes(b"nothing")
    assert "without it" in load_projection(NETWORK, tmp_path)[1]


def test_a_known_face_is_accepted_and_a_stranger_refused(tmp_path: Path, gallery: Gallery) -> None:
    write_projection(tmp_path, thresholds=np.array([(1e-3, 0.5)]))
    recogniser = make(gallery, tmp_path)
    assert recogniser.connect(hello()) == ""
    ada, ben = enrol(recogniser, gallery, "Ada", 1), enrol(recogniser, gallery, "Ben", 2)
    recogniser.reload()
    for seed in (10, 11):
        found = inference(1, seed)
        outcome = recogniser.recognise(job(), found, recogniser.embed(found), 5.0).outcome
    assert (outcome.match.person_id, outcome.match.name, outcome.match.second) == (ada, "Ada", "Ben")
    assert outcome.decision is Decision.ACCEPTED
    assert outcome.effect is Effect.OPEN
    assert outcome.match.score is not None
    assert outcome.match.score > 0.9
    assert recogniser.labels[1].name == "Ada"
    for seed in range(3):
        other = inference(3, seed)
        outcome = recogniser.recognise(job(track=2), other, recogniser.embed(other), None).outcome
    assert outcome.decision is Decision.REFUSED
    assert outcome.effect is Effect.EVENT
    assert recogniser.labels[2].name is None
    gallery.delete(ada)
    recogniser.reload()
    assert recogniser.templates.ids == (ben,)


def test_the_timeline_has_every_stage_and_says_whose_clock(tmp_path: Path, gallery: Gallery) -> None:
    recogniser = make(gallery, tmp_path)
    recogniser.connect(hello())
    found = inference(1)
    recognition = recogniser.recognise(job(), found, recogniser.embed(found), 4.0)
    spans = {span.stage: span for span in recognition.timeline.spans}
    assert set(spans) == set(Stage) - {Stage.DETECT}
    emulated = {stage for stage, span in spans.items() if span.clock is Clock.BOARD}
    assert emulated == {Stage.RECEIVE, Stage.NETWORK, Stage.REPLY}
    assert spans[Stage.WAIT].start_ms == pytest.approx(20.0)
    assert spans[Stage.WAIT].length_ms == pytest.approx(10.0)
    assert spans[Stage.NETWORK].length_ms == pytest.approx(200.0)
    order = [stage for stage in Stage if stage in spans]
    for before, after in pairwise(order):
        assert spans[before].start_ms <= spans[after].start_ms
    assert spans[Stage.MATCH].start_ms > spans[Stage.REPLY].start_ms + spans[Stage.REPLY].length_ms
    assert recognition.timeline.ms(Stage.DRAW) == 4.0
    outcome = recognition.outcome
    assert (outcome.match.name, outcome.match.score, outcome.decision) == (None, None, Decision.SEEN)


def test_nothing_is_decided_while_somebody_is_enrolled_or_by_a_bad_picture(tmp_path: Path, gallery: Gallery) -> None:
    write_projection(tmp_path)
    recogniser = make(gallery, tmp_path)
    recogniser.connect(hello())
    enrol(recogniser, gallery, "Ada", 1)
    recogniser.reload()
    found = inference(1, 9)
    for bad, enrolling, rule in ((job(), "Ben", Rule.ENROLLING), (job(verdict=Verdict.BLURRED), "", Rule.BAD_PICTURE)):
        for _ in range(4):
            outcome = recogniser.recognise(bad, found, recogniser.embed(found), None, enrolling=enrolling).outcome
            assert (outcome.decision, outcome.match.name, outcome.effect) == (Decision.SEEN, "Ada", Effect.NONE)
            assert outcome.trace.rule is rule


def test_fingerprints_of_another_network_are_not_compared(tmp_path: Path, gallery: Gallery) -> None:
    recogniser = make(gallery, tmp_path)
    recogniser.connect(hello())
    enrol(recogniser, gallery, "Ada", 1)
    recogniser.reload()
    assert len(recogniser.templates.ids) == 1
    recogniser.connect(hello(network=b"\2" * 16))
    assert recogniser.templates.ids == ()
    recogniser.connect(hello())
    assert len(recogniser.templates.ids) == 1


def test_a_projection_that_contradicts_the_board_is_refused(tmp_path: Path, gallery: Gallery) -> None:
    write_projection(tmp_path)
    with pytest.raises(MismatchError):
        make(gallery, tmp_path).connect(hello(length=LENGTH + 1))


def test_new_rules_count_at_once_with_the_threshold_of_their_rate(tmp_path: Path, gallery: Gallery) -> None:
    write_projection(tmp_path, thresholds=np.array([(1e-4, 0.7), (1e-3, 0.5), (1e-2, 0.3)]))
    recogniser = make(gallery, tmp_path, Rules(far=1e-2))
    recogniser.connect(hello())
    assert recogniser.rules.threshold == 0.3
    assert recogniser.set_rules(Rules(far=1e-4, margin=0.2)) == ""
    assert (recogniser.rules.threshold, recogniser.rules.measured, recogniser.rules.margin) == (0.7, True, 0.2)
    assert "was not measured" in recogniser.set_rules(Rules(far=1e-5))
    enrol(recogniser, gallery, "Ada", 1)
    recogniser.reload()
    found = inference(1, 10)
    recogniser.recognise(job(), found, recogniser.embed(found), None)
    recogniser.set_rules(recogniser.rules)  # no change: the votes stay
    recognition = recogniser.recognise(job(), found, recogniser.embed(found), None)
    assert recognition.outcome.decision is Decision.ACCEPTED


CAN = Capability.INFER | Capability.FLIP


def test_flip_averages_are_compared_with_who_was_enrolled_with_and_without(tmp_path: Path, gallery: Gallery) -> None:
    write_projection(tmp_path, thresholds=np.array([(1e-3, 0.5)]))
    recogniser = make(gallery, tmp_path)
    recogniser.connect(hello(can=CAN))
    gallery.add_person("Ada", [recogniser.keep(job(), inference(1, seed, passes=2), None) for seed in range(3)])
    enrol(recogniser, gallery, "Ben", 2)
    gallery.add_person("Cy", [replace(recogniser.keep(job(), inference(3), None), data=np.ones((2, 9), np.int8))])
    recogniser.reload()
    assert recogniser.templates.names == ("Ada", "Ben")  # another length: not of this board
    for person, name in ((1, "Ada"), (2, "Ben")):
        for passes in (1, 2):
            found = inference(person, 20, passes)
            embedding = recogniser.embed(found)
            real = (found.fingerprint.astype(float) * 0.02).reshape(passes, LENGTH).mean(axis=0)
            np.testing.assert_allclose(embedding, real / np.linalg.norm(real), atol=1e-5)
            recognition = recogniser.recognise(job(track=person), found, embedding, None)
            assert (recognition.outcome.match.name, recognition.inference.passes) == (name, passes)


def test_the_threshold_is_the_one_measured_with_or_without_flip_averaging(tmp_path: Path, gallery: Gallery) -> None:
    once, both = np.array([(1e-3, 0.5)]), np.array([(1e-3, 0.25)])
    write_projection(tmp_path, thresholds=once, flip_thresholds=both)
    recogniser = make(gallery, tmp_path)
    assert not recogniser.wants_flip(kept=True)  # no board yet
    found = []
    for where, can in ((Where.VIRTUAL, CAN), (Where.BOARD, CAN), (Where.BOARD, Capability.INFER)):
        recogniser.connect(hello(where=where, can=can))
        for flip in FlipAveraging:
            assert recogniser.set_rules(Rules(flip=flip)) == ""
            found.append(
                (recogniser.rules.threshold, recogniser.wants_flip(kept=False), recogniser.wants_flip(kept=True))
            )
    one, two, enrolling = (0.5, False, False), (0.25, True, True), (0.5, False, True)
    assert found == [enrolling, one, two, two, one, two, one, one, one]
    _, warning = with_threshold(Rules(far=1e-4), load_projection(NETWORK, tmp_path)[0], flip=True)
    assert "was not measured" in warning


def test_vision_tells_who_is_nearest(tmp_path: Path, gallery: Gallery) -> None:
    write_projection(tmp_path)
    recogniser = make(gallery, tmp_path)
    recogniser.connect(hello())
    enrol(recogniser, gallery, "Ada", 1)
    recogniser.reload()
    points = np.array([(40, 50), (60, 50), (50, 62), (42, 74), (58, 74)], np.float32)
    small, large = (0.0, 0.0, 30.0, 40.0), (90.0, 0.0, 60.0, 80.0)
    tracks = tuple(Track(n, box, points, box, points, 1.0) for n, box in ((1, small), (2, large)))
    recogniser.observe(View(tracks, taken_s=1.0))
    tracks[1].seen_s = 0.9  # missed in one picture
    recogniser.observe(View(tracks, taken_s=1.0))
    found = inference(1, 10)
    for _ in range(3):
        outcome = recogniser.recognise(job(track=1), found, recogniser.embed(found), None).outcome
    assert (outcome.decision, outcome.effect) == (Decision.WAITING, Effect.NONE)
    assert recogniser.entrance(1.0).faces == 2


def test_who_stays_accepted_is_shown_with_the_match_and_the_picture_that_it_rests_on(
    tmp_path: Path, gallery: Gallery
) -> None:
    write_projection(tmp_path, thresholds=np.array([(1e-3, 0.9)]))
    recogniser = make(gallery, tmp_path)
    recogniser.connect(hello())
    ada = enrol(recogniser, gallery, "Ada", 1)
    enrol(recogniser, gallery, "Ben", 2)
    recogniser.reload()
    for taken_s in (1.0, 1.3):
        crop = np.full((128, 128, 3), round(100 * taken_s), np.uint8)
        found = inference(1)
        accepted = recogniser.recognise(replace(job(taken_s=taken_s), crop=crop), found, recogniser.embed(found), None)
    assert accepted.outcome.decision is Decision.ACCEPTED
    mixture = np.round(found.fingerprint * 0.6 + inference(2).fingerprint * 0.4).astype(np.int8)
    mixed = replace(found, fingerprint=mixture)
    kept = recogniser.recognise(job(taken_s=1.6), mixed, recogniser.embed(mixed), None)
    assert recogniser.templates.match(recogniser.embed(mixed)).score < 0.9  # type: ignore[operator]
    assert (kept.outcome.decision, kept.outcome.trace.rule) == (Decision.ACCEPTED, Rule.KEPT)
    now, then = kept.outcome.match, accepted.outcome.match
    assert (now.person_id, now.name, now.score, now.margin) == (ada, "Ada", then.score, then.margin)
    assert int(kept.decided_crop[0, 0, 0]) == 130
    assert int(kept.crop[0, 0, 0]) == 0  # what the board was sent is another matter
    assert recogniser.labels[1].score == accepted.outcome.match.score
    gone = inference(3)
    after = recogniser.recognise(job(taken_s=1.9), gone, recogniser.embed(gone), None)
    assert after.outcome.decision is not Decision.ACCEPTED
    assert int(after.decided_crop[0, 0, 0]) == 0
    assert (recogniser.labels[1].name, recogniser.labels[1].score) == (None, after.outcome.match.score)


def test_while_somebody_is_enrolled_the_match_of_this_picture_is_shown(tmp_path: Path, gallery: Gallery) -> None:
    recogniser = make(gallery, tmp_path)
    recogniser.connect(hello())
    ada = enrol(recogniser, gallery, "Ada", 1)
    recogniser.reload()
    found = inference(1)
    recognition = recogniser.recognise(job(), found, recogniser.embed(found), None, enrolling="Ben")
    assert (recognition.outcome.match.person_id, recognition.outcome.decision) == (ada, Decision.SEEN)


def test_who_takes_the_place_gets_a_label_under_the_new_number(tmp_path: Path, gallery: Gallery) -> None:
    write_projection(tmp_path, thresholds=np.array([(1e-3, 0.9)]))
    recogniser = make(gallery, tmp_path)
    recogniser.connect(hello())
    enrol(recogniser, gallery, "Ada", 1)
    enrol(recogniser, gallery, "Ben", 2)
    recogniser.reload()

    def see(person: int, track: int, taken_s: float) -> Outcome:
        found = inference(person)
        return recogniser.recognise(job(track, taken_s), found, recogniser.embed(found), None).outcome

    see(1, 1, 1.0)
    see(1, 1, 1.3)
    assert (recogniser.labels[1].name, recogniser.labels[1].at_s) == ("Ada", 1.3)
    swapped = see(2, 1, 1.6)
    assert swapped.ends_track
    assert recogniser.labels[1].name is None
    box, points = (0.0, 0.0, 30.0, 40.0), np.zeros((5, 2), np.float32)
    recogniser.observe(View((Track(5, box, points, box, points, 1.7, former=1),), taken_s=1.7))
    late = see(2, 1, 1.65)  # a crop that was on its way
    assert (late.track_id, late.effect, late.name) == (5, Effect.OPEN, "Ben")
    assert recogniser.labels[5].name == "Ben"
    assert recogniser.labels[1].name is None


def test_a_visit_that_was_not_decided_is_logged_with_its_best_picture(tmp_path: Path, gallery: Gallery) -> None:
    write_projection(tmp_path, thresholds=np.array([(1e-3, 0.9)]))
    recogniser = make(gallery, tmp_path)
    recogniser.connect(hello())
    enrol(recogniser, gallery, "Ada", 1)
    recogniser.reload()
    mixture = np.round(inference(1).fingerprint * 0.6 + inference(2).fingerprint * 0.4).astype(np.int8)
    found = replace(inference(1), fingerprint=mixture)
    for n in range(8):
        crop = np.full((128, 128, 3), 20 * n, np.uint8)
        quality = Quality(Verdict.GOOD, 0.8 if n == 5 else 0.5)
        seen = replace(job(taken_s=1.0 + 0.3 * n), crop=crop, quality=quality)
        outcome = recogniser.recognise(seen, found, recogniser.embed(found), None).outcome
        assert (outcome.decision, outcome.effect) == (Decision.UNCERTAIN, Effect.NONE)
    assert recogniser.over(3.1 + recogniser.rules.visit_gap_s) == []
    ((recognition, kept),) = recogniser.over(3.2 + recogniser.rules.visit_gap_s)
    assert recogniser.over(99.0) == []
    assert recognition.outcome.effect is Effect.EVENT
    assert int(recognition.decided_crop[0, 0, 0]) == 100
    assert kept.quality.score == 0.8

    log = EventLog(gallery._store)
    opened: list[int] = []
    door = Door(log, 500, ask=lambda ms, _: opened.append(ms), write=lambda work: work(), tell=lambda _: None)
    door.decided(recognition, lambda: recogniser.keep(kept, recognition.inference, None))
    (event,) = log.page()
    assert (event.decision, event.reason, event.name) == (Decision.UNCERTAIN, Rule.BAND.value, None)
    assert event.score == outcome.match.score
    assert log.thumbnail(event.id)
    assert log.has_fingerprint(event.id)
    whole = log.event(event.id)
    assert whole is not None
    assert whole.trace is not None
    assert len(whole.trace.votes) == 6
    assert opened == []
