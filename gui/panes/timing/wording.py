"""The timing window's sentences."""

from __future__ import annotations

import math

from gui.board.reports import ActionReport, ProfileResult
from gui.core.frames import Stage
from gui.core.states import Flow
from gui.panes.timing import layers
from gui.panes.timing.event_loop_monitor import LIMIT_MS as STEP_LIMIT_MS
from gui.panes.timing.event_loop_monitor import RECENT_S, LoopFigures
from gui.panes.timing.process_usage import Load
from gui.panes.timing.stages import LIMIT_MS
from gui.panes.timing.statistics import TimingStats
from gui.widgets import formatting
from gui.widgets.language import figure, translate

Rows = tuple[tuple[str, str], ...]


def summary(stats: TimingStats, flow: Flow, before: Flow | None) -> str:
    """The network against its limit, and how many fingerprints come a second."""
    network = next(row for row in stats.rows() if row.stage is Stage.NETWORK).window
    if math.isnan(network.p95):
        return translate("No face has been sent to the board yet")
    place = formatting.with_flip(formatting.measured(stats.where), stats.passes)
    if network.p99 <= LIMIT_MS:
        text = translate("Network under {limit} ms: p99 is {value} ms, {place}")
    else:
        text = translate("Network over {limit} ms: p99 is {value} ms, {place}")
    parts = [text.format(limit=figure(LIMIT_MS, 0), value=formatting.milliseconds(network.p99), place=place)]
    parts.append(translate("{frames} frames").format(frames=figure(stats.frames, 0)))
    rate = _rate(flow.answered, before.answered if before else 0, flow, before)
    if rate is not None:
        parts.append(translate("{rate} fingerprints a second, PC").format(rate=figure(rate, 1)))
    return " · ".join(parts)


def _rate(now: int, then: int, flow: Flow, before: Flow | None) -> float | None:
    passed = flow.at_s - before.at_s if before is not None else 0.0
    return (now - then) / passed if passed > 0.2 else None


def program(flow: Flow, before: Flow | None, loop: LoopFigures, usage: Load) -> Rows:
    """Rates, what was left out, the window's longest steps, processor and memory: all of this PC."""

    def rate(now: int, then: int) -> str:
        value = _rate(now, then, flow, before)
        return translate("{rate} a second").format(rate=figure(value, 1)) if value is not None else "–"

    zero = Flow(0.0, 0, 0, 0, 0, 0, 0, 0, 0)
    then = before or zero

    def steps(gap_ms: float, busy_ms: float) -> str:
        text = translate("{gap} ms, longest work {busy} ms")
        return text.format(gap=figure(gap_ms, 1), busy=figure(busy_ms, 1))

    return (
        (translate("Camera"), rate(flow.taken, then.taken)),
        (translate("Shown"), rate(flow.shown, then.shown)),
        (translate("Frames not shown"), _part(flow.taken - flow.shown, flow.taken)),
        (translate("Searched for faces"), rate(flow.looked, then.looked)),
        (translate("Fingerprints through the board"), rate(flow.answered, then.answered)),
        (translate("Crops replaced by a newer one"), _part(flow.dropped, flow.cut)),
        (translate("Window, longest step of {seconds} s").format(seconds=RECENT_S),
         steps(loop.recent_ms, loop.recent_busy_ms)),
        (translate("Window, longest step"), steps(loop.longest_ms, loop.longest_busy_ms)),
        (translate("Steps over {limit} ms").format(limit=figure(STEP_LIMIT_MS, 0)),
         translate("{count} of {turns} turns, {own} by the window's own work").format(
             count=figure(loop.over_limit, 0), turns=figure(loop.turns, 0), own=figure(loop.over_busy, 0))),
        (translate("Processor"), translate("{percent} % of one core, without the virtual board").format(
            percent=figure(usage.cpu * 100, 0))),
        (translate("Memory"), "–" if usage.memory_bytes is None else translate("{size} MB").format(
            size=figure(usage.memory_bytes / 1e6, 0))),
    )  # fmt: skip


def _part(some: int, of: int) -> str:
    percent = 100 * some / of if of else 0.0
    text = translate("{some} of {of} ({percent} %)")
    return text.format(some=figure(some, 0), of=figure(of, 0), percent=figure(percent, 1))


def layer_sums(result: ProfileResult) -> str:
    """All layers together beside the whole network as the board counted it."""
    found = layers.chart(result)
    text = translate(
        "{count} layers together {sum} cycles, {sum_ms} ms; the whole network {total} cycles, {total_ms} ms, at "
        "{clock}, {place}"
    )
    return text.format(
        count=len(found.bars),
        sum=figure(found.sum_cycles, 0),
        sum_ms=formatting.milliseconds(found.ms(found.sum_cycles)),
        total=figure(found.total_cycles, 0),
        total_ms=formatting.milliseconds(found.ms(found.total_cycles)),
        clock=formatting.clock(found.clock_hz) or translate("an unknown clock"),
        place=formatting.measured(found.where),
    )


def profile_failure(report: ActionReport) -> str:
    """Why there is no profile, and what to try."""
    text = translate("Profile failed")
    return f"{text}: {formatting.problem_lines(report.problem)}" if report.problem is not None else text
