"""What a Board makes of replies: records, refusals, mismatches, rates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from device.errors import BoardError, FrameError, LinkError, MismatchError
from device.link.board import Board
from device.link.crop_code import encode
from device.link.link import Link
from device.link.protocol import (
    FAST_BAUD,
    PROTOCOL_VERSION,
    QEMU_UNIQUE_ID,
    START_BAUD,
    VIRTUAL_UNIQUE_ID,
    Capability,
    Status,
    Type,
)
from device.link.replies import Door
from tests.support.crops import smooth
from tests.support.fake_board import HELLO, Peer, PeerBoard, fingerprint
from tests.support.simulated_line import SimulatedLine

Open = Callable[..., tuple[Board, SimulatedLine]]


FLIPS = replace(HELLO, capabilities=HELLO.capabilities | Capability.FLIP)


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Open:
    """Board.connect to a simulated line; its time also passes in ``time.sleep``."""

    def opened(board: PeerBoard | None = None, *, busy_s: float = 0.0, rate: bool = False, **options: object) -> tuple:
        line = rate_line(board or PeerBoard()) if rate else SimulatedLine(board or PeerBoard(), busy_s=busy_s)

        def sleep(seconds: float) -> None:
            line.now_ns += round(seconds * 1e9)

        monkeypatch.setattr("device.link.board.Link", lambda url: Link(url, transport=line, clock_ns=line.clock_ns))
        monkeypatch.setattr("device.link.board.time.sleep", sleep)
        monkeypatch.setattr("device.link.board.time.monotonic", lambda: line.now_ns / 1e9)
        return Board.connect("a simulated line", **options), line

    return opened


def rate_line(board: PeerBoard, *, limit: int = FAST_BAUD) -> SimulatedLine:
    """A UART on which rates above ``limit`` do not get through, and a board that follows BAUD and falls back."""
    line = SimulatedLine(board, rate=True)
    feed, wait = board.feed, line.wait
    confirm_until_ns = [0]

    def follow(data: bytes, now_s: float) -> bytes:
        before = len(board.bauds)
        reply = feed(data, now_s)
        if len(board.bauds) > before and 0 < board.bauds[-1] <= FAST_BAUD:
            line.board_baud = board.bauds[-1] if board.bauds[-1] <= limit else -1
            confirm_until_ns[0] = line.now_ns + 1_000_000_000
        elif reply:
            confirm_until_ns[0] = 0
        return reply

    def wait_and_fall_back(writing: bool, seconds: float) -> None:
        wait(writing, seconds)
        if 0 < confirm_until_ns[0] <= line.now_ns:
            line.board_baud, confirm_until_ns[0] = START_BAUD, 0

    board.feed, line.wait = follow, wait_and_fall_back  # type: ignore[method-assign]
    return line


def crop(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (128, 128, 3), dtype=np.uint8)


def test_hello_is_decoded(connect: Open) -> None:
    board, _ = connect(fast=False)
    hello = board.hello
    assert (hello.board, hello.firmware, hello.where, hello.input_shape) == ("peer", "0.1", "host", (128, 128, 3))
    assert (hello.scale, hello.zero_point, hello.fingerprint_length) == (0.125, -3, 1280)
    assert hello.network == "000102030405060708090a0b0c0d0e0f"
    assert Capability.OVERLAP in hello.capabilities


@pytest.mark.parametrize(
    ("unique_id", "where"),
    [(VIRTUAL_UNIQUE_ID, "virtual"), (QEMU_UNIQUE_ID, "qemu"), (bytes(range(12)), "board"), (bytes(12), "board")],
)
def test_where_it_runs(connect: Open, unique_id: bytes, where: str) -> None:
    board, _ = connect(PeerBoard(replace(HELLO, unique_id=unique_id)))
    assert board.where == where
    assert board.infer(crop()).where == where


def test_an_inference(connect: Open) -> None:
    board, _ = connect(busy_s=0.050)
    run = board.infer(crop(1))
    assert np.array_equal(run.fingerprint, fingerprint(crop(1).tobytes()))
    assert run.fingerprint.dtype == np.int8
    assert (run.receive_cycles, run.network_cycles, run.total_cycles) == (1000, 2000, 3000)
    assert (run.receive_ms, run.network_ms, run.total_ms) == (1.0, 2.0, 3.0)
    assert run.round_trip_ms == pytest.approx(50, abs=1)
    assert run.link_ms == pytest.approx(47, abs=1)
    assert run.network_instructions is None
    assert run.timed


def test_overlapped_crops(connect: Open) -> None:
    board, _ = connect()
    board.send_crop(crop(1))
    board.send_crop(crop(2))
    with pytest.raises(BoardError, match="under way"):
        board.send_crop(crop(3))
    assert board.waiting == board.in_flight == 2
    assert [bytes(board.receive().fingerprint) for _ in "ab"] == [bytes(fingerprint(crop(n).tobytes())) for n in (1, 2)]


def test_waiting_for_the_crop_before_is_no_link_time(connect: Open) -> None:
    board, _ = connect(busy_s=0.1)
    board.send_crop(crop(1))
    board.send_crop(crop(2))
    first, second = board.receive(), board.receive()
    assert second.round_trip_ms == pytest.approx(200, abs=2)
    assert first.link_ms == pytest.approx(97, abs=2)
    assert second.link_ms == pytest.approx(97, abs=2)


def test_a_board_that_cannot_overlap_takes_one_crop(connect: Open) -> None:
    board, _ = connect(PeerBoard(replace(HELLO, capabilities=HELLO.capabilities & ~Capability.OVERLAP)))
    board.send_crop(crop())
    with pytest.raises(BoardError, match="under way"):
        board.send_crop(crop())


@pytest.mark.parametrize("wrong", [np.zeros((96, 96, 3), np.uint8), np.zeros((128, 128, 3), np.float32)])
def test_wrong_crop_is_refused_before_it_is_sent(connect: Open, wrong: np.ndarray) -> None:
    board, line = connect()
    with pytest.raises(MismatchError, match=r"the board wants \(128, 128, 3\) uint8"):
        board.infer(wrong)
    assert line.board.infers == 0


def test_the_door(connect: Open) -> None:
    board, line = connect()
    assert board.door() == Door(False, 0)
    assert board.open_door(3000) == Door(True, 3000)
    line.now_ns += 1_000_000_000
    assert board.door().remaining_ms == pytest.approx(2000, abs=5)
    line.now_ns += 2_000_000_000
    assert board.door() == Door(False, 0)
    board.open_door(60_000)
    assert board.lock_door() == Door(False, 0)


@pytest.mark.parametrize("open_ms", [0, -1, 60_001])
def test_a_door_time_out_of_bounds(connect: Open, open_ms: int) -> None:
    board, _ = connect()
    with pytest.raises(BoardError, match=f"cannot open for {open_ms} ms") as caught:
        board.open_door(open_ms)
    assert caught.value.status == Status.BAD_VALUE


def test_profile_selftest_stats(connect: Open) -> None:
    board, line = connect()
    profile = board.profile()
    assert [(layer.name, layer.kind, layer.output_shape) for layer in profile.layers] == [
        ("stem", "conv", (64, 64, 16)),
        ("pool", "mean", (1, 1, 1280)),
    ]
    assert board.selftest().passed
    assert board.stats().stack_bytes == 700
    line.board.selftest_mismatches = 12
    result = board.selftest()
    assert (result.passed, result.mismatches) == (False, 12)


@pytest.mark.parametrize("status", [s for s in Status if s not in (Status.OK, Status.BAD_CRC, Status.BAD_VERSION)])
def test_every_refusal_has_words_and_a_hint(connect: Open, monkeypatch: pytest.MonkeyPatch, status: Status) -> None:
    board, line = connect()
    monkeypatch.setattr(line.board, "_run", lambda frame: (status, b""))
    with pytest.raises(BoardError, match="STATS: the board") as caught:
        board.stats()
    assert caught.value.status == status
    assert caught.value.hint


def test_a_short_reply_is_a_frame_error(connect: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    board, line = connect()
    monkeypatch.setattr(line.board, "_run", lambda frame: (Status.OK, b"123"))
    for call in (board.stats, board.door, board.selftest, board.profile, lambda: board.infer(crop()), board.refresh):
        with pytest.raises(FrameError):
            call()


def test_another_fingerprint_length_than_hello_said(connect: Open) -> None:
    board, _ = connect(PeerBoard(replace(HELLO, fingerprint_length=640)))
    with pytest.raises(FrameError, match="1280 numbers came, HELLO said 640"):
        board.infer(crop())


def test_another_protocol_version(connect: Open) -> None:
    with pytest.raises(
        MismatchError, match=f"version {PROTOCOL_VERSION + 1}, this program {PROTOCOL_VERSION}"
    ) as caught:
        connect(PeerBoard(version=PROTOCOL_VERSION + 1))
    assert "flash" in caught.value.hint


def test_another_network(connect: Open) -> None:
    connect(network_hash=bytes(range(16)))
    with pytest.raises(MismatchError, match="runs network 000102030405"):
        connect(network_hash=bytes(16))


def test_a_network_changed_behind_our_back(connect: Open) -> None:
    board, line = connect()
    line.board.hello = replace(HELLO, network_hash=b"another network!")
    with pytest.raises(MismatchError):
        board.refresh()


def test_a_failed_connection_closes_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    line = SimulatedLine(PeerBoard(mute=True))
    monkeypatch.setattr("device.link.board.Link", lambda url: Link(url, transport=line, clock_ns=line.clock_ns))
    with pytest.raises(LinkError, match="HELLO"):
        Board.connect("a simulated line")
    assert line.closed


def test_goes_to_the_fast_rate(connect: Open) -> None:
    board, line = connect(rate=True)
    assert board.baud == line.baud == line.board_baud == FAST_BAUD
    assert board.infer(crop()).tries == 1


def test_stays_at_the_first_rate_where_asked(connect: Open) -> None:
    board, line = connect(rate=True, fast=False)
    assert board.baud == line.baud == START_BAUD
    assert line.board.bauds == []


def test_a_board_without_rates_is_not_asked(connect: Open) -> None:
    _, line = connect(PeerBoard(replace(HELLO, capabilities=Capability.INFER)), rate=True)
    assert line.board.bauds == []


@pytest.mark.parametrize(("limit", "reached"), [(1_000_000, 921_600), (500_000, START_BAUD)])
def test_falls_back_where_a_rate_does_not_get_through(
    connect: Open, monkeypatch: pytest.MonkeyPatch, limit: int, reached: int
) -> None:
    slow = rate_line
    monkeypatch.setitem(globals(), "rate_line", lambda board: slow(board, limit=limit))
    board, line = connect(rate=True)
    assert board.baud == line.baud == line.board_baud == reached
    assert board.infer(crop()).tries == 1


def test_finds_a_board_that_was_left_at_a_fast_rate(connect: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = rate_line

    def left_fast(board: PeerBoard) -> SimulatedLine:
        line = slow(board)
        line.board_baud = FAST_BAUD
        return line

    monkeypatch.setitem(globals(), "rate_line", left_fast)
    board, line = connect(rate=True)
    assert board.baud == line.baud == FAST_BAUD


def test_closing_leaves_the_board_at_the_first_rate(connect: Open) -> None:
    board, line = connect(rate=True)
    board.close()
    assert line.board_baud == START_BAUD
    assert line.closed


def test_reset(connect: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    board, line = connect(rate=True)
    run = line.board._run

    def reset(frame: object) -> tuple[int, bytes]:
        if frame.type == Type.RESET:  # type: ignore[attr-defined]
            line.board_baud = START_BAUD
        return run(frame)  # type: ignore[arg-type]

    monkeypatch.setattr(line.board, "_run", reset)
    board.open_door(5000)
    board.reset()
    assert line.board_baud == board.baud == FAST_BAUD  # restarted at START_BAUD, and sped up again
    assert not board.door().is_open


def test_connect_over_a_pty_and_tcp() -> None:
    for tcp in (False, True):
        with Peer(PeerBoard(), tcp=tcp) as peer, Board.connect(peer.url) as board:
            assert np.array_equal(board.infer(crop(5)).fingerprint, fingerprint(crop(5).tobytes()))


def test_flip_averaging_of_a_crop(connect: Open) -> None:
    board, _ = connect(PeerBoard(FLIPS))
    crop = np.random.default_rng(3).integers(0, 256, board.hello.input_shape, dtype=np.uint8)
    assert board.can_flip
    once, both = board.infer(crop), board.infer(crop, flip=True)
    assert (once.passes, both.passes, both.fingerprint.shape) == (1, 2, (2, 1280))
    np.testing.assert_array_equal(both.fingerprint[0], fingerprint(crop.tobytes()))
    np.testing.assert_array_equal(both.fingerprint[1], fingerprint(crop[:, ::-1].tobytes()))
    board.send_crop(crop, flip=True)
    board.send_crop(crop)
    assert [board.receive().passes for _ in range(2)] == [2, 1]


def test_a_board_that_cannot_flip_is_not_asked(connect: Open) -> None:
    peer = PeerBoard()
    board, _ = connect(peer)
    crop = np.zeros(board.hello.input_shape, np.uint8)
    assert not board.can_flip
    for ask in (board.infer, board.send_crop):
        with pytest.raises(BoardError, match="INFER_FLIP") as caught:
            ask(crop, flip=True)
        assert "flash" in (caught.value.hint or "")
    assert peer.infers == 0


DECODES = replace(FLIPS, capabilities=FLIPS.capabilities | Capability.CODED)


def face(board: Board, noise: float = 1.0) -> np.ndarray:
    height, width, _ = board.hello.input_shape
    return smooth(np.random.default_rng(4), height, width, noise)


def test_a_crop_is_sent_coded_where_the_board_decodes(connect: Open) -> None:
    board, _ = connect(PeerBoard(DECODES))
    crop = face(board)
    assert board.decodes
    run = board.infer(crop)
    np.testing.assert_array_equal(run.fingerprint, fingerprint(crop.tobytes()))
    assert run.crop_bytes == len(encode(crop)) < 0.5 * crop.size
    both = board.infer(crop, flip=True)
    assert (both.passes, both.crop_bytes) == (2, run.crop_bytes)
    np.testing.assert_array_equal(both.fingerprint[1], fingerprint(crop[:, ::-1].tobytes()))
    board.send_crop(crop)
    board.send_crop(crop, flip=True)
    assert [board.receive().passes for _ in range(2)] == [1, 2]


def test_a_crop_that_would_grow_is_sent_as_it_is(connect: Open) -> None:
    board, _ = connect(PeerBoard(DECODES))
    noise = np.random.default_rng(5).integers(0, 256, board.hello.input_shape, dtype=np.uint8)
    run = board.infer(noise)
    assert run.crop_bytes == noise.size
    np.testing.assert_array_equal(run.fingerprint, fingerprint(noise.tobytes()))


def test_a_board_that_does_not_decode_gets_the_crop_as_it_is(connect: Open) -> None:
    board, _ = connect(PeerBoard(FLIPS))
    board.near = 2
    crop = face(board)
    assert not board.decodes
    assert board.decoded(crop) is crop
    assert [board.infer(crop, flip=flip).crop_bytes for flip in (False, True)] == [crop.size, crop.size]


@pytest.mark.parametrize("near", [1, 2])
def test_what_the_board_decodes_of_a_crop_within_a_bound(connect: Open, near: int) -> None:
    board, _ = connect(PeerBoard(DECODES))
    crop = face(board, 3.0)
    exact = board.infer(crop)
    assert board.decoded(crop) is crop
    board.near = near
    run = board.infer(crop)
    decoded = board.decoded(crop)
    assert 0 < np.abs(decoded.astype(int) - crop).max() <= near
    np.testing.assert_array_equal(run.fingerprint, fingerprint(decoded.tobytes()))
    assert run.crop_bytes < exact.crop_bytes
