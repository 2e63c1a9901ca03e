"""Training from the command line."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

from device.errors import FileError
from device.model.command import Command, add_sampling, add_training_faces, positive, share
from device.model.graph.variant import Variant
from device.model.progress import TerminalMonitor


def _network_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--width", type=float, default=0.5)
    parser.add_argument("--input-size", type=int, default=128)
    parser.add_argument("--start-from", type=Path, metavar="FILE",
                        help="begin with the weights of a .tflite, float weights (.npz) or a checkpoint (.pt), as wide "
                        "or wider")  # fmt: skip


def _train_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--faces", type=Path, help="folder with teachers.npz and the crop archives")
    parser.add_argument("--pieces", type=Path, metavar="DIR", help="instead: what the command pack wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint, cache and log")
    _network_arguments(parser)
    parser.add_argument("--phases", default="96:4000000,128:2500000", help="input size:samples,…")
    parser.add_argument("--batch", type=positive, default=64, help="samples of a step of one process")
    parser.add_argument("--rate", type=float, default=1.5e-3, help="highest learning rate")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument(
        "--bfloat16", action="store_true", help="with activations of 16 bits, where the device has them"
    )
    parser.add_argument("--compile", action="store_true", help="by torch.compile: pays on a GPU")
    parser.add_argument(
        "--own-kernels", action="store_true", help="with C kernels of its own, which a compiler makes: pays on a CPU"
    )
    parser.add_argument("--minutes", type=float, help="stop after this long, with a checkpoint")
    parser.add_argument(
        "--finish-in", type=float, metavar="MINUTES", help="make the schedule as long as can be done in this time"
    )
    add_sampling(parser)


def _train(args: argparse.Namespace) -> None:
    from device.model.data.pieces import read_pieces
    from device.model.data.training_set import TrainingSet, add_mixed, load_training_set
    from device.model.train.schedule import Schedule
    from device.model.train.train import Engine, train

    if args.faces is None and args.pieces is None:
        raise FileError("no crops to train on", "give --faces or --pieces")

    def load() -> TrainingSet:
        data = load_training_set(args.faces, args.out / "cache") if args.pieces is None else read_pieces(args.pieces)
        return data if args.mixed_faces is None else add_mixed(data, args.mixed_faces)

    checkpoint = train(
        Variant(args.width, args.input_size),
        Schedule(Schedule.parse_phases(args.phases), batch=args.batch, peak_rate=args.rate, shares=dict(args.share)),
        load,
        args.out,
        Engine(args.device, args.bfloat16, args.compile, args.own_kernels),
        seconds=args.minutes * 60 if args.minutes else math.inf,
        finish_in=args.finish_in * 60 if args.finish_in else None,
        start_from=args.start_from,
    )
    print(checkpoint)


def _gpu_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pieces", type=Path, required=True, metavar="DIR", help="what the command pack wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint and log")
    _network_arguments(parser)
    parser.add_argument("--minutes", type=float, default=9.0, help="from start to end")
    parser.add_argument("--rehearse", action="store_true", help="three small steps on the CPU")
    parser.add_argument(
        "--share", type=share, action="append", default=[], metavar="SOURCE:PERCENT", help="as for train"
    )


def _gpu(args: argparse.Namespace) -> None:
    from device.model.data.pieces import missing_pieces
    from device.model.train.gpu_run import gpu_run

    variant, shares = Variant(args.width, args.input_size), dict(args.share) or None
    checkpoint = gpu_run(
        args.pieces, args.out, variant, args.minutes, args.start_from, rehearse=args.rehearse, shares=shares
    )
    print(checkpoint or f"waiting for {', '.join(missing_pieces(args.pieces))}")


def _weights_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="the .npz, which train --start-from takes")


def _weights(args: argparse.Namespace) -> None:
    from device.model.train.batchnorm_folding import load_student
    from device.model.train.float_weights import write_float_weights

    write_float_weights(load_student(args.checkpoint).network, args.out)
    print(f"{args.out}: {args.out.stat().st_size} bytes")


def _similarity_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", type=Path, required=True)
    add_training_faces(parser)


def _similarity(args: argparse.Namespace) -> None:
    from device.model.train.teacher_similarity import teacher_similarities

    for one in teacher_similarities(args.checkpoint, args.faces, monitor=TerminalMonitor(sys.stdout)):
        seen = "trained on" if one.seen else "held out"
        print(f"{seen:11} {one.source:8} {one.crops:6} crops  cosine {one.cosine:.4f}", flush=True)


COMMANDS = (
    Command("train", "train by distillation; goes on from the checkpoint in --out", _train_arguments, _train),
    Command("gpu-run", "a whole training in some minutes of one large GPU, from pieces", _gpu_arguments, _gpu),
    Command(
        "float-weights", "the averaged weights of a checkpoint as a small file to keep", _weights_arguments, _weights
    ),
    Command(
        "teacher-similarity",
        "mean cosine of a checkpoint's embeddings with the teachers', by source of crops",
        _similarity_arguments,
        _similarity,
    ),
)
