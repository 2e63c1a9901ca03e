"""Train the headless network by distillation from two stronger face networks (the losses: ``losses.py``).

The learning rate and the weight average follow the number of pictures shown, so a run that was killed goes on from its
checkpoint as if nothing had happened.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import math
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from device.model.data.augment import batches
from device.model.data.training_set import TrainingSet, load_shown, middle, split_rows
from device.model.graph.variant import Variant
from device.model.train.gradient_workers import Lender
from device.model.train.losses import Losses, LossPlan, Student, new_student, to_tensor
from device.model.train.warm_start import warm_start

_WARM_START_VIEWS = 1024
_SAVE_EVERY_S, _LOG_EVERY_S = 120, 240


@dataclass(frozen=True)
class Plan:
    """``phases``: (input size in pixels, pictures shown) in order."""

    phases: tuple[tuple[int, int], ...]
    batch: int = 64
    peak_rate: float = 1e-3
    weight_decay: float = 0.03
    average_over: int = 40_000
    gentle_from: float = 0.3  # the share of the pictures after which views are altered less
    gentle: float = 0.5
    losses: LossPlan = field(default_factory=LossPlan)
    repeat: Mapping[str, int] = field(default_factory=dict)  # source of crops to how often a round shows them
    blends: Path | None = None  # a folder of ``make_blends``, shown with the crops

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

    def strength_at(self, shown: int) -> float:
        """How much views are altered: fully at first, and less once what is left to learn is the plain face."""
        return 1.0 if shown < self.gentle_from * self.total else self.gentle

    def rate_at(self, shown: int) -> float:
        """Learning rate: a short linear warm-up, then half a cosine to nearly nothing."""
        warm = min(1.0, (shown + self.batch) / 20_000)
        return self.peak_rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, shown / self.total))))


def reuse_memory() -> None:
    """Keep freed memory instead of giving it back to the system: glibc maps and clears every large tensor anew, which
    at batches of 128 took two thirds of a step's time. Does nothing where the C library is another one."""
    if not sys.platform.startswith("linux"):
        return
    trim_threshold, top_pad, mmap_max = -1, -2, -4  # malloc.h
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        for option, value in ((mmap_max, 0), (trim_threshold, 2**31 - 1), (top_pad, 1 << 28)):
            mallopt(option, value)


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


def lend_gradients(
    variant: Variant,
    plan: Plan,
    faces: Path,
    out: Path,
    fused: torch.dtype | None,
    size: int,
    strength: float,
    seed: int,
) -> tuple[Student, Callable[[], object]]:
    """For :class:`device.model.train.gradient_workers.Lender`: a student, and what computes the gradient of its next
    batch."""
    reuse_memory()
    data, rows, shown_rows = load_shown(faces, out / "cache", plan.blends, plan.repeat)
    losses = Losses(plan.losses, rows, data.targets, seed, data.blend_targets, fused or torch.float32)
    student = new_student(variant, data.targets.shape[1]).train()
    if fused is not None:
        student.network.train_fused(fused)
    stream = batches(data, shown_rows, size, plan.batch, seed, strength)
    return student, lambda: losses.backward(student, *next(stream))


