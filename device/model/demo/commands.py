"""The demo clip from the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

from device.model.command import Command


def _clip_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--faces", type=Path, required=True, help="folder with landmarked.zip")
    parser.add_argument("--out", type=Path, required=True, help="the .mp4")


def _clip(args: argparse.Namespace) -> None:
    from device.model.demo.clip import write_clip

    for visit in write_clip(args.faces, args.out):
        print(f"{visit.id}: {visit.from_s:.1f} to {visit.to_s:.1f} s{'' if visit.enrol else ', never enrolled'}")


COMMANDS = (Command("demo-clip", "the clip of people who do not exist, and its .json", _clip_arguments, _clip),)
