"""The processes that train together: one, or as many as ``torchrun`` started, on one machine or several."""

from __future__ import annotations

import os
from dataclasses import dataclass

import torch
from torch import distributed

from device.errors import FileError


@dataclass(frozen=True)
class Processes:
    """This process is number ``rank`` of ``count``; ``device`` is what it computes on."""

    rank: int
    count: int
    device: torch.device

    @property
    def first(self) -> bool:
        """Whether this process writes the checkpoint and the log."""
        return self.rank == 0

    def share(self, *values: float) -> tuple[float, ...]:
        """What the first process says, in all."""
        if self.count == 1:
            return values
        told = torch.tensor(values, dtype=torch.float64, device=self.device)
        distributed.broadcast(told, src=0)
        return tuple(told.tolist())

    def wait(self) -> None:
        """Until all processes are here."""
        if self.count > 1:
            distributed.barrier()

    def leave(self) -> None:
        """The last call."""
        if self.count > 1:
            distributed.destroy_process_group()


def join_processes(device: str) -> Processes:
    """``device`` is ``cpu`` or ``cuda``; FileError if there is no such device.

    Under torchrun, which says in the environment how many processes there are, gradients go over gloo on CPUs and over
    NCCL on GPUs, of which each process of a machine takes its own.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise FileError("PyTorch finds no GPU", "train with --device cpu")
    count = int(os.environ.get("WORLD_SIZE", "1"))
    rank, local = int(os.environ.get("RANK", "0")), int(os.environ.get("LOCAL_RANK", "0"))
    place = torch.device("cuda", local) if device == "cuda" else torch.device("cpu")
    if place.type == "cuda":
        torch.cuda.set_device(place)
    if count > 1:
        distributed.init_process_group("nccl" if place.type == "cuda" else "gloo")
    return Processes(rank, count, place)
