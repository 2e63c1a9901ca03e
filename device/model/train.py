"""Train the headless network by distillation from two stronger face networks.

Every training crop's teacher embedding is the centre of a class of its own (as in SEED, Fang et al. 2021, and
NormFace, Wang et al. 2017): the student's projected feature must find its crop's centre among all of them, and come
close to it. Low resolution first; the learning rate and the weight average follow the number of pictures shown, so a
run that was killed goes on from its checkpoint as if nothing had happened.
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from device.model.data import TrainingSet, batches, load_training_set, middle, split_rows
from device.model.mobilenet import MobileNetV2
from device.model.variant import Variant


@dataclass(frozen=True)
class Plan:
    """``phases``: (input size in pixels, pictures shown) in order."""

    phases: tuple[tuple[int, int], ...]
    batch: int = 128
    peak_rate: float = 2.5e-3
    weight_decay: float = 0.03
    scale: float = 30.0
    pull: float = 4.0
    average_over: int = 40_000

    @classmethod
    def parse(cls, text: str, **settings: Any) -> Plan:
        """``64:800000,128:200000`` to a plan; raises ValueError on anything else."""
        pairs = [part.split(":") for part in text.split(",")]
        return cls(tuple((int(size), int(shown)) for size, shown in pairs), **settings)

    @property
    def total(self) -> int:
        return sum(shown for _, shown in self.phases)

    def size_at(self, shown: int) -> int:
        """Input size in pixels after ``shown`` pictures."""
        for size, length in self.phases:
            if shown < length:
                return size
            shown -= length
        return self.phases[-1][0]

    def rate_at(self, shown: int) -> float:
        """Learning rate: a short linear warm-up, then half a cosine to nearly nothing."""
        warm = min(1.0, (shown + self.batch) / 20_000)
        return self.peak_rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, shown / self.total))))


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


def to_tensor(crops: NDArray[np.uint8]) -> Tensor:
    """(N, S, S, 3) uint8 to (N, 3, S, S) float in [-1, 1), channels last in memory."""
    picture = torch.from_numpy(crops).permute(0, 3, 1, 2).float()
    return ((picture - 128.0) / 128.0).contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def embed(student: Student, crops: NDArray[np.uint8], batch: int = 128) -> tuple[Tensor, Tensor]:
    """Features (N, F) and projected unit embeddings (N, D) of crops (N, S, S, 3), in evaluation mode."""
    was_training = student.training
    student.eval()
    features, projected = [], []
    for start in range(0, len(crops), batch):
        feature = student.network(to_tensor(crops[start : start + batch]))
        features.append(feature)
        projected.append(functional.normalize(student.project(student.centre(feature)), dim=1))
    student.train(was_training)
    return torch.cat(features), torch.cat(projected)


def held_out_figures(student: Student, data: TrainingSet, rows: NDArray[np.int64], size: int) -> dict[str, float]:
    """How the student does on crops it never saw: mean cosine to the teacher, and how often the nearest of all
    held-out teacher embeddings is the crop's own."""
    _, projected = embed(student, middle(np.asarray(data.crops[rows]), size))
    targets = torch.from_numpy(data.targets[rows])
    cosines = projected @ targets.t()
    own = cosines.diagonal()
    nearest = (cosines.argmax(dim=1) == torch.arange(len(rows))).float()
    return {"cosine": float(own.mean()), "nearest": float(nearest.mean())}


def _save(path: Path, state: dict[str, Any]) -> None:
    beside = path.with_suffix(".tmp")
    torch.save(state, beside)
    beside.replace(path)


def train(variant: Variant, plan: Plan, faces: Path, out: Path, seconds: float = math.inf) -> Path:
    """Train until the plan or ``seconds`` is over; returns the checkpoint, which a later call goes on from."""
    out.mkdir(parents=True, exist_ok=True)
    data = load_training_set(faces, out / "cache")
    held_out, rows = split_rows(len(data.names))
    targets = torch.from_numpy(data.targets)
    class_of_row = np.full(len(data.names), -1)
    class_of_row[rows] = np.arange(len(rows))
    centres = targets[torch.from_numpy(rows)].t().contiguous().bfloat16()

    torch.manual_seed(1)
    student = Student(variant, targets.shape[1]).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = Student(variant, targets.shape[1]).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average.load_state_dict(student.state_dict())
    decayed = [p for p in student.parameters() if p.ndim > 1]
    plain = [p for p in student.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": plan.weight_decay}, {"params": plain, "weight_decay": 0.0}]
    )
    checkpoint, shown = out / "checkpoint.pt", 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        student.load_state_dict(state["student"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        shown = state["shown"]

    def store() -> None:
        _save(
            checkpoint,
            {
                "variant": [variant.width, variant.input_size],
                "student": student.state_dict(),
                "average": average.state_dict(),
                "optimiser": optimiser.state_dict(),
                "shown": shown,
            },
        )

    started = logged = saved = time.monotonic()
    sums, count, shown_at_log = np.zeros(2), 0, shown
    student.train()
    while shown < plan.total and time.monotonic() - started < seconds:
        size = plan.size_at(shown)
        stream = batches(data, rows, size, plan.batch, seed=shown + 1)
        while plan.size_at(shown) == size and shown < plan.total and time.monotonic() - started < seconds:
            views, picked = next(stream)
            for group in optimiser.param_groups:
                group["lr"] = plan.rate_at(shown)
            embedded = student(to_tensor(views))
            logits = (embedded.bfloat16() @ centres).float() * plan.scale
            labels = torch.from_numpy(class_of_row[picked])
            contrast = functional.cross_entropy(logits, labels)
            distance = 1 - (embedded * targets[torch.from_numpy(picked)]).sum(dim=1).mean()
            loss = contrast + plan.pull * distance
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(student.parameters(), 5.0)
            optimiser.step()
            shown += plan.batch
            keep = math.exp(-plan.batch / min(plan.average_over, max(1, shown // 4)))
            with torch.no_grad():
                for mean, new in zip(average.state_dict().values(), student.state_dict().values(), strict=True):
                    if mean.dtype.is_floating_point:
                        mean.lerp_(new, 1 - keep)
                    else:
                        mean.copy_(new)
            sums += (float(contrast.detach()), float(1 - distance.detach()))
            count += 1
            now = time.monotonic()
            if now - saved > 120:
                store()
                saved = now
            if now - logged > 240:
                figures = held_out_figures(average, data, held_out, size)
                line = {
                    "shown": shown,
                    "size": size,
                    "rate": round(plan.rate_at(shown), 6),
                    "pictures_per_s": round((shown - shown_at_log) / (now - logged), 1),
                    "contrast": round(sums[0] / count, 4),
                    "train_cosine": round(sums[1] / count, 4),
                    **{f"held_out_{key}": round(value, 4) for key, value in figures.items()},
                }
                with (out / "log.jsonl").open("a") as log:
                    log.write(json.dumps(line) + "\n")
                sums, count, shown_at_log, logged = np.zeros(2), 0, shown, time.monotonic()
        stream.close()  # type: ignore[attr-defined]
    store()
    return checkpoint
