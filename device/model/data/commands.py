"""Training data from the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from device.model.command import Command, add_training_faces, positive
from device.model.progress import TerminalMonitor


def _mix_arguments(parser: argparse.ArgumentParser) -> None:
    add_training_faces(parser)
    parser.add_argument("--cache", type=Path, required=True, help="folder for decoded crops, as train's OUT/cache")
    parser.add_argument("--teacher", type=Path, required=True, help="float .tflite of one of teacher.npz's networks")
    parser.add_argument("--source", default="celeba", help="archive whose training crops are mixed")
    parser.add_argument("--count", type=positive, default=30_000)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for train --mixed-faces")


def _mix(args: argparse.Namespace) -> None:
    from device.model.data.blended_faces import make_blends

    monitor = TerminalMonitor(sys.stdout)
    make_blends(args.faces, args.cache, args.source, args.teacher, args.count, args.out, monitor)
    print(f"{args.out}: {args.count} mixed faces")


COMMANDS = (
    Command(
        "mix", "mixed synthetic faces to train on: two crops blended, labelled by the teacher", _mix_arguments, _mix
    ),
)
