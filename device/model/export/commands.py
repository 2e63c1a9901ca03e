"""From a .tflite to network.bin, from the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

from device.model.command import Command


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--network", type=Path, required=True, help="an int8 .tflite")
    parser.add_argument("--out", type=Path, help="default: beside the .tflite")
    parser.add_argument("--headless", action="store_true", help="cut off a classifier behind the feature")


def _export(args: argparse.Namespace) -> None:
    from device.model.export.export import export

    network = export(args.network, headless=args.headless, note=lambda line: print(f"note: {line}"))
    out = args.out or args.network.with_suffix(".network.bin")
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = out.with_name(out.name + ".tmp")
    beside.write_bytes(network.data)
    beside.replace(out)
    header = network.header
    print(
        f"{out}: {header.total_bytes} bytes, {header.layer_count} layers in {len(network.groups)} groups, "
        f"{network.memory_bytes} bytes of activations (arena {header.arena_bytes}, work memory {network.work_bytes}), "
        f"{sum(layer.macs for layer in network.layers)} MACs, hash {network.hash_hex}; every layer equals LiteRT"
    )


COMMANDS = (
    Command("export", ".tflite to network.bin, checked against LiteRT on every layer", _export_arguments, _export),
)
