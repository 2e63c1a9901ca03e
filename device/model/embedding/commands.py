"""The map beside a network, from the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from device.model.command import Command, add_training_faces, positive
from device.model.progress import TerminalMonitor


def _thresholds_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--network", type=Path, required=True, help="an int8 .tflite, its .map.npz beside it")
    add_training_faces(parser)
    parser.set_defaults(map_crops=0)  # the map stays as it is


def _map_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--network", type=Path, required=True, help="an int8 .tflite, its .map.npz beside it")
    add_training_faces(parser)
    parser.add_argument(
        "--map-crops", type=positive, metavar="N", help="training crops that it is fitted on; default all"
    )


def _remake(args: argparse.Namespace) -> None:
    from device.model.embedding.fit_projection import map_path, remake_map

    remake_map(args.network, args.faces, args.map_crops, TerminalMonitor(sys.stdout))
    print(f"{map_path(args.network)}: written")


def _stamp_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--network", type=Path, required=True, help="the int8 .tflite that the map was made for")
    parser.add_argument("--trust", action="store_true", help="the map does not say so, but it was made for this file")


def _stamp(args: argparse.Namespace) -> None:
    from device.model.embedding.fit_projection import map_path, stamp_map

    if not map_path(args.network).exists():
        print(f"{args.network} has no feature map, so there is nothing to stamp")
        return
    old, new = stamp_map(args.network, trust=args.trust)
    print(f"{map_path(args.network)}: network {old}" + (f" is now {new}" if old != new else ", as it was"))


COMMANDS = (
    Command(
        "thresholds", "measure the thresholds again, into the map beside a .tflite", _thresholds_arguments, _remake
    ),
    Command("stamp", "stamp the map of a .tflite again after the exporter has changed", _stamp_arguments, _stamp),
    Command(
        "map",
        "choose the feature map of a .tflite and its thresholds again, some fifty training crops a second",
        _map_arguments,
        _remake,
    ),
)
