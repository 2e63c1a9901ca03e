"""Command line of the model pipeline."""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import asdict
from pathlib import Path

from device.errors import DeviceError
from device.model.graph.variant import Variant
from device.model.progress import TerminalMonitor
from device.paths import ASSETS


def _rate(text: str) -> float:
    value = float(text)
    if not 0 < value <= 0.1:
        raise argparse.ArgumentTypeError(f"{text} is no rate above 0 and up to 0.1")
    return value


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return value


def _times(text: str) -> tuple[str, int]:
    source, _, times = text.partition(":")
    return source, _positive(times)


def _train(args: argparse.Namespace) -> None:
    import torch

    from device.model.train.train import Plan, train

    if args.lenders:
        torch.set_num_threads(1)  # a thread for each process, see parallel.py
    variant = Variant(args.width, args.input_size)
    seconds = args.minutes * 60 if args.minutes else math.inf
    plan = Plan.parse(args.plan, peak_rate=args.rate, repeat=dict(args.repeat), blends=args.blends)
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


def _blend(args: argparse.Namespace) -> None:
    from device.model.data.blended_faces import make_blends

    monitor = TerminalMonitor(sys.stdout)
    make_blends(args.faces, args.cache, args.source, args.teacher, args.count, args.out, monitor)
    print(f"{args.out}: {args.count} blends")


def _agreement(args: argparse.Namespace) -> None:
    from device.model.train.teacher_agreement import agreements

    for one in agreements(args.checkpoint, args.faces, monitor=TerminalMonitor(sys.stdout)):
        seen = "trained on" if one.seen else "held out"
        print(f"{seen:11} {one.source:8} {one.crops:6} crops  cosine {one.cosine:.4f}", flush=True)


def _quantise(args: argparse.Namespace) -> None:
    from device.model.quantise.quantise import quantise

    network = quantise(
        args.checkpoint,
        args.faces,
        args.out,
        map_crops=args.map_crops,
        report=lambda line: print(line, flush=True),
    )
    print(f"{args.out}: network {network.hash_hex}, {network.memory_bytes} bytes of activations")


def _finetune(args: argparse.Namespace) -> None:
    from device.model.quantise.qat import finetune

    network = finetune(
        args.checkpoint,
        args.faces,
        args.cache or args.checkpoint.parent / "cache",
        args.out,
        pictures=args.pictures,
        map_crops=args.map_crops,
        blends=args.blends,
        report=lambda line: print(line, flush=True),
    )
    print(f"{args.out}: network {network.hash_hex}, {network.memory_bytes} bytes of activations")


def _thresholds(args: argparse.Namespace) -> None:
    from device.model.embedding.fit_projection import map_path, remake_map

    remake_map(args.network, args.faces, args.map_crops, TerminalMonitor(sys.stdout))
    print(f"{map_path(args.network)}: written")


def _stamp(args: argparse.Namespace) -> None:
    from device.model.embedding.fit_projection import map_path, stamp_map

    if not map_path(args.network).exists():
        print(f"{args.network} has no feature map, so there is nothing to stamp")
        return
    old, new = stamp_map(args.network, trust=args.trust)
    print(f"{map_path(args.network)}: network {old}" + (f" is now {new}" if old != new else ", as it was"))


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


def _evaluate(args: argparse.Namespace) -> None:
    from device.model.evaluate.evaluate import ENROLMENTS, EvaluationConfig, evaluate
    from device.model.evaluate.figures import Result
    from device.model.evaluate.result_files import record, write
    from device.model.json_records import to_json

    everything = args.all and args.people is None
    config = EvaluationConfig(
        args.network,
        args.faces,
        args.people,
        args.checkpoint,
        far=args.far,
        subset=args.subset,
        board=args.int8_on,
        board_pairs=args.pairs,
        enrolments=ENROLMENTS if args.enrol is None else ((args.enrol, args.shots),),
        robustness_pairs=args.robustness_pairs if args.robustness or args.all else 0,
        groups=args.groups or everything,
        label=args.label,
    )
    written: list[Path] = []

    def keep(found: Result) -> None:
        if args.out is not None:
            written[:] = write(args.out, found)

    result = evaluate(config, TerminalMonitor(None if args.json else sys.stdout), keep)
    for path in written:
        print(path, file=sys.stderr if args.json else sys.stdout)
    if args.record is not None:
        record(args.record, result.figures)
    if args.json:
        print(json.dumps(to_json(result.figures), indent=1))


