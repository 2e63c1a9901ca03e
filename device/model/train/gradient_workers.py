"""A second process that lends its gradients to a training run.

A core that shares a machine with other work makes its partner wait at every operator when one network is split over
two threads. Two processes with a thread each meet once a step, and the step does not wait: a gradient that has come in
since the last one is used with the step's own; it is a step or two old, which small steps forgive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, multiprocessing, nn


def _flat(tensors: Iterable[Tensor]) -> Tensor:
    return torch.cat([tensor.detach().reshape(-1) for tensor in tensors])


def _spread(flat: Tensor, parameters: list[nn.Parameter], use: Callable[[nn.Parameter, Tensor], Any]) -> None:
    start = 0
    for parameter in parameters:
        use(parameter, flat[start : start + parameter.numel()].view_as(parameter))
        start += parameter.numel()


@dataclass(frozen=True)
class _Shared:
    weights: Tensor
    gradients: Tensor
    filled: Any  # set: ``gradients`` holds a sum that nobody has taken yet
    stop: Any


def _lend(shared: _Shared, make: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    torch.set_num_threads(1)
    student, gradient_of_next = make(*arguments)
    parameters = list(student.parameters())
    borrower = multiprocessing.parent_process()

    def wanted() -> bool:
        return not shared.stop.is_set() and borrower is not None and borrower.is_alive()  # it may have been killed

    while wanted():
        with torch.no_grad():
            _spread(shared.weights, parameters, lambda parameter, values: parameter.copy_(values))
        for parameter in parameters:
            parameter.grad = None
        gradient_of_next()
        while shared.filled.is_set() and wanted():
            shared.stop.wait(0.01)
        shared.gradients.copy_(_flat(parameter.grad for parameter in parameters))
        shared.filled.set()


class Lender:
    """Runs ``make(*arguments)`` in a process of its own: it gives a module of the same shape and a function that
    computes the gradient of the next batch into it. Both must be picklable."""

    def __init__(self, student: nn.Module, make: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        context = multiprocessing.get_context("spawn")
        self._parameters = list(student.parameters())
        weights, gradients = _flat(self._parameters), torch.zeros(sum(p.numel() for p in self._parameters))
        for tensor in (weights, gradients):
            tensor.share_memory_()  # type: ignore[no-untyped-call]
        self._shared = _Shared(weights, gradients, context.Event(), context.Event())
        self._process = context.Process(target=_lend, args=(self._shared, make, arguments), daemon=True)
        self._process.start()

    def publish(self) -> None:
        """Let the other process see the weights as they are now."""
        self._shared.weights.copy_(_flat(self._parameters))

    def take(self) -> bool:
        """Add a gradient that has come in to the student's own; False where none has."""
        if not self._shared.filled.is_set():
            return False

        def add(parameter: nn.Parameter, values: Tensor) -> None:
            assert parameter.grad is not None
            parameter.grad.add_(values)

        _spread(self._shared.gradients, self._parameters, add)
        self._shared.filled.clear()
        return True

    @property
    def process_id(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.is_alive()

    def close(self) -> None:
        """Stop the process and wait for it."""
        self._shared.stop.set()
        self._process.join(timeout=30)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
