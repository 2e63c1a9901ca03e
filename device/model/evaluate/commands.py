"""Measuring a network and writing the model card, from the command line."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from device.model.command import Command, positive, rate
from device.model.progress import TerminalMonitor
from device.paths import ASSETS


def _evaluate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--network", type=Path, required=True, help="an int8 .tflite, its .projection.npz beside it")
    parser.add_argument("--checkpoint", type=Path, help="also the float network")
    parser.add_argument("--faces", type=Path, help="folder with lfw.zip and pairs.txt")
    parser.add_argument("--people", type=Path, metavar="DIR", help="instead: a folder with one folder per person")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write JSON, CSV and PNG there")
    parser.add_argument("--far", type=rate, default=1e-3, help="false-accept rate to suggest a threshold for")
    parser.add_argument("--subset", type=positive, metavar="N", help="only about N pairs, for a first look")
    parser.add_argument("--int8-on", metavar="URL|virtual", help="also send pairs through a board and compare")
    parser.add_argument("--pairs", type=positive, default=20, metavar="N", help="how many, at least 40 crops")
    parser.add_argument("--enrol", type=positive, metavar="N", help="identification among N people")
    parser.add_argument("--shots", type=positive, default=3, metavar="K", help="with K pictures each")
    parser.add_argument("--robustness", action="store_true", help="also shifted, blurred, dark and packed crops")
    parser.add_argument("--robustness-pairs", type=positive, default=600, metavar="N")
    parser.add_argument("--groups", action="store_true", help="also by age, gender and race; needs teachers.npz")
    parser.add_argument("--all", action="store_true", help="everything but the board")
    parser.add_argument("--label", default="int8", help="what to call the int8 rows, as: PTQ")
    parser.add_argument("--record", type=Path, metavar="CSV", help="put the figures into the table that choose reads")
    parser.add_argument("--json", action="store_true")


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


def _card_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--results", type=Path, required=True, help="folder of evaluate --out")
    parser.add_argument("--ptq", type=Path, help="the same for the network before quantisation-aware training")
    parser.add_argument("--card", type=Path, default=ASSETS / "MODEL_CARD.md")


def _card(args: argparse.Namespace) -> None:
    from device.model.evaluate.model_card import update_card

    update_card(args.card, args.results, args.ptq)
    print(f"{args.card}: figures written")


def _frame_scores_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--network", type=Path, required=True, help="an int8 .tflite, its .projection.npz beside it")
    parser.add_argument("--faces", type=Path, required=True, help="folder with identities.csv and the crop archives")
    parser.add_argument("--archive", default="celeba2", help="whose people are measured on")
    parser.add_argument("--people", type=positive, default=400, metavar="N")
    parser.add_argument("--json", action="store_true")


def _frame_scores(args: argparse.Namespace) -> None:
    from device.model.embedding.fingerprints import int8_features
    from device.model.embedding.fit_projection import projection_path
    from device.model.evaluate.frame_scores import describe, measure, read_two_photos
    from device.model.export.export import convert
    from device.model.json_records import to_json
    from device.vision.fingerprint import Projection

    monitor = TerminalMonitor(None if args.json else sys.stdout)
    photos, others = read_two_photos(args.faces, args.archive, args.people, monitor)
    content, where = args.network.read_bytes(), str(args.network)
    size = convert(content, where, "").network.input_shape[0]
    projection = Projection.load(projection_path(args.network))
    rows = measure(photos, others, projection, lambda crops, _: int8_features(content, where, crops, monitor), size)
    print(json.dumps(to_json(rows), indent=1) if args.json else describe(rows))


def _photo_clusters_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--network", type=Path, required=True, help="an int8 .tflite, its .projection.npz beside it")
    parser.add_argument("--faces", type=Path, required=True, help="folder with identities.csv and the crop archives")
    parser.add_argument("--archive", default="celeba2", help="whose people are measured on: celeba2, lfw")
    parser.add_argument("--people", type=positive, default=400, metavar="N", help="at most so many, evenly chosen")
    parser.add_argument("--folders", type=positive, default=500, metavar="N", help="of each kind")
    parser.add_argument("--json", action="store_true")


def _photo_clusters(args: argparse.Namespace) -> None:
    import numpy as np

    from device.model.data.face_set import read_lfw
    from device.model.embedding.fingerprints import archived_features, both_fingerprints
    from device.model.embedding.fit_projection import projection_path
    from device.model.evaluate.photo_clusters import choose_photos, describe, measure, read_identities
    from device.model.export.export import convert
    from device.model.json_records import to_json
    from device.vision.fingerprint import Projection, average_flip, dequantise

    monitor = TerminalMonitor(None if args.json else sys.stdout)
    content = args.network.read_bytes()
    network = convert(content, str(args.network), "").network
    if args.archive == "lfw":
        faces = read_lfw(args.faces, network.input_shape[0], monitor=monitor)
        people = choose_photos(zip(faces.names, faces.people, strict=True), args.people)
        where = {name: index for index, name in enumerate(faces.names)}
        crops = faces.crops[[where[name] for own in people.values() for name in own]]
        raw = both_fingerprints(content, str(args.network), crops, monitor)
        features = dequantise(raw, network.header.output_scale, network.header.output_zero_point)
    else:
        people = choose_photos(read_identities(args.faces, args.archive), args.people)
        names = [name for own in people.values() for name in own]
        features = archived_features(content, network, args.faces, names, monitor)
    embeddings = Projection.load(projection_path(args.network)).apply(average_flip(features))
    ends = np.cumsum([len(own) for own in people.values()])[:-1]
    rows = measure(dict(zip(people, np.split(embeddings, ends), strict=True)), args.folders)
    print(json.dumps(to_json(rows), indent=1) if args.json else describe(rows))


COMMANDS = (
    Command("evaluate", "accuracy, ROC and identification on faces, float and int8", _evaluate_arguments, _evaluate),
    Command(
        "frame-scores",
        "how alike a face's pictures are from frame to frame, and somebody else's to them",
        _frame_scores_arguments,
        _frame_scores,
    ),
    Command(
        "photo-clusters",
        "how often photos of two people in one folder are told apart, and one person's are not",
        _photo_clusters_arguments,
        _photo_clusters,
    ),
    Command("card", "put the figures that evaluate wrote into the model card", _card_arguments, _card),
)
