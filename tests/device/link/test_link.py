"""The link over real ptys and TCP, and its rules about time on a simulated line."""

from __future__ import annotations

import fcntl
import os
import re
import select
import socket
import threading
import time
import tty
from pathlib import Path

import pytest

from device.errors import LinkError
from device.link.framing import Decoder, encode
from device.link.link import DEFAULT_TIMEOUT_S, MIN_TIMEOUT_S, TRIES, Link
from device.link.protocol import InferReply, Status, Type
from tests.support.fake_board import HELLO, Peer, PeerBoard, fingerprint
from tests.support.simulated_line import SimulatedLine

CROP = bytes(range(256)) * 192


def simulated(board: PeerBoard, **options: float) -> tuple[Link, SimulatedLine]:
    line = SimulatedLine(board, **options)
    return Link("a simulated line", transport=line, clock_ns=line.clock_ns), line


@pytest.fixture(params=["pty", "tcp"])
def tcp(request: pytest.FixtureRequest) -> bool:
    return str(request.param) == "tcp"


def test_request_and_reply(tcp: bool) -> None:
    with Peer(PeerBoard(), tcp=tcp) as peer, Link(peer.url) as link:
        reply = link.request(Type.HELLO)
        assert reply.frame.payload == HELLO.pack()
        assert reply.tries == 1
        assert reply.sent_ns <= reply.written_ns <= reply.received_ns
        assert not link.has_rate


def test_two_crops_under_way_come_back_in_order(tcp: bool) -> None:
    crops = [bytes([value]) * len(CROP) for value in range(6)]
    with Peer(PeerBoard(), tcp=tcp) as peer, Link(peer.url) as link:
        got = []
        for crop in crops:
            link.submit(Type.INFER, crop)
            if link.outstanding == 2:
                got.append(link.collect())
        got.append(link.collect())
        assert [r.frame.payload[InferReply.size() :] for r in got] == [fingerprint(c).tobytes() for c in crops]
        assert link.counters.retries == 0


def test_a_reply_knows_what_it_stood_behind() -> None:
    link, _ = simulated(PeerBoard(), busy_s=0.1)
    link.submit(Type.INFER, CROP)
    link.submit(Type.INFER, CROP[::-1])
    first, second = link.collect(), link.collect()
    assert first.behind_ns == 0
    assert second.behind_ns == first.received_ns > second.written_ns


def test_a_board_that_talks_while_a_crop_is_written_blocks_nobody() -> None:
    """Neither end of a pty holds 49 KB: a host that writes without reading would wait for ever here."""
    master, slave = os.openpty()
    tty.setraw(slave)
    done = threading.Event()

    def talk_first() -> None:
        decoder = Decoder()
        chatter = encode(0x99, 1, bytes(500)) * 120  # 62 KB of replies that nobody asked for
        while chatter:
            chatter = chatter[os.write(master, chatter[:2000]) :]
        while not done.is_set():
            if select.select([master], [], [], 0.01)[0]:
                for frame in decoder.feed(os.read(master, 65_536)):
                    os.write(master, encode(frame.type | 0x80, frame.sequence, b"done"))

    thread = threading.Thread(target=talk_first, daemon=True)
    thread.start()
    try:
        with Link(os.ttyname(slave)) as link:
            reply = link.request(Type.INFER, CROP, timeout_s=20)
            assert reply.frame.payload == b"done"
            assert link.counters.late > 60  # what came before the port was open is thrown away
    finally:
        done.set()
        thread.join(5.0)
        os.close(master)
        os.close(slave)


def test_a_board_that_goes_away_is_noticed(tcp: bool) -> None:
    with Peer(PeerBoard(), tcp=tcp) as peer, Link(peer.url) as link:
        link.request(Type.HELLO)
        peer.stop()
        begin = time.monotonic()
        with pytest.raises(LinkError, match=r"went away|no good answer") as caught:
            link.request(Type.HELLO)
        assert caught.value.hint
        assert time.monotonic() - begin < DEFAULT_TIMEOUT_S, "noticed by the port, not by waiting"
        assert not link.open


def test_a_board_that_goes_away_while_it_computes(tcp: bool) -> None:
    with Peer(PeerBoard(), tcp=tcp, busy_s=30.0) as peer, Link(peer.url) as link:
        link.submit(Type.INFER, CROP)
        peer.stop()
        with pytest.raises(LinkError, match="went away"):
            link.collect()


