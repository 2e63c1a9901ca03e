"""From a checkpoint to an int8 network, from the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

from device.model.command import Command, add_sampling, add_training_faces, positive, say
from device.network.file import Network


def _quantise_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", type=Path, required=True)
    add_training_faces(parser)
    parser.add_argument(
        "--out", type=Path, required=True, help="the .tflite; <name>.projection.npz is written beside it"
    )
    parser.add_argument(
        "--projection-crops",
        type=int,
        metavar="N",
        help="training crops the projection is fitted on; default all, 0: none",
    )


def _quantise(args: argparse.Namespace) -> None:
    from device.model.quantise.quantise import quantise

    _told(args.out, quantise(args.checkpoint, args.faces, args.out, projection_crops=args.projection_crops, report=say))


def _finetune_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", type=Path, required=True)
    add_training_faces(parser)
    parser.add_argument(
        "--out", type=Path, required=True, help="the .tflite; <name>.projection.npz is written beside it"
    )
    parser.add_argument("--cache", type=Path, help="decoded crops; default: the cache beside the checkpoint")
    parser.add_argument("--samples", type=positive, default=40_000, help="training views seen")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--projection-crops", type=int, metavar="N", help="as for quantise")
    add_sampling(parser)


def _finetune(args: argparse.Namespace) -> None:
    from device.model.data.training_set import add_mixed, load_training_set
    from device.model.quantise.qat import finetune

    data = load_training_set(args.faces, args.cache or args.checkpoint.parent / "cache")
    network = finetune(
        args.checkpoint,
        data if args.mixed_faces is None else add_mixed(data, args.mixed_faces),
        args.faces,
        args.out,
        samples=args.samples,
        shares=dict(args.share),
        device=args.device,
        projection_crops=args.projection_crops,
        report=say,
    )
    _told(args.out, network)


def _told(out: Path, network: Network) -> None:
    print(f"{out}: network {network.hash_hex}, {network.memory_bytes} bytes of activations")


COMMANDS = (
    Command("quantise", "checkpoint to int8 .tflite and projection", _quantise_arguments, _quantise),
    Command(
        "finetune",
        "quantisation-aware fine-tuning of a checkpoint, to int8 .tflite",
        _finetune_arguments,
        _finetune,
    ),
)
