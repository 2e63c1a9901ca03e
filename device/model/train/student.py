"""What is trained: the network and the projection from its centred feature to the teachers' space."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from device.model.graph.variant import Variant
from device.model.train.mobilenet import MobileNetV2


class Student(nn.Module):
    """Picture (N, 3, S, S) to a unit embedding (N, D); only training and matching use more than ``network``."""

    def __init__(self, variant: Variant, target_size: int) -> None:
        super().__init__()
        self.network = MobileNetV2(variant)
        self.centre = nn.BatchNorm1d(variant.fingerprint_length, affine=False, momentum=0.03)
        self.project = nn.Linear(variant.fingerprint_length, target_size, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return functional.normalize(self.projected(x), dim=1)

    def projected(self, x: Tensor) -> Tensor:
        """The embedding (N, D) before it is brought to unit length: what flip averaging takes the mean of."""
        feature = self.network(x)
        with torch.autocast(x.device.type, enabled=False):
            projected: Tensor = self.project(self.centre(feature.float()))
        return projected


def new_student(variant: Variant, target_size: int) -> Student:
    """A student with channels last in memory, which is what PyTorch's convolutions are fastest with."""
    made: Student = Student(variant, target_size).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return made


def to_tensor(crops: NDArray[np.uint8]) -> Tensor:
    """(N, S, S, 3) uint8 to (N, 3, S, S) float in [-1, 1), channels last in memory."""
    picture = torch.from_numpy(crops).permute(0, 3, 1, 2).float()
    return ((picture - 128.0) / 128.0).contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def features_of(student: Student, crops: NDArray[np.uint8], batch: int = 128) -> Tensor:
    """Features (N, F) of crops (N, S, S, 3), in evaluation mode, on the CPU."""
    was_training, device = student.training, next(student.parameters()).device
    student.eval()
    found = [student.network(to_tensor(crops[start : start + batch]).to(device)).float().cpu()
             for start in range(0, len(crops), batch)]  # fmt: skip
    student.train(was_training)
    return torch.cat(found)


@torch.no_grad()
def embed(student: Student, crops: NDArray[np.uint8]) -> Tensor:
    """Embeddings (N, D) of crops (N, S, S, 3) before unit length, in evaluation mode, on the CPU."""
    was_training, device = student.training, next(student.parameters()).device
    student.eval()
    found: Tensor = student.project(student.centre(features_of(student, crops).to(device))).cpu()
    student.train(was_training)
    return found
