"""What a detector, a camera and a room do to a face, in PyTorch on whatever device the crops are on.

All choices are drawn by NumPy on the host, so that views differ between devices by no more than rounding and nothing
waits for a GPU; only noise is drawn on the device.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from device.model.data.training_set import ARCHIVE_SIZE, CROP_SIZE

_KERNEL = 11  # pixels of the blur
_SMALLEST = 3  # sizes that the crops of one batch are shrunk to and enlarged again
_BLOCK = 8  # of JPEG
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Chances:
    """How many of the views, at full augmentation strength, are altered in each way."""

    light: float = 0.7
    tint: float = 0.3
    grey: float = 0.12
    dark: float = 0.08
    blur: float = 0.12
    shrink: float = 0.08
    noise: float = 0.1
    jpeg: float = 0.06
    erase: float = 0.15


class Augmenter:
    """Makes training views. ``strength`` 0..1 scales how often and how far a view departs from the crop; at 0 it is
    only mirrored at times. Views are drawn anew by every call; ``seed`` and the calls before say which come."""

    def __init__(self, device: torch.device, seed: int | tuple[int, ...], chances: Chances | None = None) -> None:
        self._rng = np.random.default_rng(seed)
        self._noise = torch.Generator(device).manual_seed(int(self._rng.integers(2**62)))
        self._device, self._chances = device, chances or Chances()

    def __call__(self, crops: Tensor, size: int, strength: float = 1.0) -> Tensor:
        """(N, 144, 144, 3) uint8 to (N, 3, size, size) float32 in [-1, 1), channels last in memory."""
        views = self._warped(crops, size, strength)
        chance = self._chances
        views = self._light(views, strength)
        if len(rows := self._some(len(views), chance.grey * strength)):
            views[rows] = _luma(views[rows])[:, None].expand(-1, 3, -1, -1)
        if len(rows := self._some(len(views), chance.dark * strength)):
            views[rows] = self._noisy(views[rows] * self._each(rows, 0.15, 0.6), 1, 6)
        if len(rows := self._some(len(views), chance.blur * strength)):
            views[rows] = _blurred(views[rows], self._each(rows, 0.3, 1.6) * size / CROP_SIZE)
        for part in self._some(len(views), chance.shrink * strength).tensor_split(_SMALLEST):
            if len(part):
                small = int(size * self._rng.uniform(0.3, 0.8))
                views[part] = _shrunk(views[part], small)
        if len(rows := self._some(len(views), chance.noise * strength)):
            views[rows] = self._noisy(views[rows], 2, 14)
        if len(rows := self._some(len(views), chance.jpeg * strength)):
            views[rows] = _packed(views[rows], self._each(rows, 25, 80))
        if len(rows := self._some(len(views), chance.erase * strength)):
            views[rows] = self._erased(views[rows])
        # Whole levels of 255, then (level - 128) / 128.
        views = views.mul_(255).round_().mul_(1 / 128).sub_(1)
        return views.contiguous(memory_format=torch.channels_last)

    def _put(self, values: Floats) -> Tensor:
        return torch.from_numpy(values.astype(np.float32)).to(self._device, non_blocking=True)

    def _some(self, count: int, chance: float) -> Tensor:
        """Rows (k,) of those that something happens to."""
        rows = np.flatnonzero(self._rng.random(count) < chance)
        return torch.from_numpy(rows).to(self._device, non_blocking=True)

    def _each(self, rows: Tensor, low: float, high: float) -> Tensor:
        """A number for each row, (k, 1, 1, 1)."""
        return self._put(self._rng.uniform(low, high, (len(rows), 1, 1, 1)))

    def _warped(self, crops: Tensor, size: int, strength: float) -> Tensor:
        """Turned, scaled, moved and mirrored: (N, 3, size, size) in 0..1, black outside the crop."""
        count, rng = len(crops), self._rng
        scale = CROP_SIZE / ARCHIVE_SIZE / (1 + strength * rng.uniform(-0.07, 0.08, count))
        angle = np.deg2rad(rng.normal(0, 3.5 * strength, count))
        shift = rng.normal(0, 0.018 * strength, (count, 2, 1)) * 2  # of half a side
        mirror = np.where(rng.random(count) < 0.5, -1.0, 1.0)
        cos, sin = scale * np.cos(angle), scale * np.sin(angle)
        # From a view's place to the crop's: the inverse of mirroring, turning, scaling, and then moving.
        linear = np.stack([mirror * cos, mirror * sin, -sin, cos], axis=1).reshape(count, 2, 2)
        right, down, start = self._put(np.concatenate([linear, -linear @ shift], axis=2)).unbind(dim=2)
        places = (torch.arange(size, device=self._device) * 2 + 1) / size - 1  # middles of pixels, in half sides
        rows = torch.addcmul(start[:, None], places[None, :, None], down[:, None])[:, :, None]
        grid = torch.addcmul(rows, places[None, None, :, None], right[:, None, None])
        pictures = crops.permute(0, 3, 1, 2).to(torch.float32, memory_format=torch.contiguous_format)
        return functional.grid_sample(pictures.mul_(1 / 255), grid, align_corners=False)

    def _light(self, views: Tensor, strength: float) -> Tensor:
        """Gain, offset and gamma of some, and the colour of some; changes ``views``."""
        count, rng = len(views), self._rng
        lit = (rng.random(count) < self._chances.light * strength)[:, None]
        tinted = (rng.random(count) < self._chances.tint * strength)[:, None]
        gain = np.where(lit, rng.uniform(0.65, 1.35, (count, 1)), 1)
        offset = np.where(lit, rng.uniform(-25 / 255, 25 / 255, (count, 1)), 0)
        gamma = np.where(lit, np.exp(rng.normal(0, 0.25, (count, 1))), 1)
        tint = np.where(tinted, rng.uniform(0.8, 1.2, (count, 3)), 1)
        shape = (count, -1, 1, 1)
        gains, offsets, gammas = (self._put(one.reshape(shape)) for one in (gain * tint, offset * tint, gamma))
        return torch.addcmul(offsets, views.pow_(gammas), gains).clamp_(0, 1)

    def _noisy(self, views: Tensor, low: float, high: float) -> Tensor:
        """With noise of a deviation of ``low`` to ``high`` levels of 255."""
        spread = self._put(self._rng.uniform(low, high, (len(views), 1, 1, 1)) / 255)
        noise = torch.empty_like(views).normal_(generator=self._noise)
        return noise.mul_(spread).add_(views).clamp_(0, 1)

    def _erased(self, views: Tensor) -> Tensor:
        """With a rectangle of one colour."""
        count, size, rng = len(views), views.shape[-1], self._rng
        sides = rng.uniform(1 / 8, 1 / 3, (2, count)) * size
        starts = rng.uniform(0, 1, (2, count)) * (size - sides)
        places = torch.arange(size, device=self._device)
        inside = [(places >= self._put(start)[:, None]) & (places < self._put(start + side)[:, None])
                  for start, side in zip(starts, sides, strict=True)]  # fmt: skip
        where = (inside[0][:, :, None] & inside[1][:, None, :])[:, None]
        return torch.where(where, self._put(rng.random((count, 3)))[:, :, None, None], views)


def _luma(views: Tensor) -> Tensor:
    """(N, S, S), ITU-R BT.601."""
    return views[:, 0] * 0.299 + views[:, 1] * 0.587 + views[:, 2] * 0.114


def _blurred(views: Tensor, sigma: Tensor) -> Tensor:
    """Each with a Gaussian of its own ``sigma`` (N, 1, 1, 1) pixels."""
    count, channels, size, _ = views.shape
    offsets = torch.arange(_KERNEL, device=views.device) - _KERNEL // 2
    kernel = torch.exp(-0.5 * (offsets / sigma.view(-1, 1).clamp_min(0.05)) ** 2)
    kernel = (kernel / kernel.sum(dim=1, keepdim=True)).repeat_interleave(channels, dim=0)
    wide = size + _KERNEL - 1
    padded = functional.pad(views, [_KERNEL // 2] * 4, mode="reflect").reshape(1, count * channels, wide, wide)
    down = functional.conv2d(padded, kernel[:, None, :, None], groups=count * channels)
    return functional.conv2d(down, kernel[:, None, None, :], groups=count * channels).view_as(views)


def _shrunk(views: Tensor, small: int) -> Tensor:
    """As enlarged from ``small`` pixels a side."""
    size = views.shape[-1]
    shrunk = functional.interpolate(views, (small, small), mode="area")
    return functional.interpolate(shrunk, (size, size), mode="bilinear", align_corners=False)


# ITU-T T.81, annex K.1: the tables that JPEG coders scale by quality.
_LUMA_TABLE = (
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
    87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
)  # fmt: skip
_CHROMA_TABLE = (
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99,
    99, 99, 99, *[99] * 32,
)  # fmt: skip
# ITU-T T.871 (JFIF): RGB to Y, Cb, Cr.
_TO_YCC = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))


def _packed(views: Tensor, quality: Tensor) -> Tensor:
    """As packed by JPEG at ``quality`` (N, 1, 1, 1) 1..99 and unpacked: each block's cosine transform is rounded to
    multiples of the table's numbers. Colours are kept at half the resolution, as cameras do."""
    size = views.shape[-1]
    wanted = -(-size // (2 * _BLOCK)) * 2 * _BLOCK
    padded = functional.pad(views, (0, wanted - size, 0, wanted - size), mode="replicate")
    to_ycc = torch.tensor(_TO_YCC, device=views.device)
    y, *colours = (torch.tensordot(padded, weights * 255, dims=([1], [0])) for weights in to_ycc)
    percent = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality).view(-1, 1, 1)
    tables = [torch.tensor(table, device=views.device).view(1, _BLOCK, _BLOCK) * percent / 100
              for table in (_LUMA_TABLE, _CHROMA_TABLE)]  # fmt: skip
    luma, chroma = (table.round().clamp(1, 255) for table in tables)
    parts = [_rounded(y - 128, luma) + 128]
    for colour in colours:
        small = _rounded(functional.avg_pool2d(colour, 2), chroma)
        parts.append(small.repeat_interleave(2, dim=1).repeat_interleave(2, dim=2))
    rgb = torch.einsum("ck,knij->ncij", torch.linalg.inv(to_ycc) / 255, torch.stack(parts))
    return rgb.clamp_(0, 1)[:, :, :size, :size]


def _rounded(plane: Tensor, table: Tensor) -> Tensor:
    """(N, S, S) with the cosine transform of each block rounded to multiples of ``table`` (N, 8, 8)."""
    count, size, _ = plane.shape
    place = torch.arange(_BLOCK, device=plane.device, dtype=torch.float32)
    basis = torch.cos((2 * place + 1) * place[:, None] * torch.pi / (2 * _BLOCK)) / 2
    basis[0] /= 2**0.5
    # One matrix for both directions: a product of 64 numbers each, not many of 8.
    both = torch.kron(basis, basis)
    blocks = plane.reshape(count, size // _BLOCK, _BLOCK, size // _BLOCK, _BLOCK).transpose(2, 3)
    steps = table.reshape(count, 1, -1)
    numbers = blocks.reshape(count, -1, _BLOCK * _BLOCK) @ both.t()
    rounded = numbers.div_(steps).round_().mul_(steps) @ both
    return rounded.view_as(blocks).transpose(2, 3).reshape(count, size, size)
