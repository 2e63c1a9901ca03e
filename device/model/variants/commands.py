"""Choosing among the published networks, from the command line."""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import asdict
from pathlib import Path

from device.model.command import Command
from device.model.progress import TerminalMonitor
from device.paths import ASSETS


def _choose_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--max-ms", type=float, default=math.inf, help="emulated time for one crop")
    parser.add_argument("--max-bytes", type=float, default=math.inf, help="flash, firmware's code included")
    parser.add_argument("--max-activation-bytes", type=float, default=math.inf, help="RAM for the activations")
    parser.add_argument("--clock", type=float, default=216e6, metavar="HZ", help="of the core; default: 216e6")
    parser.add_argument("--no-board", action="store_true", help="export only, no time on the virtual board")
    parser.add_argument("--faces-csv", type=Path, default=ASSETS / "face_results.csv", help="from evaluate --record")
    parser.add_argument("--csv", type=Path, help="write the table here")
    parser.add_argument("--plot", type=Path, metavar="PNG", help="write latency against accuracy here")
    parser.add_argument("--json", action="store_true")


def _choose(args: argparse.Namespace) -> None:
    from device.model.evaluate.plots import plot_choices
    from device.model.evaluate.result_files import read_record, write_csv
    from device.model.variants.choose import Limits, choices, face_figures, pick, pick_by_faces, table

    limits = Limits(args.max_ms, args.max_bytes, args.max_activation_bytes, args.clock)
    faces = face_figures(read_record(args.faces_csv))
    monitor = TerminalMonitor(None if args.json else sys.stdout)
    rows = choices(limits, faces, run=not args.no_board, monitor=monitor)
    monitor.line("")
    best, best_on_faces = (found.name if found else None for found in (pick(rows), pick_by_faces(rows)))
    records = [asdict(row) for row in rows]
    if args.csv:
        write_csv(args.csv, records, list(records[0]))
    if args.plot:
        plot_choices(args.plot, rows, (best, best_on_faces), limits.ms, limits.flash_bytes)
    if args.json:
        print(json.dumps({"variants": records, "pick": best, "pick_by_faces": best_on_faces}, indent=1))
        return
    print(table(rows))
    print(f"pick by ImageNet top-1: {best or 'none keeps the limits'}")
    if faces:
        print(f"pick by LFW, of {len(faces)} trained for faces: {best_on_faces or 'none keeps the limits'}")


COMMANDS = (
    Command("choose", "what all published variants cost, and the best within limits", _choose_arguments, _choose),
)
