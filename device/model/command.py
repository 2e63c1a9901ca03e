"""A command of the pipeline as data, and what the arguments of several have in common."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Command:
    """``arguments`` adds to the command's parser what ``run`` then reads. ``run`` imports what it needs itself, so that
    --help loads neither PyTorch nor OpenCV."""

    name: str
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], None]


def positive(text: str) -> int:
    """An argument of at least 1."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return value


def rate(text: str) -> float:
    """A false-accept rate."""
    value = float(text)
    if not 0 < value <= 0.1:
        raise argparse.ArgumentTypeError(f"{text} is no rate above 0 and up to 0.1")
    return value


def share(text: str) -> tuple[str, float]:
    """SOURCE:PERCENT to a source and a share of at most 1."""
    source, _, percent = text.partition(":")
    value = float(percent) / 100
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{percent} % is no share")
    return source, value


def add_training_faces(parser: argparse.ArgumentParser) -> None:
    """The folder that everything with the training crops reads."""
    parser.add_argument("--faces", type=Path, required=True, help="folder with teachers.npz and the crop archives")


def add_sampling(parser: argparse.ArgumentParser) -> None:
    """What a training sees, and how often."""
    parser.add_argument("--share", type=share, action="append", default=[], metavar="SOURCE:PERCENT",
                        help="this share of the samples is of one archive, as celeba2:35; the others divide the rest "
                        "by their crops")  # fmt: skip
    parser.add_argument("--mixed-faces", type=Path, metavar="DIR", help="train on the faces that mix made there, too; "
                        "their source is called mixed")  # fmt: skip


def say(line: str) -> None:
    """A line that is seen at once, in a file too."""
    print(line, flush=True)
