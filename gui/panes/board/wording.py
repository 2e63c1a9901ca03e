"""The board in words: what it said of itself, its counters, and what actions came to."""

from __future__ import annotations

import math
import textwrap

from device.diagnostics.bench import BenchResult
from device.flash.installed import Finding, Installed
from device.flash.programmer import FlashStep
from device.link.protocol import Capability
from gui.board.faults import fault
from gui.board.reports import (
    ActionKind,
    ActionPhase,
    ActionReport,
    LinkStats,
    ParityResult,
    ProfileResult,
    SelftestResult,
)
from gui.core.i18n import marked
from gui.core.states import BoardPhase, BoardState, Flow, Problem, Where
from gui.widgets import formatting
from gui.widgets.language import figure, translate

_PHASES = {
    BoardPhase.CONNECTING: marked("connecting"),
    BoardPhase.READY: marked("ready"),
    BoardPhase.LOST: marked("lost, trying again by itself"),
}
_CAPABILITIES = {
    Capability.INFER: marked("fingerprints"),
    Capability.PROFILE: marked("profile"),
    Capability.DOOR: marked("door"),
    Capability.BAUD: marked("change of rate"),
    Capability.OVERLAP: marked("receives while it computes"),
    Capability.CYCLES: marked("counts cycles"),
    Capability.INSTRUCTIONS: marked("counts instructions"),
    Capability.FLIP: marked("flip averaging"),
}
_INSTALLED = {
    Installed.SAME: marked("current: version, size and network are those of the prebuilt image"),
    Installed.OTHER_NETWORK: marked("holds another network than the prebuilt image"),
    Installed.OTHER_VERSION: marked("another version than the prebuilt image"),
    Installed.OTHER_SIZE: marked("same version as the prebuilt image, but other code"),
    Installed.NO_IMAGE: marked("there is no prebuilt image for this board"),
}
ACTIONS = {
    ActionKind.SELFTEST: marked("Self-test"),
    ActionKind.BENCH: marked("Bench"),
    ActionKind.PROFILE: marked("Profile"),
    ActionKind.PARITY: marked("Parity"),
    ActionKind.RESET: marked("Restart"),
    ActionKind.FLASH: marked("Flash"),
}
_ENDS = {
    Where.BOARD: marked("board"),
    Where.VIRTUAL: marked("virtual board"),
    Where.QEMU: marked("QEMU"),
    Where.HOST: marked("host program"),
}
FLASH_STEPS = {
    FlashStep.CHECK: marked("checking the image"),
    FlashStep.COPY: marked("copying"),
    FlashStep.WRITE: marked("the probe writes the flash"),
    FlashStep.VERDICT: marked("waiting for the probe's word"),
    FlashStep.PROGRAM: marked("the programmer is at work"),
}
_BENCH = {
    "receive": marked("Receive"),
    "network": marked("Network"),
    "total": marked("Last byte to reply"),
    "send": marked("Send"),
    "round_trip": marked("Round trip"),
}
Rows = tuple[tuple[str, str], ...]


def phase(state: BoardState | None) -> str:
    """How the connection stands, with what went wrong."""
    if state is None:
        return translate(_PHASES[BoardPhase.CONNECTING])
    text = translate(_PHASES[state.phase])
    return f"{text}: {translate(state.message)}" if state.phase is not BoardPhase.READY and state.message else text


