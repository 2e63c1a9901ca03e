"""Training from the command line."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

from device.model.command import Command, add_training_faces, positive
from device.model.graph.variant import Variant
from device.model.progress import TerminalMonitor


def _times(text: str) -> tuple[str, int]:
    source, _, times = text.partition(":")
    return source, positive(times)


def _train_arguments(parser: argparse.ArgumentParser) -> None:
    add_training_faces(parser)
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint, cache and log")
    parser.add_argument("--width", type=float, default=0.5)
    parser.add_argument("--input-size", type=int, default=128)
    parser.add_argument("--plan", default="128:3000000", help="size:pictures,…")
    parser.add_argument("--rate", type=float, default=1.5e-3, help="highest learning rate")
    parser.add_argument("--start-from", type=Path, metavar="FILE",
                        help="begin with the weights of a .tflite or checkpoint (.pt), as wide or wider")  # fmt: skip
    parser.add_argument("--lenders", type=int, default=0, help="processes that compute gradients besides this one")
    parser.add_argument("--repeat", type=_times, action="append", default=[], metavar="SOURCE:N",
                        help="show the crops of an archive N times as often, as celeba:3")  # fmt: skip
    parser.add_argument("--mixed-faces", type=Path, metavar="DIR", help="show the faces that mix made there, too")
    parser.add_argument(
        "--fused", action="store_true", help="with C kernels of its own, which a compiler makes: faster"
    )
    parser.add_argument(
        "--bfloat16", action="store_true", help="the same with activations of 16 bits, where the CPU has them"
    )
    parser.add_argument("--minutes", type=float, help="stop after this long, with a checkpoint")


def _train(args: argparse.Namespace) -> None:
    import torch

    from device.model.train.train import Plan, train

    if args.lenders:
        torch.set_num_threads(1)  # a thread for each process, see gradient_workers.py
    variant = Variant(args.width, args.input_size)
    seconds = args.minutes * 60 if args.minutes else math.inf
    plan = Plan.parse(args.plan, peak_rate=args.rate, repeat=dict(args.repeat), blends=args.mixed_faces)
    checkpoint = train(
        variant,
        plan,
        args.faces,
        args.out,
        seconds,
        start_from=args.start_from,
        lenders=args.lenders,
        fused=torch.bfloat16 if args.bfloat16 else torch.float32 if args.fused else None,
    )
    print(checkpoint)


def _similarity_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", type=Path, required=True)
    add_training_faces(parser)


def _similarity(args: argparse.Namespace) -> None:
    from device.model.train.teacher_agreement import agreements

    for one in agreements(args.checkpoint, args.faces, monitor=TerminalMonitor(sys.stdout)):
        seen = "trained on" if one.seen else "held out"
        print(f"{seen:11} {one.source:8} {one.crops:6} crops  cosine {one.cosine:.4f}", flush=True)


COMMANDS = (
    Command("train", "train by distillation; goes on from the checkpoint in --out", _train_arguments, _train),
    Command(
        "teacher-similarity",
        "mean cosine of a checkpoint's embeddings with the teachers', by source of crops",
        _similarity_arguments,
        _similarity,
    ),
)
