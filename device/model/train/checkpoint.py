"""The state of a training, which a killed run goes on from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from device.errors import FileError
from device.model.graph.variant import Variant
from device.model.train.schedule import Schedule
from device.model.train.student import Student, new_student

_LARGEST_GRADIENT = 5.0


@dataclass
class Run:
    """``average`` follows the student's weights; ``done`` is the fraction of the schedule that is over, ``length`` how
    many samples the whole of it has as things stand."""

    variant: Variant
    student: Student
    average: Student
    optimiser: torch.optim.Optimizer
    samples_seen: int = 0
    done: float = 0.0
    length: float = 1.0

    @classmethod
    def begin(cls, student: Student, schedule: Schedule, device: torch.device) -> Run:
        """A run that has seen nothing."""
        variant = student.network.variant
        average = new_student(variant, student.project.out_features)
        average.load_state_dict(student.state_dict())
        student, average = student.to(device), average.to(device)
        weights = [one for one in student.parameters() if one.ndim > 1]
        others = [one for one in student.parameters() if one.ndim <= 1]
        optimiser = torch.optim.AdamW(
            [{"params": weights, "weight_decay": schedule.weight_decay}, {"params": others, "weight_decay": 0.0}],
            fused=device.type == "cuda",
        )
        return cls(variant, student, average, optimiser, length=schedule.total)

    def load(self, path: Path) -> None:
        """Go on where the checkpoint ``path``, of any device, left."""
        device = next(self.student.parameters()).device
        try:
            state = torch.load(path, weights_only=True, map_location=device)
            if list(state["variant"]) != [self.variant.width, self.variant.input_size]:
                raise ValueError(f"it is of width {state['variant'][0]} and input size {state['variant'][1]}")
            self.student.load_state_dict(state["student"])
            self.average.load_state_dict(state["average"])
            fused = [group["fused"] for group in self.optimiser.param_groups]
            self.optimiser.load_state_dict(state["optimiser"])
            for group, was in zip(self.optimiser.param_groups, fused, strict=True):
                group["fused"] = was
            self.samples_seen, self.done, self.length = state["samples_seen"], state["done"], state["length"]
        except Exception as error:  # torch raises many kinds for a damaged file
            raise FileError(f"{path}: this training cannot go on from it: {error}",
                            "give another --out, or remove the file to begin anew") from error  # fmt: skip

    def save(self, path: Path) -> None:
        """Write the checkpoint; one that was there is replaced once the new one is whole."""
        beside = path.with_suffix(".tmp")
        torch.save(
            {
                "variant": [self.variant.width, self.variant.input_size],
                "student": self.student.state_dict(),
                "average": self.average.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "samples_seen": self.samples_seen,
                "done": self.done,
                "length": self.length,
            },
            beside,
        )
        beside.replace(path)

    @torch.no_grad()
    def step(self, schedule: Schedule, samples: int) -> None:
        """Use the gradients of ``samples`` samples."""
        for group in self.optimiser.param_groups:
            group["lr"] = schedule.rate_at(self.done)
        nn.utils.clip_grad_norm_(self.student.parameters(), _LARGEST_GRADIENT)
        self.optimiser.step()
        self.samples_seen += samples
        self.done += samples / self.length
        keep = math.exp(-samples / min(schedule.average_over, max(1, self.samples_seen // 4)))
        means, news = self.average.state_dict().values(), self.student.state_dict().values()
        floats = [(mean, new) for mean, new in zip(means, news, strict=True) if mean.dtype.is_floating_point]
        torch._foreach_lerp_([mean for mean, _ in floats], [new for _, new in floats], 1 - keep)
