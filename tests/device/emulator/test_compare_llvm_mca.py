"""The comparison with llvm-mca: what is counted, how its words are read, and what is said where it is missing."""

from __future__ import annotations

import shutil

import pytest

from device.emulator import compare_llvm_mca
from device.emulator.compare_llvm_mca import (
    HotBlock,
    ToolError,
    count_blocks,
    disassemble,
    find_tool,
    main,
    mca,
    report,
)
from device.emulator.cost.cycle_model import block_cost
from device.emulator.launcher import default_image
from device.emulator.machine import read_image
from device.errors import DeviceError
from device.flash.images import split
from device.network.file import parse_network


def _has_llvm() -> bool:
    try:
        return bool(find_tool("llvm-mca") and find_tool("llvm-mc"))
    except DeviceError:
        return False


NEEDS_LLVM = pytest.mark.skipif(not _has_llvm(), reason="needs llvm-mca: apt-get install llvm")
MULTIPLY_LOOP = bytes.fromhex("21fb020023fb040025fb0600")  # three smlad into one accumulator


@NEEDS_LLVM
def test_both_models_agree_where_the_manual_leaves_no_choice() -> None:
    """One multiplier: three multiplications take three cycles, whoever counts."""
    assembly = disassemble(MULTIPLY_LOOP)
    assert assembly.count("smlad") == 3
    cycles, bound = mca(assembly)
    assert bound == 3.0
    assert cycles == pytest.approx(3.0, abs=0.1) or cycles == pytest.approx(
        6.0, abs=0.1
    )  # accumulators forwarded or not
    assert block_cost(MULTIPLY_LOOP) == (3, 3)


@NEEDS_LLVM
def test_a_block_that_llvm_does_not_take_is_left_open() -> None:
    assert mca(disassemble(bytes.fromhex("002808bf1146"))) == (None, None)  # cmp, it eq, moveq


@NEEDS_LLVM
def test_the_command_prints_both_models(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--covered", "0.3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "estimates" in lines[0]
    assert lines[1].split()[:2] == ["address", "bytes"]
    assert lines[-1].startswith("all that llvm-mca knows")
    own, steady, other = (float(figure) for figure in lines[-1].split()[6:12:2])
    assert 0.5 < other / own < 2
    assert own == pytest.approx(steady, rel=0.1)


def test_what_is_counted_is_what_the_board_counts() -> None:
    image = read_image(default_image())
    counted = count_blocks(image)
    _, network = split(image, "the image")
    instructions = sum(times * block_cost(code)[1] for (_, code), times in counted.items())
    macs = sum(layer.macs for layer in parse_network(network.data, "the network").layers)
    assert 1.0 < instructions / macs < 3.0


def test_without_llvm_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert main([]) == 1
    assert capsys.readouterr().err == "error: llvm-mca is not installed\ntry: on Debian: apt-get install llvm\n"


def test_a_versioned_tool_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}" if name == "llvm-mca-19" else None)
    assert find_tool("llvm-mca") == "/usr/bin/llvm-mca-19"


def test_another_failure_of_the_tool_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(program: str, *options: str, text: str) -> str:
        raise ToolError("llvm-mca failed: no such processor")

    monkeypatch.setattr(compare_llvm_mca, "find_tool", lambda name: name)
    monkeypatch.setattr(compare_llvm_mca, "_run", fail)
    with pytest.raises(ToolError, match="no such processor"):
        mca("nop")


def test_the_sums_are_over_what_both_know() -> None:
    blocks = [HotBlock(0x100, b"12", 1_000_000, 10, 9.5, 12.0, 8.0), HotBlock(0x200, b"1234", 500_000, 4, 4.0)]
    text = report(blocks, 20_000_000)
    assert text.splitlines()[-1].split()[4:] == [
        *("-", "-", "10.00", "M", "9.50", "M", "12.00", "M", "8.00", "M", "50.0%")
    ]
    assert text.splitlines()[2].split()[-3:] == ["-", "-", "10.0%"]
