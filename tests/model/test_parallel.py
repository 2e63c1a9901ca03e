"""Gradients that another process lends are those of the published weights, and it ends when told to."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (extra 'train')")

from device.model.parallel import Lender  # noqa: E402


def make(factor: float) -> tuple[torch.nn.Module, Callable[[], None]]:
    """Runs in the other process: the gradient of factor/2 * |w|^2 is factor * w."""
    module = torch.nn.Linear(3, 2, bias=False)

    def gradient() -> None:
        (factor / 2 * module.weight.square().sum()).backward()

    return module, gradient


def wait_for(lender: Lender) -> None:
    end = time.monotonic() + 60
    while not lender.take():
        assert time.monotonic() < end, "no gradient came"
        time.sleep(0.01)


def test_a_gradient_is_added_and_follows_the_weights() -> None:
    student = torch.nn.Linear(3, 2, bias=False)
    lender = Lender(student, make, (4.0,))
    try:
        student.weight.grad = torch.ones_like(student.weight)
        first = student.weight.detach().clone()
        wait_for(lender)
        torch.testing.assert_close(student.weight.grad, 1 + 4 * first)
        with torch.no_grad():
            student.weight.fill_(2.0)
        lender.publish()
        for _ in range(3):  # the next one or two may still be of the older weights
            student.weight.grad = torch.zeros_like(student.weight)
            wait_for(lender)
        torch.testing.assert_close(student.weight.grad, torch.full_like(first, 8.0))
    finally:
        lender.close()
    assert not lender.running
