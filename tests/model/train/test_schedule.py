"""A schedule is followed by the fraction of the samples that were seen, and a deadline is kept at any rate."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (extra 'train')")

from device.model.train.schedule import Pace, Schedule  # noqa: E402


def test_a_schedule_is_followed() -> None:
    schedule = Schedule(Schedule.parse_phases("64:1000,96:500"), batch=10)
    assert schedule.total == 1500
    assert [schedule.size_at(seen / 1500) for seen in (0, 999, 1000, 1499, 9999)] == [64, 64, 96, 96, 96]
    rates = [schedule.rate_at(seen / 1500) for seen in range(0, 1501, 10)]
    assert max(rates) <= schedule.peak_rate
    assert max(rates) == pytest.approx(schedule.peak_rate, rel=0.01)
    peak = rates.index(max(rates))
    assert peak <= 2
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    assert rates[-1] == pytest.approx(0.01 * schedule.peak_rate, rel=1e-3)
    for text in ("64", "64:a", ""):
        with pytest.raises(ValueError, match=r"unpack|int"):
            Schedule.parse_phases(text)


def test_augmentation_is_weaker_at_the_end() -> None:
    schedule = Schedule(((64, 100),), strong_until=0.6, strength=(1.0, 0.25))
    assert [schedule.strength_at(done) for done in (0, 0.59, 0.6, 0.99)] == [1.0, 1.0, 0.25, 0.25]


def test_what_is_left_is_counted_by_size() -> None:
    schedule = Schedule(((64, 600), (96, 200), (64, 200)))
    assert schedule.left(0.0) == pytest.approx({64: 0.8, 96: 0.2})
    assert schedule.left(0.7) == pytest.approx({64: 0.2, 96: 0.1})
    assert schedule.left(1.0) == pytest.approx({64: 0.0, 96: 0.0})


@pytest.mark.parametrize("guess", [20_000, 2_000_000])
def test_a_deadline_is_kept_though_the_rate_is_not_what_was_guessed_and_changes(guess: int) -> None:
    schedule = Schedule(((64, guess), (128, guess)))
    pace, done, length, seen, now, deadline = Pace(schedule), 0.0, float(schedule.total), 0, 0.0, 600.0
    slower = False
    while done < 1:
        size = schedule.size_at(done)
        rate = (4000 if size == 64 else 1100) * (0.5 if slower else 1)
        now += 160 / rate + (5 if seen == 0 else 0)  # kernels are compiled in the first steps
        seen += 160
        done += 160 / length
        slower = now > 200
        if pace.tick(now, size, seen):
            length = pace.length(done, deadline - now) or length
    assert now == pytest.approx(deadline, rel=0.04)
    assert now <= 1.01 * deadline
    assert 0.3e6 < seen < 1.2e6  # not the guess


def test_without_a_measurement_or_anything_left_there_is_no_length() -> None:
    pace = Pace(Schedule(((64, 100),)))
    assert pace.length(0.0, 60) is None
    pace.saw(64, 100, 1.0)
    assert pace.length(0.0, 60) == pytest.approx(100 * 60 * 0.99)
    assert pace.length(1.0, 60) is None
    assert pace.length(0.5, -3) == 0
