"""The projection beside a network, from the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from device.model.command import Command, add_training_faces, positive
from device.model.progress import TerminalMonitor


def _thresholds_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--network", type=Path, required=True, help="an int8 .tflite, its .projection.npz beside it")
    add_training_faces(parser)
    parser.set_defaults(projection_crops=0)  # the projection stays as it is


def _projection_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--network", type=Path, required=True, help="an int8 .tflite, its .projection.npz beside it")
    add_training_faces(parser)
    parser.add_argument(
        "--projection-crops", type=positive, metavar="N", help="training crops that it is fitted on; default all"
    )


def _remake(args: argparse.Namespace) -> None:
    from device.model.embedding.fit_projection import projection_path, remake_projection

    remake_projection(args.network, args.faces, args.projection_crops, TerminalMonitor(sys.stdout))
    print(f"{projection_path(args.network)}: written")


def _stamp_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--network", type=Path, required=True, help="the int8 .tflite that the projection was made for")
    parser.add_argument(
        "--trust", action="store_true", help="the projection does not say so, but it was made for this file"
    )


def _stamp(args: argparse.Namespace) -> None:
    from device.model.embedding.fit_projection import find_projection, projection_path, stamp_projection

    if not find_projection(args.network).exists():
        print(f"{args.network} has no projection, so there is nothing to stamp")
        return
    old, new = stamp_projection(args.network, trust=args.trust)
    print(f"{projection_path(args.network)}: network {old}" + (f" is now {new}" if old != new else ", as it was"))


COMMANDS = (
    Command(
        "thresholds",
        "measure the thresholds again, into the projection beside a .tflite",
        _thresholds_arguments,
        _remake,
    ),
    Command(
        "stamp", "stamp the projection of a .tflite again after the exporter has changed", _stamp_arguments, _stamp
    ),
    Command(
        "projection",
        "choose the projection of a .tflite and its thresholds again, some fifty training crops a second",
        _projection_arguments,
        _remake,
    ),
)
