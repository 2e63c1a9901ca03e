"""The command line: what it prints, for people and as JSON, and its exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from device.cli import main
from device.diagnostics.bench import LEAD_FRAMES
from device.errors import FileError
from device.link import ports
from device.link.protocol import QEMU_UNIQUE_ID, VIRTUAL_UNIQUE_ID, Capability
from tests.support.fake_board import HELLO, Peer, PeerBoard

BENCH_KEYS = {
    "where", "board", "firmware", "network", "n", "passes", "link_ms", "receive_ms", "network_ms", "total_ms",
    "network_cycles", "network_instructions", "arena_bytes", "stack_bytes", "flash_bytes", "layers",
}  # fmt: skip


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer(PeerBoard()) as one:
        yield one


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main.main(arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    status, out, _ = run(capsys, *arguments, "--json")
    return status, json.loads(out)


def test_ports(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        ports.Port("/dev/ttyACM0", "ST-Link", "0483:374b", "123", "Nucleo"),
        ports.Port("/dev/x", "?", None, None, None),
    ]
    monkeypatch.setattr(ports, "all_ports", lambda: found)
    status, report = run_json(capsys, "ports")
    assert status == 0
    assert [port["device"] for port in report["ports"]] == ["/dev/ttyACM0", "/dev/x"]
    assert report["chosen"] == "/dev/ttyACM0"
    _, out, _ = run(capsys, "ports")
    assert "not a known board" in out
    assert "would open: /dev/ttyACM0" in out
    monkeypatch.setattr(ports, "all_ports", list)
    assert "the virtual board" in run(capsys, "ports")[1]


def test_info(capsys: pytest.CaptureFixture[str], peer: Peer) -> None:
    status, report = run_json(capsys, "info", "--board", peer.url)
    assert status == 0
    assert report["board"] == "peer"
    assert report["input_shape"] == [128, 128, 3]
    assert report["capabilities"] == ["infer", "profile", "door", "baud", "overlap"]
    assert report["stats"]["stack_bytes"] == 700
    assert report["network"] == HELLO.network_hash.hex()


def test_info_as_text(capsys: pytest.CaptureFixture[str], peer: Peer) -> None:
    status, out, _ = run(capsys, "info", "--board", peer.url)
    assert status == 0
    assert "128x128x3 RGB" in out
    assert "this computer's timing" in out


def test_bench_json(capsys: pytest.CaptureFixture[str], peer: Peer) -> None:
    status, report = run_json(capsys, "bench", "-n", "5", "--board", peer.url)
    assert status == 0
    assert set(report) == BENCH_KEYS | {"frames_per_second", "path", "kinds", "baseline", "crop_bytes", "crop_share"}
    assert (report["crop_bytes"], report["crop_share"]) == (49_152, 1.0)  # this board takes no coded crops
    assert (report["where"], report["n"], report["board"]) == ("host", 5, "peer")
    for name in ("link_ms", "receive_ms", "network_ms", "total_ms"):
        assert list(report[name]) == ["min", "median", "p95"]
    assert report["network_ms"]["median"] == 2.0
    assert (report["network_cycles"], report["network_instructions"]) == (2000, None)
    assert (report["arena_bytes"], report["stack_bytes"], report["flash_bytes"]) == (1000, 700, 2000)
    assert report["layers"][0] == {"name": "stem", "kind": "conv", "macs": 10, "cycles": 1500, "instructions": None}
    assert report["frames_per_second"] > 0
    assert report["baseline"] is None
    assert peer.board.infers == 1 + 5 + LEAD_FRAMES + LEAD_FRAMES + 5


def test_bench_with_flip_averaging(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    board = PeerBoard(replace(HELLO, capabilities=HELLO.capabilities | Capability.FLIP))
    with Peer(board) as peer:
        status, report = run_json(capsys, "bench", "-n", "2", "--flip", "--board", peer.url)
        assert (status, report["passes"], report["baseline"]) == (0, 2, None)
        assert "flip averaging" in run(capsys, "bench", "-n", "1", "--flip", "--board", peer.url)[1]
    path = tmp_path / "bench.csv"
    status, _, err = run(capsys, "bench", "--flip", "--record", str(path), "--board", "socket://nowhere")
    assert (status, "times of one pass" in err, path.exists()) == (2, True, False)


def test_bench_as_text(capsys: pytest.CaptureFixture[str], peer: Peer) -> None:
    _, out, _ = run(capsys, "bench", "-n", "1", "--board", peer.url, "--layers")
    assert "median" in out
    assert "stem" in out
    with Peer(PeerBoard(replace(HELLO, unique_id=VIRTUAL_UNIQUE_ID))) as virtual:
        _, out, _ = run(capsys, "bench", "-n", "1", "--board", virtual.url)
    assert "emulated timing" in out
    assert "stem" not in out


def test_bench_appends_to_a_results_file(capsys: pytest.CaptureFixture[str], peer: Peer, tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    for _ in range(2):
        assert run(capsys, "bench", "-n", "1", "--board", peer.url, "--record", str(path))[0] == 0
    heading, *rows = path.read_text().splitlines()
    assert len(rows) == 2
    row = dict(zip(heading.split(","), rows[0].split(","), strict=True))
    assert (row["measured"], row["cycles"], row["conv_cycles"]) == ("host program: nanoseconds", "2000", "1500")
    assert (row["image_sha256"], row["network"]) == ("", HELLO.network_hash.hex())
    path.write_text("a,b\n")
    status, _, err = run(capsys, "bench", "-n", "1", "--board", peer.url, "--record", str(path))
    assert status == 2
    assert "other columns" in err
    assert path.read_text() == "a,b\n"


def test_untimed_boards_give_null(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    board = PeerBoard(replace(HELLO, unique_id=QEMU_UNIQUE_ID))
    answer = board._run

    def without_cycles(frame: Any) -> tuple[int, bytes]:
        status, payload = answer(frame)
        return status, bytes(16) + payload[16:] if frame.type == 2 else payload

    monkeypatch.setattr(board, "_run", without_cycles)
    with Peer(board) as peer:
        _, report = run_json(capsys, "bench", "-n", "2", "--board", peer.url)
        _, out, _ = run(capsys, "bench", "-n", "2", "--board", peer.url)
    assert report["where"] == "qemu"
    assert report["network_ms"] == {"min": None, "median": None, "p95": None}
    assert report["network_cycles"] is None
    assert report["link_ms"]["median"] > 0
    assert "QEMU" in out


def test_selftest(capsys: pytest.CaptureFixture[str], peer: Peer) -> None:
    status, report = run_json(capsys, "selftest", "--board", peer.url)
    assert (status, report["passed"], report["mismatches"], report["where"]) == (0, True, 0, "host")
    peer.board.selftest_mismatches = 3


def test_failed_selftest(capsys: pytest.CaptureFixture[str]) -> None:
    with Peer(PeerBoard(selftest_mismatches=3)) as peer:
        status, out, _ = run(capsys, "selftest", "--board", peer.url)
    assert status == 1
    assert "3 of 1280 numbers differ" in out


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A picture without a face."""
    import cv2

    path = tmp_path / "grau ä.png"
    cv2.imencode(".png", np.full((120, 160, 3), 90, np.uint8))[1].tofile(path)
    return path


