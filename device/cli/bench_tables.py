"""A bench as text for a person: times, the whole path, the levels, and layers and kinds of layers beside CMSIS-NN."""

from __future__ import annotations

from collections.abc import Sequence

from device.cli.reports import Report
from device.cli.tables import head
from device.diagnostics import cmsis_nn
from device.text_table import table

ESTIMATE = (
    "cycles are an estimate: the dual-issue model in device/emulator/cost/cycle_model.py, without cache misses and\n"
    "flash wait states; on published measurements silicon took 1.05 to 1.33 times as long. Instructions are counted\n"
    "exactly."
)


def bench(report: Report, *, layers: bool = False) -> str:
    """The times and sizes, and the layers where wanted; ``report`` is that of ``reports.bench``."""
    parts = [f"{head(report)}\n{report['n']} crop{'s' if report['n'] > 1 else ''}{_flip(report)}", _times(report)]
    if report["where"] != "board":
        parts.append("link is at this computer's clock: it holds whatever the run took beyond the board's own count")
    parts += [_facts(report), *_path(report)]
    if layers:
        parts += [_layers(report), _kinds(report)]
        if report["baseline"] is not None:
            parts.append(_levels(report))
    if report["where"] == "virtual":
        parts.append(ESTIMATE)
    return "\n\n".join(parts)


def _flip(report: Report) -> str:
    return ", flip averaging: network, its cycles and instructions are of both passes" if report["passes"] > 1 else ""


def _times(report: Report) -> str:
    rows: list[list[object]] = [["ms", "min", "median", "p95"]]
    rows += [[name, *report[f"{name}_ms"].values()] for name in ("link", "receive", "network", "total")]
    return table(rows, right=[1, 2, 3])


def _facts(report: Report) -> str:
    return table(
        [
            ["frames per second", f"{report['frames_per_second']:.2f} at this computer's clock"],
            ["bytes of a crop", f"{report['crop_bytes']} on the wire, {report['crop_share']:.1%} of the crop's own"],
            ["network cycles", report["network_cycles"]],
            ["network instructions", report["network_instructions"]],
            ["arena", f"{report['arena_bytes']} bytes"],
            ["stack", f"{report['stack_bytes']} bytes"],
            ["flash", f"{report['flash_bytes']} bytes"],
        ]
    )


def _path(report: Report) -> list[str]:
    path = report["path"]
    if path is None:
        return []
    rows = [
        ["crop on the wire", f"{path['wire_ms']:.1f} ms at {path['baud']} baud"],
        ["crop on the board", f"{path['board_ms']:.1f} ms"],
        ["frames per second", f"{path['frames_per_second']:.2f} at the board's clock, receiving while computing"],
        ["of at most", f"{path['best_frames_per_second']:.2f}: {path['share_of_best']:.1%} of 1 / max(wire, board)"],
        ["at 115200 baud", f"at most {path['start_rate_frames_per_second']:.2f} frames per second"],
        ["link", f"{path['link_share_of_baud']:.1%} of the baud rate while a crop is on the wire"],
    ]
    return [f"the whole path\n{table(rows)}"]


def _layers(report: Report) -> str:
    against = (report["baseline"] or {}).get("layers", {})
    heading: list[object] = ["layer", "kind", "MACs", "cycles", "cycles/MAC", "instructions"]
    rows: list[list[object]] = [heading + (["CMSIS-NN", "of it"] if against else [])]
    for layer in report["layers"]:
        row: list[object] = [layer["name"], layer["kind"], layer["macs"], layer["cycles"]]
        row += [_ratio(layer["cycles"], layer["macs"]), layer["instructions"]]
        if against:
            row += _beside(layer["instructions"], against.get(layer["name"]))
        rows.append(row)
    return table(rows, right=range(2, 8))


def _kinds(report: Report) -> str:
    comparison = report["baseline"]
    heading: list[object] = ["kind", "layers", "MACs", "cycles", "cycles/MAC", "share", "instructions"]
    rows: list[list[object]] = [heading + (["CMSIS-NN", "of it"] if comparison else [])]
    for one in _with_total(report["kinds"]):
        row: list[object] = [one["kind"], one["layers"], one["macs"], one["cycles"], _ratio(one["cycles"], one["macs"])]
        row += [f"{one['cycles'] / max(1, sum(kind['cycles'] for kind in report['kinds'])):.1%}", one["instructions"]]
        if comparison:
            counts = comparison["kinds"]
            row += _beside(one["instructions"], counts.get(one["kind"], sum(counts.values())))
        rows.append(row)
    text = table(rows, right=range(1, 9))
    return f"{text}\n\nCMSIS-NN: instructions of {comparison['source']}" if comparison else text


def _with_total(kinds: Sequence[Report]) -> list[Report]:
    names = ("layers", "macs", "cycles", "instructions")
    return [*kinds, {"kind": "all", **{name: sum(one[name] for one in kinds) for name in names}}]


def _levels(report: Report) -> str:
    reached = report["baseline"]["levels"]
    figures = {name: report[name] for name in ("arena_bytes", "flash_bytes")}
    figures |= {"instructions": report["network_instructions"], "cycles": report["network_cycles"]}
    names = ("instructions", "cycles", "arena_bytes", "flash_bytes")
    rows: list[list[object]] = [["level", "instructions", "cycles", "activations", "flash, code included"]]
    rows.append(["this board", *(_amount(name, figures[name]) for name in names)])
    rows.append(["reaches", *(reached[name] or "none" for name in names)])
    rows += [[one.name, *(_amount(name, getattr(one, name)) for name in names)] for one in cmsis_nn.LEVELS]
    instructions = sum(count for _, _, count in cmsis_nn.CMSIS_NN)
    cmsis = [_amount("instructions", instructions), _amount("cycles", cmsis_nn.CMSIS_NN_CYCLES)]
    rows.append(["CMSIS-NN", *cmsis, _amount("arena_bytes", cmsis_nn.CMSIS_NN_RAM_BYTES), None])
    rows.append(["floor", None, _amount("cycles", cmsis_nn.FLOOR_CYCLES), None, None])
    return table(rows, right=range(1, 5))


def _amount(name: str, value: int) -> str:
    return f"{value / 1e6:.1f} M" if name in ("instructions", "cycles") else f"{value} bytes"


def _ratio(cycles: int, macs: int) -> str | None:
    return f"{cycles / macs:.2f}" if macs and cycles else None


def _beside(instructions: int | None, other: int | None) -> list[object]:
    return [other, f"{instructions / other:.0%}" if instructions and other else None]