def _card(args: argparse.Namespace) -> None:
    from device.model.evaluate.model_card import update_card

    update_card(args.card, args.results, args.ptq)
    print(f"{args.card}: figures written")


def _demo_clip(args: argparse.Namespace) -> None:
    from device.model.demo.clip import write_clip

    for visit in write_clip(args.faces, args.out):
        print(f"{visit.id}: {visit.from_s:.1f} to {visit.to_s:.1f} s{'' if visit.enrol else ', never enrolled'}")


def _choose(args: argparse.Namespace) -> None:
    from device.model.evaluate.plots import plot_choices
    from device.model.evaluate.result_files import read_record, write_csv
    from device.model.variants.choose import Limits, choices, face_figures, pick, pick_by_faces, table

    limits = Limits(args.max_ms, args.max_bytes, args.max_activation_bytes, args.clock)
    faces = face_figures(read_record(args.faces_csv))
    monitor = TerminalMonitor(None if args.json else sys.stdout)
    rows = choices(limits, faces, run=not args.no_board, monitor=monitor)
    monitor.line("")
    best, best_on_faces = (found.name if found else None for found in (pick(rows), pick_by_faces(rows)))
    records = [asdict(row) for row in rows]
    if args.csv:
        write_csv(args.csv, records, list(records[0]))
    if args.plot:
        plot_choices(args.plot, rows, (best, best_on_faces), limits.ms, limits.flash_bytes)
    if args.json:
        print(json.dumps({"variants": records, "pick": best, "pick_by_faces": best_on_faces}, indent=1))
        return
    print(table(rows))
    print(f"pick by ImageNet top-1: {best or 'none keeps the limits'}")
    if faces:
        print(f"pick by LFW, of {len(faces)} trained for faces: {best_on_faces or 'none keeps the limits'}")