def information(state: BoardState | None) -> Rows:
    """Everything HELLO said, a line each; nothing where no board is ready."""
    hello = state.hello if state is not None else None
    if state is None or hello is None:
        return ()
    height, width, channels = hello.input_shape
    return (
        (translate("Board"), hello.board),
        (translate("Runs on"), formatting.place(hello.where)),
        (translate("Clock"), formatting.clock(hello.clock_hz)),
        (translate("Firmware"), hello.firmware),
        (translate("Protocol"), str(hello.protocol_version)),
        (translate("Port"), state.url),
        (translate("Rate"), _rate(state)),
        (translate("Network"), " ".join(textwrap.wrap(hello.network, 8))),
        (translate("Crop"), translate("{width} × {height} pixels of {channels} bytes").format(
            width=width, height=height, channels=channels)),
        (translate("Fingerprint"), translate("{count} numbers, scale {scale}, zero at {zero}").format(
            count=figure(hello.fingerprint_length, 0), scale=f"{hello.scale:.6g}", zero=hello.zero_point)),
        (translate("Layers"), str(hello.layer_count)),
        (translate("Can"), ", ".join(
            translate(text) for flag, text in _CAPABILITIES.items() if flag in hello.capabilities)),
        (translate("Memory"), translate("{arena} bytes of activations").format(arena=figure(hello.arena_bytes, 0))),
        (translate("Flash"), translate("{flash} bytes, of them {network} network").format(
            flash=figure(hello.flash_bytes, 0), network=figure(hello.network_bytes, 0))),
        (translate("Last fault"), translate(fault(hello))),
        (translate("Chip"), hello.unique_id.hex() if hello.where is Where.BOARD else "–"),
    )  # fmt: skip


def _rate(state: BoardState) -> str:
    if not state.baud:
        return translate("this link has none")
    text = translate("{baud} baud").format(baud=figure(state.baud, 0))
    return f"{text}, {formatting.measured(Where.VIRTUAL)}" if state.where is Where.VIRTUAL else text


def link(stats: LinkStats | None, flow: Flow | None) -> Rows:
    """The counters by kind of error, each with the end that counted, and the high-water marks."""
    if stats is None:
        return ()
    board, host = stats.board, stats.host
    board_end = translate(_ENDS[stats.where])
    both = translate("{board} {place}, {host} PC")
    mark_bytes = translate("{bytes} bytes, {place}")

    def two(board_count: int, host_count: int) -> str:
        return both.format(board=figure(board_count, 0), place=board_end, host=figure(host_count, 0))

    def at_board(count: int) -> str:
        return f"{figure(count, 0)}, {board_end}"

    def at_host(count: int) -> str:
        return f"{figure(count, 0)}, PC"

    def at_most(count: int) -> str:
        return mark_bytes.format(bytes=figure(count, 0), place=board_end) if count else "–"

    rows = [
        (translate("Frames received"), two(board.frames, host.replies)),
        (translate("Checksum errors, header"), at_board(board.header_errors)),
        (translate("Checksum errors, frame"), two(board.frame_crc_errors, host.refused_crc)),
        (translate("Damaged replies"), at_host(host.damaged)),
        (translate("Overruns"), at_board(board.overruns)),
        (translate("Bytes skipped"), at_board(board.skipped_bytes)),
        (translate("Incomplete frames"), at_board(board.timeouts)),
        (translate("Timeouts"), at_host(host.timeouts)),
        (translate("Duplicates, retries"), two(board.repeated_frames, host.retries)),
        (translate("Late replies"), at_host(host.late)),
        (translate("Refused requests"), at_board(board.refused_frames)),
        (translate("Bytes sent, received"), f"{figure(host.sent_bytes, 0)}, {figure(host.received_bytes, 0)}, PC"),
        (translate("Board running for"), f"{figure(board.uptime_ms / 1e3, 1)} s, {board_end}"),
        (translate("Stack high-water mark"), at_most(board.stack_bytes)),
        (translate("Arena high-water mark"), at_most(board.arena_bytes)),
        (translate("Receive ring high-water mark"), at_most(board.ring_bytes)),
    ]
    if flow is not None:
        rows.insert(0, (translate("Connected"), translate("{count} times").format(count=figure(flow.connected, 0))))
    return tuple(rows)


def installed(found: Finding | Problem | None) -> str:
    """Whether the board's image is the prebuilt one."""
    if found is None:
        return "–"
    if isinstance(found, Problem):
        return translate(found.message)
    text = translate(_INSTALLED[found.verdict])
    if found.image is not None and found.image.commit:
        text += " (" + translate("commit {commit}").format(commit=found.image.commit[:8]) + ")"
    return text


