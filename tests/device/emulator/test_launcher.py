"""The virtual board as a process: it starts, serves one host after another, sleeps when idle, dies with its parent."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import serial

from device.emulator import VirtualBoard
from device.emulator.launcher import default_image
from device.errors import FileError, LinkError
from device.paths import ROOT
from tests.device.emulator.emulator_image import PATIENCE_S, build_image

POSIX = pytest.mark.skipif(os.name != "posix", reason="needs POSIX processes")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_image(tmp_path_factory.mktemp("image"))


@pytest.fixture
def board(image: Path) -> Iterator[VirtualBoard]:
    with VirtualBoard(image) as virtual:
        yield virtual


def connect(url: str) -> Any:
    return serial.serial_for_url(url, timeout=PATIENCE_S)


def echo(port: Any, word: int) -> int:
    port.write(b"e" + struct.pack("<I", word))
    return int(struct.unpack("<I", port.read(4))[0])


def wait_until(condition: Callable[[], bool]) -> bool:
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition() and time.monotonic() < deadline_s:
        time.sleep(0.01)
    return condition()


def is_alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return status != "Z"


def test_it_listens_on_this_machine_only_and_answers(board: VirtualBoard) -> None:
    assert board.url.startswith("socket://127.0.0.1:")
    with connect(board.url) as port:
        assert echo(port, 42) == 42


def test_stop_leaves_no_process_and_may_be_repeated(image: Path) -> None:
    board = VirtualBoard(image)
    board.start()
    pid = board.pid
    assert pid is not None
    assert board.running
    board.stop()
    board.stop()
    assert not board.running
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_it_can_be_started_again(image: Path) -> None:
    board = VirtualBoard(image)
    for word in (1, 2):
        with connect(board.start()) as port:
            assert echo(port, word) == word
        board.stop()


def test_hosts_come_and_go_and_find_nothing_stale(board: VirtualBoard) -> None:
    for word in range(1, 6):
        with connect(board.url) as port:
            assert echo(port, word) == word
            port.write(b"i")
        time.sleep(0.1)  # its answer goes to nobody


def test_a_second_host_replaces_the_first(board: VirtualBoard) -> None:
    with connect(board.url) as first, connect(board.url) as second:
        assert echo(second, 5) == 5
        with pytest.raises(serial.SerialException):
            first.read(1)


@POSIX
def test_a_pseudo_terminal_can_be_reopened(image: Path) -> None:
    with VirtualBoard(image, pty=True) as board:
        for word in range(1, 4):
            with connect(board.url) as port:
                assert echo(port, word) == word
                port.write(b"i")
            time.sleep(0.2)  # what is still said goes to nobody


def test_without_cycle_accounting(image: Path) -> None:
    with VirtualBoard(image, cycles=False) as board, connect(board.url) as port:
        assert echo(port, 9) == 9


@POSIX
def test_an_idle_board_uses_little_of_a_core(board: VirtualBoard) -> None:
    def cpu_s() -> float:
        fields = Path(f"/proc/{board.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    if not Path("/proc/self/stat").exists():
        pytest.skip("needs /proc")
    with connect(board.url) as port:
        echo(port, 1)
        before = cpu_s()
        time.sleep(1.0)
        assert cpu_s() - before < 0.25


@POSIX
@pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc")
def test_it_goes_when_its_parent_is_killed(image: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from device.emulator import VirtualBoard\n"
        f"board = VirtualBoard(Path({str(image)!r})); board.start(); print(board.pid, flush=True); time.sleep(600)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    assert wait_until(lambda: not is_alive(pid))


def test_it_goes_when_its_standard_input_ends_even_while_it_computes(image: Path) -> None:
    command = [sys.executable, "-m", "device.emulator", "--image", str(image)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        line = json.loads(process.stdout.readline())
        assert line["pid"] == process.pid
        with connect(line["url"]) as port:
            port.write(b"c" + struct.pack("<I", 2**32 - 1))
            assert port.read(1) == b"!"
        process.stdin.close()
        assert process.wait(PATIENCE_S) == 0


def test_a_bad_image_is_a_file_error(tmp_path: Path) -> None:
    path = tmp_path / "bad.bin"
    path.write_bytes(b"nonsense" * 100)
    with pytest.raises(FileError, match="vector table"):
        VirtualBoard(path).start()
    with pytest.raises(FileError, match="cannot read"):
        VirtualBoard(tmp_path / "missing.bin").start()


def test_an_image_that_touches_the_unknown_says_where(tmp_path: Path) -> None:
    path = tmp_path / "stray.bin"
    # Vector table; then: movw r0, #0; movt r0, #0x4001; ldr r1, [r0]; b . (TIM1 is not modelled)
    code = bytes.fromhex("40f20000c4f201000168fee7")
    path.write_bytes(struct.pack("<II", 0x2002_0000, 0x0800_0009) + code)
    with pytest.raises(LinkError, match=r"exit status 3.*0x40010000, PC 0x08000010"):
        VirtualBoard(path).start()


def test_an_image_without_a_fault_handler_ends_with_a_report(tmp_path: Path) -> None:
    path = tmp_path / "fault.bin"
    # Vector table without handlers; then: mov.w r0, #0x60000000; ldr r1, [r0]; b .
    code = bytes.fromhex("4ff0c0400168fee7")
    path.write_bytes(struct.pack("<II", 0x2002_0000, 0x0800_0041) + bytes(0x38) + code)
    with pytest.raises(LinkError, match="exit status 3"):
        VirtualBoard(path).start()


def test_an_image_that_never_listens_is_said_to(tmp_path: Path) -> None:
    path = tmp_path / "loop.bin"
    path.write_bytes(struct.pack("<II", 0x2002_0000, 0x0800_0009) + bytes.fromhex("fee7"))  # b .
    code = (
        f"import device.emulator.__main__ as board; board.READY_TIMEOUT_S = 0.2; board.main(['--image', {str(path)!r}])"
    )
    words = [sys.executable, "-c", code]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.wait(PATIENCE_S) == 4
        assert process.stderr is not None
        assert f"{path} does not listen" in process.stderr.read()


def test_without_the_engine_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "unicorn.py").write_text("raise ImportError('No module named unicorn')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(LinkError, match="No module named unicorn") as raised:
        VirtualBoard(default_image()).start()
    assert "pip install unicorn" in raised.value.hint


def test_a_port_that_cannot_be_had_is_wrong_use() -> None:
    words = [sys.executable, "-m", "device.emulator", "--image", str(default_image()), "--tcp", "99999"]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.wait(PATIENCE_S) == 2
        assert process.stderr is not None
        assert "virtual board: " in process.stderr.read()
