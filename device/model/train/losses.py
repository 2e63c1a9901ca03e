"""What a batch of training costs, and the student that pays it.

Every training crop's teacher embedding is the centre of a class of its own (as in SEED, Fang et al. 2021, and
NormFace, Wang et al. 2017): the student's projected feature must find its crop's centre among some thousands of others,
drawn anew for each batch, and come close to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from device.model.graph.variant import Variant
from device.model.train.mobilenet import MobileNetV2


@dataclass(frozen=True)
class LossPlan:
    """``scale`` of the cosines in the softmax, weight ``pull`` of the distance to the own centre, and how many centres
    of other crops (``strangers``) a batch is held against.

    The softmax finds the right direction early; once most crops are nearest to their own centre, closeness is what
    tells one person's pictures from two people's, so it weighs more (with 4 instead of 30, a map fitted to closeness
    afterwards was a point better on LFW than the one learnt with the network).
    """

    scale: float = 30.0
    pull: float = 30.0
    strangers: int = 8192


class Student(nn.Module):
    """The network and the map from its centred feature to the teachers' space, which only training and matching use."""

    def __init__(self, variant: Variant, target_size: int) -> None:
        super().__init__()
        self.network = MobileNetV2(variant)
        self.centre = nn.BatchNorm1d(variant.fingerprint_length, affine=False, momentum=0.03)
        self.project = nn.Linear(variant.fingerprint_length, target_size, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        projected: Tensor = self.project(self.centre(self.network(x)))
        return functional.normalize(projected, dim=1)


def new_student(variant: Variant, target_size: int) -> Student:
    """A student with channels last in memory, which is what PyTorch's convolutions are fastest with."""
    made: Student = Student(variant, target_size).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return made


def to_tensor(crops: NDArray[np.uint8]) -> Tensor:
    """(N, S, S, 3) uint8 to (N, 3, S, S) float in [-1, 1), channels last in memory."""
    picture = torch.from_numpy(crops).permute(0, 3, 1, 2).float()
    return ((picture - 128.0) / 128.0).contiguous(memory_format=torch.channels_last)


class Losses:
    """``rows`` are the training rows of ``targets`` (N, D), the teachers' unit embeddings of all crops.

    ``blends`` (M, D) are the targets of rows from N on, zero in the parts of teachers that were not asked about them:
    such a row is judged by the other parts alone. ``kind`` of the product with all the centres: bfloat16 is faster only
    where the processor has instructions for it.
    """

    def __init__(
        self, plan: LossPlan, rows: NDArray[np.int64], targets: NDArray[np.float32], seed: int,
        blends: NDArray[np.float32] | None = None, kind: torch.dtype = torch.float32,
    ) -> None:  # fmt: skip
        self.plan, self.rows = plan, torch.from_numpy(rows)
        self.first_blend = len(targets)
        self.centres = torch.from_numpy(targets)[self.rows].to(kind)
        self.targets = torch.from_numpy(targets if blends is None else np.concatenate([targets, blends]))
        asked = np.ones(targets.shape[1], bool) if blends is None else (blends != 0).any(axis=0)
        self.asked = torch.from_numpy(asked).float()
        # All targets give each teacher the same share, so the first says how long the asked part of a whole one is.
        self.asked_length = float((self.targets[0] * self.asked).norm())
        self.chance = torch.Generator().manual_seed(seed)

    def __call__(self, embedded: Tensor, picked: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """(contrast, mean distance 1 - cosine) of unit embeddings (B, D) of the rows ``picked`` (B,)."""
        rows = torch.from_numpy(picked)
        own, partial = self.targets[rows], rows >= self.first_blend
        embedded = torch.where(partial[:, None], functional.normalize(embedded * self.asked, dim=1), embedded)
        others = torch.randperm(len(self.centres), generator=self.chance)[: self.plan.strangers]
        candidates = torch.cat([own.to(self.centres.dtype), self.centres[others]])
        cosines = (embedded.to(candidates.dtype) @ candidates.t()).float()
        # Only a part of a whole centre can meet a partial embedding.
        whole = torch.cat([~partial, torch.ones(len(others), dtype=torch.bool)])
        cosines = torch.where(partial[:, None] & whole[None, :], cosines / self.asked_length, cosines)
        position = torch.arange(len(own))
        # A crop's own centre may have been drawn once more; there it is no stranger.
        twice = torch.cat([rows, self.rows[others]])[None, :] == rows[:, None]
        twice[position, position] = False
        contrast = functional.cross_entropy((cosines * self.plan.scale).masked_fill(twice, -1e4), position)
        distance = 1 - (embedded * own).sum(dim=1).mean()
        return contrast, distance

    def backward(self, student: nn.Module, views: NDArray[np.uint8], picked: NDArray[np.int64]) -> tuple[float, float]:
        """Add the gradient of one batch, views (B, S, S, 3), to the student's; (contrast, mean cosine)."""
        contrast, distance = self(student(to_tensor(views)), picked)
        (contrast + self.plan.pull * distance).backward()  # type: ignore[no-untyped-call]
        return float(contrast.detach()), float(1 - distance.detach())