def progress(report: ActionReport) -> str:
    """What is going on."""
    name = translate(ACTIONS[report.kind])
    if report.phase is ActionPhase.WAITING:
        return translate("{action}: waiting for the crops under way").format(action=name)
    if report.step is not None:
        return f"{name}: {translate(FLASH_STEPS[report.step])}"
    if report.of:
        return translate("{action}: {done} of {of}; recognition rests").format(
            action=name, done=report.done, of=report.of
        )
    return translate("{action} is running; recognition rests").format(action=name)


def outcome(report: ActionReport) -> tuple[str, str]:
    """A finished action as a mark of good, warn or bad, and in words with where its figures were measured."""
    name = translate(ACTIONS[report.kind])
    if report.phase is ActionPhase.STOPPED:
        return "warn", _with_problem(translate("{action} stopped").format(action=name), report.problem)
    if report.phase is ActionPhase.FAILED:
        return "bad", _with_problem(translate("{action} failed").format(action=name), report.problem)
    result = report.result
    if isinstance(result, SelftestResult):
        return selftest(result)
    if isinstance(result, ParityResult):
        return parity(result)
    if isinstance(result, BenchResult):
        return "good", bench(result)
    if isinstance(result, ProfileResult):
        layers = translate("{count} layers profiled, see Timing").format(count=len(result.profile.layers))
        return "good", f"{name}: {layers}"
    return "good", translate("{action}: done").format(action=name)


def _with_problem(text: str, problem: Problem | None) -> str:
    if problem is None:
        return text
    return f"{text}: {formatting.problem_lines(problem)}"


def selftest(result: SelftestResult) -> tuple[str, str]:
    """Passed or not, and what the network took."""
    test = result.selftest
    took = _cycles(test.network_cycles, result.clock_hz, result.where)
    if test.passed:
        text = translate("Self-test passed: all {length} numbers equal the golden vector")
        return "good", text.format(length=figure(test.length, 0)) + took
    text = translate(
        "Self-test failed: {wrong} of {length} numbers differ from the golden vector. Flash the firmware again"
    )
    return "bad", text.format(wrong=figure(test.mismatches, 0), length=figure(test.length, 0)) + took


def _cycles(cycles: int, clock_hz: int, where: Where) -> str:
    if not cycles or not clock_hz:
        return ""
    return f"; {formatting.milliseconds(cycles / clock_hz * 1e3)} ms, {formatting.measured(where)}"


def parity(result: ParityResult) -> tuple[str, str]:
    """How many numbers differ from the reference on this PC."""
    found = result.parity
    if found.equal:
        text = translate("Parity: 0 of {length} numbers differ from the integer reference on this PC")
        return "good", text.format(length=figure(found.length, 0))
    text = translate(
        "Parity: {wrong} of {length} numbers differ from the reference on this PC, by up to {most}, first at {at}"
    )
    return "bad", text.format(
        wrong=figure(found.differing, 0), length=figure(found.length, 0), most=found.largest, at=found.first
    )


def bench(result: BenchResult) -> str:
    """A line for each quantity: p50, p95, p99, and whose clock."""
    place = {"board": formatting.measured(result.where), "host": "PC"}
    lines = [translate("Bench of {runs} crops: p50 · p95 · p99 in ms").format(runs=result.runs)]
    for row in result.timings:
        if row.name in _BENCH:
            three = " · ".join(_ms(value) for value in (row.values.median, row.values.p95, row.values.p99))
            lines.append(f"{translate(_BENCH[row.name])}: {three}, {place[row.clock]}")
    rate = translate("{rate} fingerprints a second, PC; retries {retries}")
    lines.append(rate.format(rate=figure(result.frames_per_second, 2), retries=result.retries))
    return "\n".join(lines)


def _ms(value: float) -> str:
    return "–" if math.isnan(value) else formatting.milliseconds(value)