def main() -> int:
    """Run one command; errors the user can mend are printed, not traced."""
    parser = argparse.ArgumentParser(prog="python -m device.model", description=__doc__)
    commands = parser.add_subparsers(required=True)
    train = commands.add_parser("train", help="train by distillation; goes on from the checkpoint in --out")
    train.add_argument("--faces", type=Path, required=True, help="folder with teacher.npz and the crop archives")
    train.add_argument("--out", type=Path, required=True, help="folder for checkpoint, cache and log")
    train.add_argument("--width", type=float, default=0.5)
    train.add_argument("--input-size", type=int, default=128)
    train.add_argument("--plan", default="128:3000000", help="size:pictures,…")
    train.add_argument("--rate", type=float, default=1.5e-3, help="highest learning rate")
    train.add_argument("--start-from", type=Path, metavar="FILE",
                       help="begin with the weights of a .tflite or checkpoint (.pt), as wide or wider")  # fmt: skip
    train.add_argument("--lenders", type=int, default=0, help="processes that compute gradients besides this one")
    train.add_argument("--repeat", type=_times, action="append", default=[], metavar="SOURCE:N",
                       help="show the crops of an archive N times as often, as celeba:3")  # fmt: skip
    train.add_argument("--blends", type=Path, metavar="DIR", help="show the faces that blend made there, too")
    train.add_argument("--fused", action="store_true", help="with C kernels of its own, which a compiler makes: faster")
    train.add_argument(
        "--bfloat16", action="store_true", help="the same with activations of 16 bits, where the CPU has them"
    )
    train.add_argument("--minutes", type=float, help="stop after this long, with a checkpoint")
    train.set_defaults(run=_train)
    agreement = commands.add_parser("agreement", help="how close a checkpoint is to the teachers, by source of crops")
    agreement.add_argument("--checkpoint", type=Path, required=True)
    agreement.add_argument("--faces", type=Path, required=True, help="folder with teacher.npz and the crop archives")
    agreement.set_defaults(run=_agreement)
    blend = commands.add_parser("blend", help="more faces to train on: two crops blended, labelled by the teacher")
    blend.add_argument("--faces", type=Path, required=True, help="folder with teacher.npz and the crop archives")
    blend.add_argument("--cache", type=Path, required=True, help="folder for decoded crops, as train's OUT/cache")
    blend.add_argument("--teacher", type=Path, required=True, help="float .tflite of one of teacher.npz's networks")
    blend.add_argument("--source", default="celeba", help="archive whose training crops are blended")
    blend.add_argument("--count", type=_positive, default=30_000)
    blend.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for train --blends")
    blend.set_defaults(run=_blend)
    quantise = commands.add_parser("quantise", help="checkpoint to int8 .tflite and feature map")
    quantise.add_argument("--checkpoint", type=Path, required=True)
    quantise.add_argument("--faces", type=Path, required=True, help="folder with teacher.npz and the crop archives")
    quantise.add_argument("--out", type=Path, required=True, help="the .tflite; <name>.map.npz is written beside it")
    quantise.add_argument(
        "--map-crops", type=int, metavar="N", help="training crops the feature map is fitted on; default all, 0: none"
    )
    quantise.set_defaults(run=_quantise)
    finetune = commands.add_parser("finetune", help="quantisation-aware fine-tuning of a checkpoint, to int8 .tflite")
    finetune.add_argument("--checkpoint", type=Path, required=True)
    finetune.add_argument("--faces", type=Path, required=True, help="folder with teacher.npz and the crop archives")
    finetune.add_argument("--out", type=Path, required=True, help="the .tflite; <name>.map.npz is written beside it")
    finetune.add_argument("--cache", type=Path, help="decoded crops; default: the cache beside the checkpoint")
    finetune.add_argument("--pictures", type=int, default=40_000, help="training views shown")
    finetune.add_argument("--map-crops", type=int, metavar="N", help="as for quantise")
    finetune.add_argument("--blends", type=Path, metavar="DIR", help="as for train")
    finetune.set_defaults(run=_finetune)
    thresholds = commands.add_parser("thresholds", help="measure the thresholds anew, into the map beside a .tflite")
    thresholds.add_argument("--network", type=Path, required=True, help="an int8 .tflite, its .map.npz beside it")
    thresholds.add_argument("--faces", type=Path, required=True, help="folder with teacher.npz and the crop archives")
    thresholds.set_defaults(run=_thresholds, map_crops=0)
    stamp = commands.add_parser("stamp", help="stamp the map of a .tflite anew after the exporter has changed")
    stamp.add_argument("--network", type=Path, required=True, help="the int8 .tflite that the map was made for")
    stamp.add_argument("--trust", action="store_true", help="the map does not say so, but it was made for this file")
    stamp.set_defaults(run=_stamp)
    remap = commands.add_parser(
        "map", help="choose the feature map of a .tflite and its thresholds anew, some fifty training crops a second"
    )
    remap.add_argument("--network", type=Path, required=True, help="an int8 .tflite, its .map.npz beside it")
    remap.add_argument("--faces", type=Path, required=True, help="folder with teacher.npz and the crop archives")
    remap.add_argument(
        "--map-crops", type=_positive, metavar="N", help="training crops that it is fitted on; default all"
    )
    remap.set_defaults(run=_thresholds)
    export = commands.add_parser("export", help=".tflite to network.bin, checked against LiteRT on every layer")
    export.add_argument("--network", type=Path, required=True, help="an int8 .tflite")
    export.add_argument("--out", type=Path, help="default: beside the .tflite")
    export.add_argument("--headless", action="store_true", help="cut off a classifier behind the feature")
    export.set_defaults(run=_export)
    evaluate = commands.add_parser("evaluate", help="accuracy, ROC and identification on faces, float and int8")
    evaluate.add_argument("--network", type=Path, required=True, help="an int8 .tflite, its .map.npz beside it")
    evaluate.add_argument("--checkpoint", type=Path, help="also the float network")
    evaluate.add_argument("--faces", type=Path, help="folder with lfw.zip and pairs.txt")
    evaluate.add_argument("--people", type=Path, metavar="DIR", help="instead: a folder with one folder per person")
    evaluate.add_argument("--out", type=Path, metavar="DIR", help="write JSON, CSV and PNG there")
    evaluate.add_argument("--far", type=_rate, default=1e-3, help="false-accept rate to suggest a threshold for")
    evaluate.add_argument("--subset", type=_positive, metavar="N", help="only about N pairs, for a first look")
    evaluate.add_argument("--int8-on", metavar="URL|virtual", help="also send pairs through a board and compare")
    evaluate.add_argument("--pairs", type=_positive, default=20, metavar="N", help="how many, at least 40 crops")
    evaluate.add_argument("--enrol", type=_positive, metavar="N", help="identification among N people")
    evaluate.add_argument("--shots", type=_positive, default=3, metavar="K", help="with K pictures each")
    evaluate.add_argument("--robustness", action="store_true", help="also shifted, blurred, dark and packed crops")
    evaluate.add_argument("--robustness-pairs", type=_positive, default=600, metavar="N")
    evaluate.add_argument("--groups", action="store_true", help="also by age, gender and race; needs teacher.npz")
    evaluate.add_argument("--all", action="store_true", help="everything but the board")
    evaluate.add_argument("--label", default="int8", help="what to call the int8 rows, as: PTQ")
    evaluate.add_argument("--record", type=Path, metavar="CSV", help="put the figures into the table that choose reads")
    evaluate.add_argument("--json", action="store_true")
    evaluate.set_defaults(run=_evaluate)
    card = commands.add_parser("card", help="put the figures that evaluate wrote into the model card")
    card.add_argument("--results", type=Path, required=True, help="folder of evaluate --out")
    card.add_argument("--ptq", type=Path, help="the same for the network before quantisation-aware training")
    card.add_argument("--card", type=Path, default=ASSETS / "MODEL_CARD.md")
    card.set_defaults(run=_card)
    clip = commands.add_parser("demo-clip", help="the clip of people who do not exist, and its .json")
    clip.add_argument("--faces", type=Path, required=True, help="folder with landmarked.zip")
    clip.add_argument("--out", type=Path, required=True, help="the .mp4")
    clip.set_defaults(run=_demo_clip)
    choose = commands.add_parser("choose", help="what all published variants cost, and the best within limits")
    choose.add_argument("--max-ms", type=float, default=math.inf, help="emulated time for one crop")
    choose.add_argument("--max-bytes", type=float, default=math.inf, help="flash, firmware's code included")
    choose.add_argument("--max-activation-bytes", type=float, default=math.inf, help="RAM for the activations")
    choose.add_argument("--clock", type=float, default=216e6, metavar="HZ", help="of the core; default: 216e6")
    choose.add_argument("--no-board", action="store_true", help="export only, no time on the virtual board")
    choose.add_argument("--faces-csv", type=Path, default=ASSETS / "face_results.csv", help="from evaluate --record")
    choose.add_argument("--csv", type=Path, help="write the table here")
    choose.add_argument("--plot", type=Path, metavar="PNG", help="write latency against accuracy here")
    choose.add_argument("--json", action="store_true")
    choose.set_defaults(run=_choose)
    args = parser.parse_args()
    try:
        args.run(args)
    except DeviceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {error.filename or 'writing'}: {error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; what was written is whole", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