def test_a_closed_link_says_so() -> None:
    link, line = simulated(PeerBoard())
    link.close()
    link.close()
    assert line.closed
    with pytest.raises(LinkError, match="is closed"):
        link.request(Type.HELLO)


def test_missing_port_lists_those_that_exist() -> None:
    with pytest.raises(LinkError, match="there is no port /dev/tty-missing") as caught:
        Link("/dev/tty-missing")
    assert re.search(r"ports here: |no serial port is there", caught.value.hint)


@pytest.mark.parametrize("url", ["socket://", "socket://host", "socket://host:port", "nonsense://x"])
def test_bad_urls(url: str) -> None:
    with pytest.raises(LinkError) as caught:
        Link(url)
    assert url in caught.value.message
    assert caught.value.hint


def test_nobody_listens_at_the_socket() -> None:
    with pytest.raises(LinkError, match=r"no connection to socket://127\.0\.0\.1:1"):
        Link("socket://127.0.0.1:1")


def test_a_file_is_no_port(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with pytest.raises(LinkError, match=re.escape(str(path))):
        Link(str(path))


def test_busy_port() -> None:
    with Peer(PeerBoard()) as peer:
        fd = os.open(peer.url, os.O_RDWR | os.O_NOCTTY)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with pytest.raises(LinkError, match="is busy") as caught:
                Link(peer.url)
            assert "another program" in caught.value.hint
        finally:
            os.close(fd)
        with Link(peer.url) as link, pytest.raises(LinkError, match="is busy"):
            Link(link.url)


def test_forbidden_port_hints_at_the_group(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("serial.serial_for_url", refuse)
    with pytest.raises(LinkError, match="may not be opened") as caught:
        Link("/dev/ttyACM0")
    assert "dialout" in caught.value.hint


def test_a_mute_board_costs_three_tries_and_hints_at_flashing() -> None:
    link, line = simulated(PeerBoard(mute=True))
    with pytest.raises(LinkError, match=f"no good answer to HELLO in {TRIES} tries") as caught:
        link.request(Type.HELLO, timeout_s=0.5)
    assert "flash" in caught.value.hint
    assert line.board.frames == TRIES
    assert line.now_ns / 1e9 == pytest.approx(0.5 * TRIES, abs=0.3)
    assert link.outstanding == 0


def test_something_else_at_the_port_is_told_from_silence() -> None:
    link, line = simulated(PeerBoard(mute=True))
    line._replies.append((0, b"login: "))
    with pytest.raises(LinkError) as caught:
        link.request(Type.HELLO)
    assert "not in this protocol" in caught.value.hint


def test_a_board_that_falls_silent_later_gets_another_hint() -> None:
    link, line = simulated(PeerBoard())
    link.request(Type.HELLO)
    line.board.mute = True
    with pytest.raises(LinkError) as caught:
        link.request(Type.STATS)
    assert "reset" in caught.value.hint


def test_known_quick_answers_shorten_the_wait_but_not_the_last_one() -> None:
    link, line = simulated(PeerBoard(), busy_s=0.01)
    link.request(Type.INFER, CROP)
    line.board.mute = True
    begin_ns = line.now_ns
    with pytest.raises(LinkError):
        link.request(Type.INFER, CROP, timeout_s=8.0)
    waited_s = (line.now_ns - begin_ns) / 1e9
    assert 2 * MIN_TIMEOUT_S + 8.0 <= waited_s < 2 * MIN_TIMEOUT_S + 8.6


def test_late_replies_are_dropped() -> None:
    link, _ = simulated(PeerBoard(), busy_s=0.8)
    reply = link.request(Type.HELLO, timeout_s=0.5)  # retried before the first answer is there
    assert reply.tries == 2
    assert link.request(Type.STATS).frame.type == Type.STATS | 0x80
    assert link.request(Type.DOOR, bytes(8)).frame.type == Type.DOOR | 0x80
    assert link.counters.late >= 1


def test_noise_alone_does_not_use_up_the_tries() -> None:
    link, line = simulated(PeerBoard(), busy_s=3.0)
    for tenth in range(3, 27, 3):
        line._replies.append((tenth * 100_000_000, b"\x00 some noise that is no frame"))
    reply = link.request(Type.PROFILE)
    assert reply.frame.status == Status.OK
    assert reply.received_ns > 2_700_000_000


def test_a_reply_out_of_turn_has_the_one_before_it_asked_again_at_once() -> None:
    link, line = simulated(PeerBoard(), busy_s=0.01)
    feed, lost = line.board.feed, []

    def lose_the_first(data: bytes, now_s: float) -> bytes:
        reply = feed(data, now_s)
        if not lost:
            lost.append(reply)
            return b""
        return reply

    line.board.feed = lose_the_first  # type: ignore[method-assign]
    link.submit(Type.INFER, CROP)
    link.submit(Type.STATS)
    assert link.collect().tries == 2
    assert link.collect().frame.type == Type.STATS | 0x80
    assert line.now_ns < 100_000_000
    assert link.counters.timeouts == 0


def test_a_request_sent_again_is_not_sent_a_third_time_for_an_older_reply() -> None:
    link, line = simulated(PeerBoard(mute=True))
    link.submit(Type.INFER, CROP, timeout_s=0.5)
    line.now_ns += 1_000
    link.submit(Type.STATS)
    for _ in range(4):
        link.poll(0.3)  # the crop is overdue and is sent again
    assert link.counters.retries == 1
    sequence = link._sequence
    line._replies.append((line.now_ns, encode(Type.STATS | 0x80, sequence, bytes(48))))
    link.poll(0.001)
    assert link.counters.replies == 1
    assert link.counters.retries == 1


@pytest.mark.parametrize(("type_bits", "step"), [(0x81, 0), (0x80, 1), (0x00, 0)])
def test_a_reply_to_something_else_does_not_count(type_bits: int, step: int) -> None:
    link, line = simulated(PeerBoard(), busy_s=0.1)
    sequence = (link._sequence + 1 + step) & 0xFFFF
    line._replies.append((0, encode(Type.STATS ^ type_bits, sequence, bytes(48))))
    reply = link.request(Type.STATS)
    assert reply.frame.payload != bytes(48)
    assert link.counters.late == 1


def test_never_more_than_two_requests_unanswered() -> None:
    link, line = simulated(PeerBoard(), busy_s=0.1)
    for _ in range(5):
        link.submit(Type.INFER, CROP)
        assert link.in_flight <= 2
    assert line.now_ns >= 300_000_000
    for _ in range(5):
        link.collect()


def test_a_closed_connection_is_noticed_without_sending() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        Link(f"socket://127.0.0.1:{server.getsockname()[1]}") as link,
    ):
        connection, _ = server.accept()
        with connection:
            link.submit(Type.HELLO)
            assert connection.recv(100)
        begin = time.monotonic()
        with pytest.raises(LinkError, match="the other end closed the connection"):
            link.collect()
        assert time.monotonic() - begin < DEFAULT_TIMEOUT_S


def test_a_stalled_port_is_given_up() -> None:
    link, line = simulated(PeerBoard())
    line.accept_bytes = 0
    with pytest.raises(LinkError, match="has taken no byte"):
        link.request(Type.INFER, CROP)


def test_collect_without_submit() -> None:
    link, _ = simulated(PeerBoard())
    with pytest.raises(LinkError, match="nothing was asked"):
        link.collect()


def test_poll_tells_when_a_reply_is_there() -> None:
    link, line = simulated(PeerBoard(), busy_s=0.2)
    link.submit(Type.INFER, CROP)
    assert not link.poll()
    line.now_ns += 300_000_000
    assert link.poll()
    assert link.collect().frame.payload[InferReply.size() :] == fingerprint(CROP).tobytes()


def test_sequence_numbers_run_through_zero() -> None:
    link, _ = simulated(PeerBoard())
    link._sequence = 0xFFFE
    sequences = [link.request(Type.STATS).frame.sequence for _ in range(3)]
    assert sequences == [0xFFFF, 0, 1]


def test_a_broken_port_is_a_link_error() -> None:
    link, line = simulated(PeerBoard())
    line.gone = True
    with pytest.raises(LinkError, match="went away") as caught:
        link.request(Type.HELLO)
    assert "Connect again" in caught.value.hint
    assert not link.open
