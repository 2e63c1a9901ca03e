"""Open-set identification on people who are easy, and on people who are noise."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from device.model.evaluate.identification import identify
from device.vision.fingerprint import unit


def crowd(spread: float) -> tuple[NDArray[np.float32], list[str]]:
    rng = np.random.default_rng(1)
    names = [f"p{index // 5}" for index in range(300)]
    centres = np.repeat(unit(rng.normal(size=(60, 32))), 5, axis=0)
    return unit(centres + spread * rng.normal(size=centres.shape) / 32**0.5), names


def test_people_who_look_the_same_every_day() -> None:
    embeddings, names = crowd(0.05)
    found = identify(embeddings, names, 10, 2, 0.01)
    assert found is not None
    assert (found.dir.value, found.first.value) == (1, 1)
    assert (found.known_pictures, found.impostor_pictures) == (30, 250)


def test_noise_is_nobody() -> None:
    embeddings, names = crowd(1000)
    found = identify(embeddings, names, 10, 2, 0.01)
    assert found is not None
    assert found.dir.value < 0.05
    assert found.first.value == pytest.approx(0.1, abs=0.08)


def test_more_pictures_and_fewer_people_are_easier() -> None:
    embeddings, names = crowd(1.5)
    hard, easy = identify(embeddings, names, 30, 1, 0.01), identify(embeddings, names, 10, 3, 0.01)
    assert hard is not None
    assert easy is not None
    assert hard.dir.value + 0.1 < easy.dir.value
    assert hard.dir.low <= hard.dir.value <= hard.dir.high


@pytest.mark.parametrize(("enrolled", "shots"), [(60, 1), (10, 5), (61, 1)])
def test_too_few_people_or_pictures(enrolled: int, shots: int) -> None:
    embeddings, names = crowd(1)
    assert identify(embeddings, names, enrolled, shots, 0.01) is None
