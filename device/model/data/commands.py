"""Training data from the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from device.model.command import Command, add_training_faces, positive
from device.model.progress import TerminalMonitor

_CACHE = "folder for decoded crops, as train's OUT/cache"


def _mix_arguments(parser: argparse.ArgumentParser) -> None:
    add_training_faces(parser)
    parser.add_argument("--cache", type=Path, required=True, help=_CACHE)
    parser.add_argument("--source", default="celeba2", help="archive whose training crops are mixed")
    parser.add_argument("--count", type=positive, default=40_000)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for train --mixed-faces")


def _mix(args: argparse.Namespace) -> None:
    from device.model.data.mixed_faces import make_mixed
    from device.model.data.training_set import load_training_set

    data = load_training_set(args.faces, args.cache)
    make_mixed(data, args.source, args.count, args.out, TerminalMonitor(sys.stdout))
    print(f"{args.out}: {args.count} mixed faces; ask the teachers next: teachers --mixed-faces {args.out}")


def _teachers_arguments(parser: argparse.ArgumentParser) -> None:
    add_training_faces(parser)
    parser.add_argument("--teacher", type=Path, action="append", required=True, metavar="ONNX", help="one or more")
    parser.add_argument("--cache", type=Path, required=True, help="keeps answers, so that nothing is asked twice")
    parser.add_argument("--mixed-faces", type=Path, metavar="DIR", help="write the targets of mixed faces beside them")
    parser.add_argument("--out", type=Path, metavar="NPZ", help="write a teachers.npz of the archived crops")
    parser.add_argument(
        "--source",
        action="append",
        default=[],
        metavar="NAME",
        help="with --out: an archive to ask about; default: the crops that teachers.npz names",
    )
    parser.add_argument("--threads", type=int, default=0, help="default: every core")


def _teachers(args: argparse.Namespace) -> None:
    from device.model.data.teacher import Cache, Teacher
    from device.model.data.teacher_targets import label_crops, label_mixed
    from device.model.data.training_set import archive_names, read_teachers

    monitor, cache = TerminalMonitor(sys.stdout), Cache(args.cache)
    teachers = [Teacher(path, args.threads) for path in args.teacher]
    if args.mixed_faces is not None:
        count = label_mixed(args.mixed_faces, args.faces, teachers, cache, monitor)
        print(f"{args.mixed_faces}: targets of {count} mixed faces")
    if args.out is not None:
        names = archive_names(args.faces, args.source) if args.source else read_teachers(args.faces)[0]
        kept = label_crops(names, args.faces, teachers, cache, args.out, monitor)
        print(f"{args.out}: targets of {len(names)} crops, {kept:.1%} of the variance")


def _pack_arguments(parser: argparse.ArgumentParser) -> None:
    add_training_faces(parser)
    parser.add_argument("--cache", type=Path, required=True, help=_CACHE)
    parser.add_argument("--mixed-faces", type=Path, metavar="DIR", help="mixed synthetic faces with targets, too")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--max-mib", type=float, default=60.0, help="the largest file")
    parser.add_argument("--quality", type=positive, default=70, help="of the pictures, as WebP")


def _pack(args: argparse.Namespace) -> None:
    from device.model.data.pieces import MIB, write_pieces
    from device.model.data.training_set import add_mixed, load_training_set

    data = load_training_set(args.faces, args.cache)
    data = data if args.mixed_faces is None else add_mixed(data, args.mixed_faces)
    for path in write_pieces(data, args.out, int(args.max_mib * MIB), args.quality, TerminalMonitor(sys.stdout)):
        print(f"{path}: {path.stat().st_size} bytes")


COMMANDS = (
    Command("mix", "mixed synthetic faces to train on: two crops made one", _mix_arguments, _mix),
    Command("teachers", "ask face networks what crops or mixed faces are", _teachers_arguments, _teachers),
    Command("pack", "the training crops as files of bounded size, for another machine", _pack_arguments, _pack),
)
