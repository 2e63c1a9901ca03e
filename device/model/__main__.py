"""Command line of the model pipeline."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

from device.errors import DeviceError
from device.model.variant import Variant


def _train(args: argparse.Namespace) -> None:
    from device.model.train import Plan, train

    variant = Variant(args.width, args.input_size)
    seconds = args.minutes * 60 if args.minutes else math.inf
    print(train(variant, Plan.parse(args.plan), args.faces, args.out, seconds))


def main() -> int:
    """Run one command; errors the user can mend are printed, not traced."""
    parser = argparse.ArgumentParser(prog="python -m device.model", description=__doc__)
    commands = parser.add_subparsers(required=True)
    train = commands.add_parser("train", help="train by distillation; goes on from the checkpoint in --out")
    train.add_argument("--faces", type=Path, required=True, help="folder with teacher.npz and the crop archives")
    train.add_argument("--out", type=Path, required=True, help="folder for checkpoint, cache and log")
    train.add_argument("--width", type=float, default=0.5)
    train.add_argument("--input-size", type=int, default=128)
    train.add_argument("--plan", default="64:1600000,96:600000,128:500000", help="size:pictures,…")
    train.add_argument("--minutes", type=float, help="stop after this long, with a checkpoint")
    train.set_defaults(run=_train)
    args = parser.parse_args()
    try:
        args.run(args)
    except DeviceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