@dataclass
class _Run:
    """What a checkpoint holds."""

    variant: Variant
    student: Student
    average: Student
    optimiser: torch.optim.Optimizer
    shown: int = 0

    @classmethod
    def begin(cls, variant: Variant, target_size: int, plan: Plan, path: Path, start: Student | None) -> _Run:
        """From the checkpoint at ``path``, else from the student ``start``, else from chance."""
        torch.manual_seed(1)
        student, average = start or new_student(variant, target_size), new_student(variant, target_size)
        decayed = [p for p in student.parameters() if p.ndim > 1]
        plain = [p for p in student.parameters() if p.ndim <= 1]
        optimiser = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": plan.weight_decay}, {"params": plain, "weight_decay": 0.0}]
        )
        run = cls(variant, student, average, optimiser)
        if path.exists():
            state = torch.load(path, weights_only=True)
            student.load_state_dict(state["student"])
            average.load_state_dict(state["average"])
            optimiser.load_state_dict(state["optimiser"])
            run.shown = state["shown"]
        else:
            average.load_state_dict(student.state_dict())
        return run

    def save(self, path: Path) -> None:
        beside = path.with_suffix(".tmp")
        torch.save(
            {
                "variant": [self.variant.width, self.variant.input_size],
                "student": self.student.state_dict(),
                "average": self.average.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "shown": self.shown,
            },
            beside,
        )
        beside.replace(path)

    @torch.no_grad()
    def step(self, plan: Plan, gathered: int) -> None:
        """Use the sum of the gradients of ``gathered`` batches."""
        if gathered > 1:
            torch._foreach_div_([p.grad for p in self.student.parameters() if p.grad is not None], gathered)
        for group in self.optimiser.param_groups:
            group["lr"] = plan.rate_at(self.shown)
        nn.utils.clip_grad_norm_(self.student.parameters(), 5.0)
        self.optimiser.step()
        pictures = gathered * plan.batch
        self.shown += pictures
        keep = math.exp(-pictures / min(plan.average_over, max(1, self.shown // 4)))
        means, news = self.average.state_dict().values(), self.student.state_dict().values()
        floats = [(mean, new) for mean, new in zip(means, news, strict=True) if mean.dtype.is_floating_point]
        torch._foreach_lerp_([mean for mean, _ in floats], [new for _, new in floats], 1 - keep)


def train(
    variant: Variant,
    plan: Plan,
    faces: Path,
    out: Path,
    seconds: float = math.inf,
    *,
    start_from: Path | None = None,
    lenders: int = 0,
    fused: torch.dtype | None = None,
) -> Path:
    """Train until the plan or ``seconds`` is over; returns the checkpoint, which a later call goes on from.

    A new run takes the weights of ``start_from``, a ``.tflite`` or a checkpoint, if given. ``lenders`` further
    processes compute gradients too; with them a run cannot be repeated to the bit. ``fused``, the type of
    the activations: see ``fused.py``.
    """
    out.mkdir(parents=True, exist_ok=True)
    reuse_memory()
    data, rows, shown_rows = load_shown(faces, out / "cache", plan.blends, plan.repeat)
    held_out = split_rows(len(data.names))[0]
    checkpoint = out / "checkpoint.pt"
    start = None
    if start_from is not None and not checkpoint.exists():
        size = plan.size_at(0)
        some = np.sort(np.random.default_rng(2).permutation(rows)[:_WARM_START_VIEWS])
        start = warm_start(start_from, variant, middle(data.crops[some], size), data.targets[some])
    run = _Run.begin(variant, data.targets.shape[1], plan, checkpoint, start)
    losses = Losses(plan.losses, rows, data.targets, run.shown + 1, data.blend_targets, fused or torch.float32)
    started = logged = saved = time.monotonic()
    sums, count, shown_at_log = np.zeros(2), 0, run.shown
    run.student.train()
    if fused is not None:
        run.student.network.train_fused(fused)

    def going() -> bool:
        return run.shown < plan.total and time.monotonic() - started < seconds

    while going():
        size, strength = plan.size_at(run.shown), plan.strength_at(run.shown)
        seed = run.shown + 1
        given = (variant, plan, faces, out, fused, size, strength)
        lending = [Lender(run.student, lend_gradients, (*given, seed + 7919 * (index + 1))) for index in range(lenders)]
        stream = batches(data, shown_rows, size, plan.batch, seed, strength)
        try:
            while (plan.size_at(run.shown), plan.strength_at(run.shown)) == (size, strength) and going():
                run.optimiser.zero_grad(set_to_none=True)
                sums += losses.backward(run.student, *next(stream))
                count += 1
                borrowed = sum(lender.take() for lender in lending)
                run.step(plan, 1 + borrowed)
                for lender in lending:
                    lender.publish()
                now = time.monotonic()
                if now - saved > _SAVE_EVERY_S:
                    run.save(checkpoint)
                    saved = now
                if now - logged > _LOG_EVERY_S:
                    figures = held_out_figures(run.average, data, held_out, size)
                    line = {
                        "shown": run.shown,
                        "size": size,
                        "rate": round(plan.rate_at(run.shown), 6),
                        "pictures_per_s": round((run.shown - shown_at_log) / (now - logged), 1),
                        "contrast": round(sums[0] / count, 4),
                        "train_cosine": round(sums[1] / count, 4),
                        **{f"held_out_{key}": round(value, 4) for key, value in figures.items()},
                    }
                    with (out / "log.jsonl").open("a") as log:
                        log.write(json.dumps(line) + "\n")
                    sums, count, shown_at_log, logged = np.zeros(2), 0, run.shown, time.monotonic()
        finally:
            stream.close()  # type: ignore[attr-defined]
            for lender in lending:
                lender.close()
    run.save(checkpoint)
    return checkpoint
