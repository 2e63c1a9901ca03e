"""One frame from camera to decision, as texts and bars that the timing strip paints: pure functions, no widgets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gui.core.frames import Clock, Recognition, Span, Stage
from gui.core.i18n import marked
from gui.core.states import Where
from gui.widgets import formatting
from gui.widgets.language import figure, translate

LIMIT_MS = 500.0  # the project's limit for the network on the board

LABELS = {
    Stage.CAPTURE: marked("Capture"),
    Stage.DETECT: marked("Detect"),
    Stage.ALIGN: marked("Align"),
    Stage.WAIT: marked("Wait"),
    Stage.SEND: marked("Send"),
    Stage.RECEIVE: marked("Receive"),
    Stage.NETWORK: marked("Network"),
    Stage.REPLY: marked("Reply"),
    Stage.MATCH: marked("Match"),
    Stage.DRAW: marked("Draw"),
}
MEANINGS = {
    Stage.CAPTURE: marked("asking the camera for a picture until it is here"),
    Stage.DETECT: marked("finding the faces and their five landmarks"),
    Stage.ALIGN: marked("turning and scaling the face to the 128x128 crop"),
    Stage.WAIT: marked("the crop waits for the board: the newest wins"),
    Stage.SEND: marked("writing the crop to the port, until the port has taken the last byte"),
    Stage.RECEIVE: marked(
        "first to last byte of the crop at the board; the virtual board counts the time a wire would take"
    ),
    Stage.NETWORK: marked("the network on the board; it may begin while the crop still comes"),
    Stage.REPLY: marked("the fingerprint's way back, at the rate the crop had; measured on this PC with a real board"),
    Stage.MATCH: marked("comparing with everybody enrolled, and deciding"),
    Stage.DRAW: marked("painting a frame in this window"),
}


@dataclass(frozen=True)
class Cell:
    """One stage in words: ``place`` is whose clock measured it."""

    stage: Stage
    label: str
    value: str
    place: str
    on_board: bool


@dataclass(frozen=True)
class Bar:
    """A stage on the time axis, as parts of the axis' width (0..1). Lane 0 is the PC, lane 1 the board."""

    stage: Stage
    lane: int
    start: float
    width: float


@dataclass(frozen=True)
class Chart:
    """The two lanes: bars, where the limit for the network begins and ends, and marks (part, text) of the axis."""

    bars: tuple[Bar, ...] = ()
    limit_start: float | None = None
    limit_end: float | None = None
    over_limit: bool = False
    marks: tuple[tuple[float, str], ...] = ()


def network_line(recognition: Recognition) -> str:
    """``246 ms · 53.2 M cycles at 216 MHz · emulated``: the board's own figures and where they come from."""
    inference = recognition.inference
    parts = [formatting.with_flip(f"{formatting.milliseconds(inference.network_ms)} ms", inference.passes)]
    if inference.network_cycles and inference.where is not Where.HOST:
        text = translate("{count} cycles at {clock}")
        cycles = formatting.count(inference.network_cycles)
        parts.append(text.format(count=cycles, clock=formatting.clock(recognition.clock_hz)))
    if inference.network_instructions:
        parts.append(translate("{count} instructions").format(count=formatting.count(inference.network_instructions)))
    return " · ".join(parts)


def cells(recognition: Recognition | None) -> tuple[Cell, ...]:
    """All stages in order, a dash where nothing was measured."""
    place = formatting.measured(recognition.inference.where) if recognition else "board"
    spans = {span.stage: span for span in recognition.timeline.spans} if recognition else {}
    result = []
    for stage in Stage:
        span = spans.get(stage)
        on_board = span.clock is Clock.BOARD if span else stage in (Stage.RECEIVE, Stage.NETWORK)
        value = formatting.milliseconds(span.length_ms if span else None)
        result.append(Cell(stage, translate(LABELS[stage]), value, place if on_board else "PC", on_board))
    return tuple(result)


def end_to_end(recognition: Recognition) -> str:
    """The end-to-end latency; with emulated steps in it, also what really passed on this computer."""
    whole = formatting.milliseconds(recognition.end_to_end_ms)
    if recognition.inference.where is not Where.VIRTUAL:
        return translate("in all {whole} ms").format(whole=whole)
    here = formatting.milliseconds(recognition.latency_ms)
    return translate("in all {whole} ms, {here} ms on this PC").format(whole=whole, here=here)


def head(recognition: Recognition, text_width: Callable[[str], float], room: float) -> str:
    """The board's figures in one line, no wider than ``room`` where that can be.

    What is too much is left out from the end, never where the figures were measured.
    """
    parts = network_line(recognition).split(" · ")
    place = formatting.measured(recognition.inference.where)
    for kept in range(len(parts), 0, -1):
        line = translate("network {figures}").format(figures=" · ".join((*parts[:kept], place)))
        if text_width(line) <= room:
            break
    return line


def limit_line(network_ms: float, limit_ms: float = LIMIT_MS) -> str:
    """How much of its limit the network took: ``106 of 500 ms``."""
    text = translate("{network} of {limit} ms")
    return text.format(network=formatting.milliseconds(network_ms), limit=figure(limit_ms, 0))


def limit_meaning(limit_ms: float = LIMIT_MS) -> str:
    """What the bracket over the network's bar says."""
    text = translate("Limit: the network on the board may take {limit} ms, counted from its own start")
    return text.format(limit=figure(limit_ms, 0))


def chart(spans: Sequence[Span], limit_ms: float = LIMIT_MS) -> Chart:
    """Places the stages on one axis that always holds every stage and the limit, counted from the network's start."""
    shown = [span for span in spans if span.stage is not Stage.DRAW]
    if not shown:
        return Chart()
    first = min(span.start_ms for span in shown)
    last = max(span.start_ms + span.length_ms for span in shown)
    network = next((span for span in shown if span.stage is Stage.NETWORK), None)
    limit_at = network.start_ms + limit_ms if network else None
    axis = max(last, limit_at or 0.0) - first
    axis = max(axis * 1.02, 1.0)
    bars = tuple(
        Bar(
            span.stage,
            1 if span.clock is Clock.BOARD else 0,
            (span.start_ms - first) / axis,
            max(0.0, span.length_ms) / axis,
        )
        for span in shown
    )
    step = next(step for step in (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10**9) if axis / step <= 8)
    marks = tuple((at / axis, f"{at}") for at in range(0, int(axis) + 1, step))
    return Chart(
        bars=bars,
        limit_start=(network.start_ms - first) / axis if network else None,
        limit_end=(limit_at - first) / axis if limit_at is not None else None,
        over_limit=network is not None and network.length_ms > limit_ms,
        marks=marks,
    )


def spoken(recognition: Recognition | None) -> str:
    """The strip for a screen reader."""
    if recognition is None:
        return translate("No face has been sent to the board yet")
    stages = ", ".join(f"{cell.label} {cell.value} ms {cell.place}" for cell in cells(recognition) if cell.value != "–")
    network = f"{network_line(recognition)}, {formatting.measured(recognition.inference.where)}"
    told = translate("Network: {figures}").format(figures=network)
    return f"{stages}. {told}. {formatting.sentence(end_to_end(recognition))}"
