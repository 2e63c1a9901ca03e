"""What a batch of training costs.

Every training crop's teacher embedding is the centre of a class of its own (as in SEED, Fang et al. 2021, and
NormFace, Wang et al. 2017): the student's embedding must find its crop's centre among some thousands of others and come
close to it. Two further terms: where people are known, their mean teacher embeddings are centres too, as in
MarginDistillation (Svitov and Alyamkin, 2020) with the margin of CosFace (Wang et al., 2018); and the cosines among a
batch's embeddings follow the teachers' (relational distillation, Park et al., 2019).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from device.model.data.training_set import UNKNOWN, TrainingSet


@dataclass(frozen=True)
class LossWeights:
    """``scale`` of the cosines in a softmax, how many other crops' centres (``negatives``) a batch is held against, and
    the weights of the other terms beside that softmax; ``margin`` is the identity term's.

    The softmax finds the right direction early; once most crops are nearest to their own centre, closeness is what
    tells one person's pictures from two people's, so ``distance`` weighs more.
    """

    scale: float = 30.0
    negatives: int = 8192
    distance: float = 15.0
    identity: float = 0.3
    margin: float = 0.2
    relational: float = 5.0


@dataclass(frozen=True)
class LossTerms:
    """Means over a batch; ``distance`` is 1 - cosine."""

    softmax: Tensor
    distance: Tensor
    identity: Tensor
    relational: Tensor

    def total(self, weights: LossWeights) -> Tensor:
        return (
            self.softmax
            + weights.distance * self.distance
            + weights.identity * self.identity
            + weights.relational * self.relational
        )


class Losses:
    """The losses of crops of ``data``, computed on ``device``. ``kind`` of the product with all the centres: bfloat16
    is faster only where the processor has instructions for it."""

    def __init__(
        self, weights: LossWeights, data: TrainingSet, seed: int, device: torch.device | str = "cpu",
        kind: torch.dtype = torch.float32,
    ) -> None:  # fmt: skip
        self.weights = weights
        self._targets = torch.from_numpy(data.targets).to(device)
        self._people = torch.from_numpy(data.people).to(device)
        self._rows = torch.from_numpy(data.rows).to(device)
        self._centres = self._targets[self._rows].to(kind)
        self._chance = torch.Generator(device).manual_seed(seed)
        people = self._people[self._rows]
        known = people != UNKNOWN
        found = torch.unique(people[known])
        # Which class each person is; the last entry stands for UNKNOWN and for the held-out.
        self._classes = torch.zeros(int(self._people.max()) + 2, dtype=torch.int64, device=device)
        self._classes[found] = torch.arange(len(found), device=device)
        sums = torch.zeros(max(1, len(found)), self._targets.shape[1], device=device)
        sums.index_add_(0, self._classes[people[known]], self._targets[self._rows][known])
        self._people_centres = functional.normalize(sums, dim=1)

    def __call__(self, embedded: Tensor, rows: Tensor) -> LossTerms:
        """Of unit embeddings (B, D) of the training rows ``rows`` (B,)."""
        rows = rows.to(self._targets.device)
        own, people = self._targets[rows], self._people[rows]
        return LossTerms(
            self._softmax(embedded, own, rows, people),
            1 - (embedded * own).sum(dim=1).mean(),
            self._identity(embedded, people),
            (embedded @ embedded.t() - own @ own.t()).square().mean(),
        )

    def _softmax(self, embedded: Tensor, own: Tensor, rows: Tensor, people: Tensor) -> Tensor:
        count, device = len(self._centres), rows.device
        if self.weights.negatives < count:
            others = torch.randint(count, (self.weights.negatives,), generator=self._chance, device=device)
            centres, others = self._centres[others], self._rows[others]
        else:
            centres, others = self._centres, self._rows
        candidates = torch.cat([own.to(centres.dtype), centres])
        cosines = (embedded.to(candidates.dtype) @ candidates.t()).float()
        # No negative: the crop's own centre drawn once more, and other crops of the same person.
        others = torch.cat([rows, others])
        position = torch.arange(len(rows), device=device)
        same = (others[None, :] == rows[:, None]) | (
            (self._people[others][None, :] == people[:, None]) & (people != UNKNOWN)[:, None]
        )
        same[position, position] = False
        return functional.cross_entropy((cosines * self.weights.scale).masked_fill(same, -1e4), position)

    def _identity(self, embedded: Tensor, people: Tensor) -> Tensor:
        """The mean over the whole batch, in which a crop of nobody known counts 0."""
        classes = self._classes[people]
        cosines = embedded @ self._people_centres.t()
        margins = functional.one_hot(classes, cosines.shape[1]) * self.weights.margin
        each = functional.cross_entropy((cosines - margins) * self.weights.scale, classes, reduction="none")
        return (each * (people != UNKNOWN)).mean()
