"""Training views depart from the crop as far as they are told to, each way as its plain definition says."""

from __future__ import annotations

from dataclasses import fields, replace

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (extra 'train')")

from device.model.data import augment  # noqa: E402
from device.model.data.augment import Augmenter, Chances  # noqa: E402
from device.model.data.training_set import middle  # noqa: E402

NEVER = Chances(**{field.name: 0.0 for field in fields(Chances)})
CPU = torch.device("cpu")


def crops(count: int, seed: int = 4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (count, 9, 9, 3), dtype=np.uint8)
    return np.stack([cv2.resize(one, (144, 144), interpolation=cv2.INTER_CUBIC) for one in coarse])


def views(given: np.ndarray, size: int, strength: float, seed: int = 1, chances: Chances | None = None) -> np.ndarray:
    """As pictures (N, S, S, 3) of levels 0 to 255."""
    made = Augmenter(CPU, seed, chances)(torch.from_numpy(given), size, strength)
    assert made.is_contiguous(memory_format=torch.channels_last)
    return np.asarray(made.permute(0, 2, 3, 1).numpy() * 128 + 128)


def test_views_are_whole_levels_and_repeatable() -> None:
    made = views(crops(40), 64, 1.0)
    assert made.shape == (40, 64, 64, 3)
    assert made.min() >= 0
    assert made.max() <= 255
    np.testing.assert_allclose(made, np.round(made), atol=1e-4)
    np.testing.assert_array_equal(made, views(crops(40), 64, 1.0))
    assert not np.array_equal(made, views(crops(40), 64, 1.0, seed=2))
    same = views(np.repeat(crops(1), 40, axis=0), 64, 1.0)
    assert len({view.tobytes() for view in same}) == 40


def test_without_strength_a_view_is_the_middle_or_its_mirror_image() -> None:
    given = crops(30)
    made, plain = views(given, 128, 0.0), middle(given, 128).astype(float)
    off = np.abs(made - plain).mean(axis=(1, 2, 3))
    mirrored = np.abs(made - plain[:, :, ::-1]).mean(axis=(1, 2, 3))
    assert np.minimum(off, mirrored).max() < 0.6  # but for the rounding of places
    assert 8 <= np.count_nonzero(mirrored < off) <= 22


def test_stronger_views_depart_further() -> None:
    given = crops(80)
    plain = middle(given, 64).astype(float)

    def distance(strength: float) -> float:
        made = views(given, 64, strength)
        return float(
            np.minimum(*(np.abs(made - way).mean(axis=(1, 2, 3)) for way in (plain, plain[:, :, ::-1]))).mean()
        )

    assert distance(0.0) < distance(0.4) < distance(1.0)


def test_turning_and_shifting_keep_the_scale() -> None:
    """A dot at the crop's middle lands within some pixels of the view's, and a ring keeps its radius."""
    given = np.zeros((60, 144, 144, 3), np.uint8)
    for crop in given:
        cv2.circle(crop, (72, 72), 45, (255, 255, 255), 2)
    made = views(given, 128, 1.0, chances=NEVER)[..., 0]
    radii = []
    for view in made:
        rows, columns = np.nonzero(view > 100)
        centre = (rows.max() + rows.min()) / 2, (columns.max() + columns.min()) / 2
        assert np.abs(np.array(centre) - 63.5).max() < 10
        radii.append((rows.max() - rows.min()) / 2)
    assert 42 < min(radii) < 45 < 47 < max(radii) < 51


@pytest.mark.parametrize("name", [field.name for field in fields(Chances)])
def test_each_alteration_happens_alone_and_by_chance(name: str) -> None:
    given = crops(60)
    plain = views(given, 64, 1.0, chances=NEVER)
    always = views(given, 64, 1.0, chances=replace(NEVER, **{name: 1.0}))
    sometimes = views(given, 64, 0.5, chances=replace(NEVER, **{name: 0.6}))
    untouched = views(given, 64, 0.5, chances=NEVER)
    changed = np.abs(always - plain).max(axis=(1, 2, 3)) > 0
    assert changed.mean() > 0.9
    share = (np.abs(sometimes - untouched).max(axis=(1, 2, 3)) > 0).mean()
    assert 0.1 < share < 0.5


def test_dark_views_are_dark_and_noisy() -> None:
    given = np.full((50, 144, 144, 3), 200, np.uint8)
    made = views(given, 64, 1.0, chances=replace(NEVER, dark=1.0))[:, 20:44, 20:44]
    levels, noise = made.mean(axis=(1, 2, 3)) / 200, made.std(axis=(1, 2, 3))
    assert 0.14 < levels.min() < 0.25
    assert 0.5 < levels.max() < 0.62
    assert noise.min() > 0.8
    assert noise.max() < 7


@pytest.mark.parametrize("quality", [25, 50, 80])
def test_packing_is_close_to_jpeg(quality: int) -> None:
    rng = np.random.default_rng(5)
    # As faces are: more light than colour, since coders differ in how they enlarge the halved colours.
    coarse = crops(1)[0].astype(float)
    light = 0.85 * coarse.mean(axis=2, keepdims=True) + 0.15 * coarse + rng.normal(0, 6, (144, 144, 1))
    picture = np.clip(light, 0, 255).astype(np.uint8)
    _, packed = cv2.imencode(".jpg", picture[:, :, ::-1], (cv2.IMWRITE_JPEG_QUALITY, quality))
    theirs = cv2.imdecode(packed, cv2.IMREAD_COLOR)[:, :, ::-1].astype(float)
    given = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255
    ours = augment._packed(given, torch.full((1, 1, 1, 1), float(quality)))[0].permute(1, 2, 0).numpy() * 255
    lost = np.abs(theirs - picture).mean()
    assert np.abs(ours - theirs).mean() < 0.5 * lost
    assert np.abs(ours - picture).mean() == pytest.approx(lost, rel=0.1)


def test_blur_is_a_gaussian() -> None:
    picture = crops(1)[0]
    given = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255
    for sigma in (0.4, 1.5):
        ours = augment._blurred(given, torch.full((1, 1, 1, 1), sigma))[0].permute(1, 2, 0).numpy()
        theirs = cv2.GaussianBlur(picture.astype(np.float32) / 255, (11, 11), sigma, borderType=cv2.BORDER_REFLECT_101)
        np.testing.assert_allclose(ours, theirs, atol=1e-3)
