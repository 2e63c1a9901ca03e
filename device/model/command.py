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


def add_training_faces(parser: argparse.ArgumentParser) -> None:
    """The folder that everything with the training crops reads."""
    parser.add_argument("--faces", type=Path, required=True, help="folder with teacher.npz and the crop archives")


def say(line: str) -> None:
    """A line that is seen at once, in a file too."""
    print(line, flush=True)
