"""Gradients that another process lends are those of the published weights, and it ends when told to."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (extra 'train')")

from device.model.train.gradient_workers import Lender  # noqa: E402


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


SCRIPT = """
import os, signal, sys
import torch
from device.model.train.gradient_workers import Lender
from tests.model.train.test_gradient_workers import make
if __name__ == "__main__":
    lender = Lender(torch.nn.Linear(3, 2, bias=False), make, (1.0,))
    print(lender.process_id, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for the process in /proc")
def test_the_lender_ends_with_a_borrower_that_was_killed(tmp_path: Path, root: Path) -> None:
    script = tmp_path / "borrow.py"
    script.write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, env=environment, check=False)
    process_id = int(done.stdout)
    end = time.monotonic() + 60
    while Path(f"/proc/{process_id}").exists() and "Z" not in Path(f"/proc/{process_id}/stat").read_text().split()[2]:
        assert time.monotonic() < end, "it runs on"
        time.sleep(0.05)