def test_infer_without_a_face(capsys: pytest.CaptureFixture[str], peer: Peer, photo: Path) -> None:
    status, report = run_json(capsys, "infer", str(photo), "--board", peer.url)
    assert status == 0
    (image,) = report["images"]
    assert (image["path"], image["faces"], image["fingerprint"]) == (str(photo), 0, None)
    assert report["cosine"] == []


def test_infer_with_faces(
    capsys: pytest.CaptureFixture[str], peer: Peer, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from device.vision.crop import template
    from device.vision.detector import Detector, Face

    face = Face((10.0, 10.0, 80.0, 80.0), np.asarray(template(), np.float32), 0.9)
    monkeypatch.setattr(Detector, "detect", lambda self, rgb: [face])
    status, report = run_json(capsys, "infer", str(photo), str(photo), "--board", peer.url)
    assert status == 0
    assert [image["faces"] for image in report["images"]] == [1, 1]
    assert len(report["images"][0]["fingerprint"]) == 1280
    assert set(report["images"][0]["timings"]) == {
        "detect_ms", "align_ms", "link_ms", "receive_ms", "network_ms", "total_ms",
    }  # fmt: skip
    assert np.asarray(report["cosine"]) == pytest.approx(np.ones((2, 2)))
    _, out, err = run(capsys, "infer", str(photo), str(photo), "--board", peer.url)
    assert "1.000" in out
    assert "no projection for network 00010203" in err


def test_infer_with_flip_averaging(
    capsys: pytest.CaptureFixture[str], photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from device.vision.crop import template
    from device.vision.detector import Detector, Face

    face = Face((10.0, 10.0, 80.0, 80.0), np.asarray(template(), np.float32), 0.9)
    monkeypatch.setattr(Detector, "detect", lambda self, rgb: [face])
    board = PeerBoard(replace(HELLO, capabilities=HELLO.capabilities | Capability.FLIP))
    with Peer(board) as peer:
        _, report = run_json(capsys, "infer", str(photo), "--flip", "--board", peer.url)
        _, out, _ = run(capsys, "infer", str(photo), "--flip", "--board", peer.url)
    (image,) = report["images"]
    assert np.shape(image["fingerprint"]) == (2, 1280)
    assert " ".join(map(str, image["fingerprint"][0][:6])) in out


def test_wrong_use_is_status_2(capsys: pytest.CaptureFixture[str], photo: Path) -> None:
    text = photo.with_name("text.jpg")
    text.write_text("no picture")
    for arguments in (
        [],
        ["dance"],
        ["bench", "-n", "0"],
        ["infer"],
        ["infer", "/nowhere.jpg"],
        ["infer", str(text)],
        ["virtual", "--board", "/dev/ttyACM0"],
        ["flash", "--board", "/dev/ttyACM0"],
        ["flash", "--image", "/nowhere.bin"],
        ["flash", "--image", str(text)],
        ["virtual", "--image", "/nowhere.bin"],
        ["virtual", "--image", str(text)],
        ["bench", "-n", "many"],
        ["bench", "--record", "/nowhere/results.csv"],
        ["bench", "--image", "/nowhere.bin"],
        ["bench", "--image", str(text), "--board", "/dev/ttyACM0"],
        ["info", "--board", ""],
        ["flash", "--board-type", "uno"],
    ):
        status, out, err = run(capsys, *arguments)
        assert status == 2, arguments
        assert err
        assert out == ""
        status, report = run_json(capsys, *arguments)
        assert (status, set(report)) == (2, {"error", "hint"}), arguments


def test_wrong_use_keeps_its_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_json(capsys, "infer", "/nowhere.jpg")[1] == {
        "error": "/nowhere.jpg: No such file or directory",
        "hint": "give the path of a photo",
    }
    assert "'many' is no number" in run(capsys, "bench", "-n", "many")[2]


def test_a_file_that_is_no_port(capsys: pytest.CaptureFixture[str]) -> None:
    for path in ("/dev/null", "/tmp"):
        status, _, err = run(capsys, "info", "--board", path)
        assert status == 1
        assert f"{path} is no serial port" in err


def test_the_zero_point_has_one_sign(capsys: pytest.CaptureFixture[str]) -> None:
    with Peer(PeerBoard(replace(HELLO, zero_point=-128))) as peer:
        assert "(q +128)" in run(capsys, "info", "--board", peer.url)[1]


def test_a_board_that_fails_is_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("info", "bench", "selftest"):
        status, out, err = run(capsys, command, "--board", "/dev/tty-missing")
        assert (status, out) == (1, "")
        assert err.startswith("error: there is no port /dev/tty-missing\ntry: ")
    status, report = run_json(capsys, "info", "--board", "/dev/tty-missing")
    assert status == 1
    assert set(report) == {"error", "hint"}


def test_a_board_without_a_network(capsys: pytest.CaptureFixture[str], photo: Path) -> None:
    hello = replace(HELLO, scale=0.0, capabilities=Capability.DOOR, input_height=0, input_width=0, input_channels=0)
    with Peer(PeerBoard(hello)) as peer:
        for command in (("bench",), ("infer", str(photo))):
            status, _, err = run(capsys, *command, "--board", peer.url)
            assert status == 1
            assert "no usable network" in err


def test_flash_without_anything_to_flash_with(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.device.flash.test_images import image, tiny_network
    from tests.device.flash.test_programmer import VECTORS

    path = tmp_path / "image.bin"
    path.write_bytes(image(tiny_network(), VECTORS))
    monkeypatch.setattr("device.flash.programmer.mounted_disks", list)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(
        "device.flash.programmer.find_methods.__kwdefaults__", {**_method_defaults(), "which": lambda tool: None}
    )
    status, _, err = run(capsys, "flash", "--image", str(path))
    assert status == 1
    assert "no programmer is installed" in err


def _method_defaults() -> dict[str, Any]:
    from device.flash.programmer import find_methods

    return dict(find_methods.__kwdefaults__)


def test_the_virtual_board_end_to_end(capsys: pytest.CaptureFixture[str]) -> None:
    """What a person gets with nothing attached: another process, the real firmware, the real network."""
    from device.emulator.launcher import default_image

    try:
        default_image()
    except FileError as error:
        pytest.skip(str(error))
    status, report = run_json(capsys, "selftest", "--board", "virtual")
    assert (status, report["where"], report["board"], report["mismatches"]) == (0, "virtual", "nucleo_f767zi", 0)
    status, report = run_json(capsys, "bench", "-n", "1", "--board", "virtual")
    assert status == 0
    assert report["network_instructions"] > 0
    assert report["network_cycles"] == pytest.approx(sum(layer["cycles"] for layer in report["layers"]), rel=0.02)


def test_virtual_ends_when_its_board_does(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from device.emulator import VirtualBoard
    from device.emulator.launcher import default_image

    try:
        default_image()
    except FileError as error:
        pytest.skip(str(error))
    real = VirtualBoard.start

    def start(self: VirtualBoard) -> str:
        url = real(self)
        assert self.pid is not None
        os.kill(self.pid, signal.SIGTERM)
        return url

    monkeypatch.setattr(VirtualBoard, "start", start)
    status, _, err = run(capsys, "virtual")
    assert status == 1
    assert "the virtual board's process ended" in err
    status, _, err = run(capsys, "info", "--board", "virtual")
    assert status == 1
    assert "the virtual board's process ended" in err


def test_ctrl_c_ends_quietly(root: Path) -> None:
    """A real process, so that the signal takes its real way."""
    with Peer(PeerBoard(mute=True)) as peer:
        command = [sys.executable, "-X", "faulthandler", "-m", "device", "info", "--board", peer.url]
        # A shell's background job, and what it starts, ignores SIGINT unless told otherwise.
        with subprocess.Popen(
            command,
            cwd=root,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        ) as process:
            while not peer.board.frames and process.poll() is None:
                time.sleep(0.002)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, "", "stopped\n")
