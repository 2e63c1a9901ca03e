"""``python -m device.emulator.compare_llvm_mca``: where the network's cycles go, and what LLVM's model says of them.

The virtual board computes its golden vector while every block is counted; the blocks that take most of the cycles are
disassembled and given to llvm-mca (Debian: ``apt-get install llvm``), which knows the Cortex-M7 as LLVM's
ARMScheduleM7.td describes it. Two figures come back for each: cycles a round when the block follows itself for ever,
and the bound that its units alone set. Both models then stand side by side, added up over the executions. Neither is
silicon, and llvm-mca takes no block with an IT instruction. ``CYCLES.md`` keeps a result.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device.emulator.cost.cycle_model import block_cost, steady_cycles
from device.emulator.launcher import default_image
from device.errors import DeviceError, LinkError
from device.link.framing import Decoder, encode
from device.link.protocol import Status, Type
from device.text_table import table

TARGET = ("-mcpu=cortex-m7", "thumbv7em-none-eabihf")
VERSIONS = range(30, 12, -1)  # LLVM 13 is the first whose llvm-mca knows in-order cores
ROUNDS = 200
PATIENCE_S = 60.0
COVERED = 0.9  # of the cycles, by the blocks that are shown


class ToolError(DeviceError):
    """llvm-mca is missing, or does not take what it is given."""


@dataclass(frozen=True)
class HotBlock:
    """A block of the image with its executions in one network, its cost here, and llvm-mca's two figures."""

    address: int
    code: bytes
    executions: int
    cycles: int  # as the virtual board counts it
    steady: float  # when it follows itself, as llvm-mca takes it
    mca: float | None = None
    mca_bound: float | None = None

    @property
    def total(self) -> int:
        """Cycles of all executions."""
        return self.executions * self.cycles


def find_tool(name: str) -> str:
    """The path of an LLVM tool, whatever version is installed; raises ToolError where there is none."""
    for candidate in (name, *(f"{name}-{version}" for version in VERSIONS)):
        if path := shutil.which(candidate):
            return path
    raise ToolError(f"{name} is not installed", "on Debian: apt-get install llvm")


def count_blocks(image: bytes) -> Counter[tuple[int, bytes]]:
    """How often each (address, code) is executed while the board computes its golden vector."""
    from unicorn.unicorn_const import UC_HOOK_BLOCK

    from device.emulator.machine import Machine

    counts: Counter[tuple[int, int]] = Counter()
    listening, answered = threading.Event(), threading.Event()
    decoder, statuses = Decoder(), []

    def take(data: bytes) -> None:
        for frame in decoder.feed(data):
            statuses.append(frame.status)
            answered.set()

    def count(_engine: Any, address: int, size: int, _user: Any) -> None:
        counts[address, size] += 1

    machine = Machine(image, take, on_listening=listening.set)
    machine.engine.hook_add(UC_HOOK_BLOCK, count)
    board = threading.Thread(target=machine.run, name="board", daemon=True)
    board.start()
    try:
        if not listening.wait(PATIENCE_S):
            raise LinkError("the image does not listen", "is it an image for nucleo_f767zi?")
        before = counts.copy()
        machine.wire.feed(encode(Type.SELFTEST, 1))
        if not answered.wait(PATIENCE_S) or statuses != [Status.OK]:
            raise LinkError(f"the image does not compute its golden vector ({statuses})", "build it with make firmware")
    finally:
        machine.stop()
        board.join(PATIENCE_S)
    executed = Counter({place: times - before[place] for place, times in counts.items()})
    return Counter({(a, bytes(machine.engine.mem_read(a, size))): times for (a, size), times in executed.items()})


def disassemble(code: bytes) -> str:
    """Assembly that llvm-mca takes."""
    words = " ".join(f"0x{byte:02x}" for byte in code)
    return _run(find_tool("llvm-mc"), "--disassemble", TARGET[0], f"-triple={TARGET[1]}", text=words)


def mca(assembly: str) -> tuple[float | None, float | None]:
    """llvm-mca's cycles a round in the long run, and its bound by the units; None, None for what it does not know."""
    totals, bound = [], 0.0
    for rounds in (ROUNDS, 2 * ROUNDS):
        options = (f"-mtriple={TARGET[1]}", TARGET[0], f"-iterations={rounds}", "-instruction-info=0")
        try:
            said = _run(find_tool("llvm-mca"), *options, "-resource-pressure=0", text=assembly)
        except ToolError as error:
            if "unsupported instruction" in error.message:
                return None, None
            raise
        numbers = {name: float(value) for name, value in re.findall(r"^([A-Z][\w ]+):\s+([\d.]+)$", said, re.M)}
        totals.append(numbers["Total Cycles"])
        bound = numbers["Block RThroughput"]
    return (totals[1] - totals[0]) / ROUNDS, bound


def _run(program: str, *options: str, text: str) -> str:
    done = subprocess.run([program, *options], input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ToolError(f"{Path(program).name} failed: {done.stderr.strip()}", "install a newer LLVM")
    return done.stdout


def hot_blocks(image: bytes, covered: float = COVERED) -> tuple[list[HotBlock], int]:
    """The blocks that take ``covered`` of the cycles, most first, with llvm-mca's figures; and the cycles of all."""
    blocks = [
        HotBlock(address, code, executions, block_cost(code)[0], steady_cycles(code))
        for (address, code), executions in count_blocks(image).items()
    ]
    blocks.sort(key=lambda block: block.total, reverse=True)
    everything = sum(block.total for block in blocks)
    chosen: list[HotBlock] = []
    for block in blocks:
        if sum(one.total for one in chosen) >= covered * everything:
            break
        figures = mca(disassemble(block.code))
        chosen.append(HotBlock(block.address, block.code, block.executions, block.cycles, block.steady, *figures))
    return chosen, everything


def report(blocks: list[HotBlock], everything: int) -> str:
    """The comparison as a table, block by block, and added up over those that llvm-mca knows."""
    rows: list[list[object]] = [["address", "bytes", "executions", "cycles", "in a row", "llvm-mca", "units", "share"]]
    for block in blocks:
        share = f"{block.total / everything:.1%}"
        row: list[object] = [f"0x{block.address:08x}", len(block.code), block.executions, block.cycles]
        rows.append([*row, *map(_figure, (block.steady, block.mca, block.mca_bound)), share])
    known = [block for block in blocks if block.mca is not None]
    sums = [
        f"{sum(block.executions * getattr(block, name) for block in known) / 1e6:.2f} M"
        for name in ("cycles", "steady", "mca", "mca_bound")
    ]
    share = f"{sum(block.total for block in known) / everything:.1%}"
    rows.append(["all that llvm-mca knows", None, None, *sums, share])
    return table(rows, right=range(1, 8))


def _figure(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}"


def main(arguments: list[str] | None = None) -> int:
    """Print the comparison; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m device.emulator.compare_llvm_mca", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("--image", type=Path, help="by default the prebuilt nucleo_f767zi image")
    parser.add_argument("--covered", type=float, default=COVERED, metavar="SHARE", help="of the cycles, 0.9 by default")
    options = parser.parse_args(arguments)
    try:
        from device.emulator.machine import read_image

        image = read_image(options.image or default_image())
        version = _run(find_tool("llvm-mca"), "--version", text="")
        blocks, everything = hot_blocks(image, options.covered)
    except DeviceError as error:
        print(f"error: {error.message}" + (f"\ntry: {error.hint}" if error.hint else ""), file=sys.stderr)
        return 1
    found = re.search(r"LLVM version \S+", version)
    print(f"image {hashlib.sha256(image).hexdigest()[:12]}, {found.group() if found else 'LLVM'}, cycles are estimates")
    print(report(blocks, everything))
    return 0


if __name__ == "__main__":
    sys.exit(main())
