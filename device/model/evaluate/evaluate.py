"""What a network is worth on faces: float beside int8 beside a board, all from one command.

int8 figures come from LiteRT's reference kernels, to which the firmware is equal bit for bit; ``board`` in the result
says how many numbers of a sample were compared with a board's, and how many differ. One crop a picture, looked at as it
is, and, in the rows of a kind that ends in ``TWICE``, at its mirror image too: the feature is then the mean of both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.errors import FileError
from device.model.data.face_set import FaceSet, read_lfw, read_people, sha256_of, thin
from device.model.embedding.fingerprints import Floats, both_fingerprints, fingerprints, mirrored
from device.model.embedding.metrics import pair_scores, verify
from device.model.evaluate.identification import Identification, identify
from device.model.evaluate.impostors import TarAmongAll, far_at, find_strangers, number_people, tar_among_all
from device.model.evaluate.provenance import own_command, today, versions
from device.model.evaluate.rows import TWICE, Row, Shipped, describe, rounded, row_figures
from device.model.progress import SILENT, Monitor
from device.network.file import Network
from device.vision.fingerprint import FeatureMap, FingerprintError, dequantise

FORMAT = 1
FARS = (1e-2, 1e-3, 1e-4)
LOW_FARS = (1e-5,)  # measurable only among all pairs of two people
ENROLMENTS = ((10, 1), (10, 3), (100, 1), (100, 3))  # people enrolled, pictures of each
_DIR_FAR = 1e-2
_BOARD_PAIRS = 20

Crops = NDArray[np.uint8]


@dataclass(frozen=True)
class Wish:
    """What to measure. One of ``faces`` (LFW) and ``people`` (a folder of one's own) is given."""

    network: Path
    faces: Path | None = None
    people: Path | None = None
    checkpoint: Path | None = None
    far: float = 1e-3  # to suggest a threshold for
    subset: int | None = None  # pairs
    board: str | None = None
    board_pairs: int = _BOARD_PAIRS
    enrolments: tuple[tuple[int, int], ...] = ENROLMENTS
    robustness_pairs: int = 0
    groups: bool = False
    label: str = "int8"


@dataclass(frozen=True, eq=False)
class Result:
    """The figures as they go into the JSON file, and the pair scores of each row, for curves."""

    figures: dict[str, Any]
    scores: dict[str, NDArray[np.float64]] = field(repr=False)
    same: NDArray[np.bool_] = field(repr=False)


def views(features: Floats, mapping: FeatureMap) -> dict[str, Floats]:
    """Unit vectors for each way of comparing: ``plain``, and with a map ``centred`` and ``mapped``."""
    found = {"plain": FeatureMap().apply(features)}
    if mapping.mean is not None:
        found["centred"] = FeatureMap(mean=mapping.mean).apply(features)
    if mapping.matrix is not None:
        found["mapped"] = mapping.apply(features)
    return found


def evaluate(wish: Wish, monitor: Monitor = SILENT, keep: Callable[[Result], None] = lambda result: None) -> Result:
    """Measure everything that is asked for. Raises FileError and its like, naming the file.

    ``keep`` gets what is measured so far after each part, so that stopping a long run does not lose it.
    """
    from device.model.embedding.fit_projection import map_path
    from device.model.export.export import export

    network = export(wish.network)
    content = wish.network.read_bytes()
    mapping = FeatureMap.load(map_path(wish.network))
    mapping.check(network.header.hash)
    faces = _read(wish, network.input_shape[0], monitor)
    people = faces.people
    monitor.line(
        f"{faces.title}: {len(faces.pairs.same)} pairs, {len(faces.crops)} pictures of {len(set(people))} people; "
        f"network {network.name} {network.hash_hex[:12]}"
    )
    measured = _Measured(faces, people, wish.far, monitor)
    raw = both_fingerprints(content, str(wish.network), faces.crops, monitor)
    features = dequantise(raw, network.header.output_scale, network.header.output_zero_point)
    if wish.checkpoint is not None:
        measured.float_rows(wish.checkpoint, mapping, network)
    ways = _views(features[:, 0], mapping)
    for kind, vectors in ways.items():
        measured.add(f"{wish.label}, LiteRT", kind, vectors)
    best_kind, once = list(ways.items())[-1]
    _, twice = _best_view(features.mean(axis=1), mapping)
    measured.add(f"{wish.label}, LiteRT", best_kind + TWICE, twice)
    looks = ((1, once), (2, twice))
    figures: dict[str, Any] = {
        "format": FORMAT,
        "command": own_command(),
        "date": today(),
        "measured_on": "PC; int8 by LiteRT's reference kernels",
        "versions": versions(),
        "label": wish.label,
        "network": _network(wish, network, mapping),
        "test": {
            "name": faces.title,
            "pictures": len(faces.names),
            "people": len(set(people)),
            "pairs": len(faces.pairs.same),
            "sha256": faces.digests,
            "skipped": [asdict(skip) for skip in faces.skipped],
        },
        "compared": best_kind,
        "rows": [row_figures(row) for row in measured.rows],
        "suggested": measured.suggest(once),
        "suggested_twice": measured.suggest(twice, ", two looks"),
        "shipped_thresholds": [
            asdict(one) for number, own in looks for one in measured.shipped(own, number, mapping, best_kind)
        ],
        "identification": [
            asdict(one) | {"looks": number}
            for number, own in looks
            for one in _identify(wish, own, number, people, monitor)
        ],
    }

    def so_far() -> Result:
        found = Result(rounded(figures), measured.scores, faces.pairs.same)
        keep(found)
        return found

    result = so_far()
    if wish.board is not None:
        figures["board"] = _board(wish, network, faces, raw, mapping, measured, monitor)
        result = so_far()
    if wish.robustness_pairs:
        from device.model.evaluate import robustness

        def answer(crops: Crops, what: str) -> Floats:
            monitor.tick(what, 0, len(crops))
            found = fingerprints(content, str(wish.network), crops, monitor)
            return dequantise(found, network.header.output_scale, network.header.output_zero_point)

        monitor.line("the second crop of each pair spoilt, thresholds of clean crops:")
        best = mapping if best_kind == "mapped" else FeatureMap()
        spoilt = robustness.measure(faces, wish.robustness_pairs, best, answer, monitor)
        figures["robustness"] = [asdict(one) for one in spoilt]
        result = so_far()
    if wish.groups:
        figures["groups"] = _groups(wish, content, network, mapping, monitor)
        result = so_far()
    return result


class _Measured:
    """Adds rows one by one, and keeps their pair scores."""

    def __init__(self, faces: FaceSet, people: list[str], far: float, monitor: Monitor) -> None:
        self.faces, self.people, self.far, self.monitor = faces, people, far, monitor
        self.rows: list[Row] = []
        self.scores: dict[str, NDArray[np.float64]] = {}
        number = dict(zip(people, number_people(people), strict=True))
        owners = [name.split("/", 1)[0] for name in faces.pairs.first]
        self._genuine_person = np.array([number[owner] for owner in owners])[faces.pairs.same]

    def add(self, where: str, kind: str, vectors: Floats) -> None:
        pairs = self.faces.pairs
        scores = pair_scores(vectors, self.faces.names, pairs)
        among = self._among(vectors, scores[pairs.same], (*FARS, *LOW_FARS))
        row = Row(where, kind, len(pairs.same), verify(scores, pairs, FARS), among)
        self.rows.append(row)
        self.scores[f"{where}, {kind}"] = scores
        self.monitor.line(describe(row))

    def _among(self, vectors: Floats, genuine: NDArray[np.float64], fars: tuple[float, ...]) -> tuple[TarAmongAll, ...]:
        strangers = find_strangers(vectors, self.people, max(fars))
        return tar_among_all(strangers, genuine.astype(np.float32), self._genuine_person, fars)

    def float_rows(self, checkpoint: Path, mapping: FeatureMap, network: Network) -> None:
        """The float network: its features under the shipped map, so that only int8 differs, and under its own."""
        from device.model.train.batchnorm_folding import host_map, load_student
        from device.model.train.train import embed

        student = load_student(checkpoint)
        if student.network.variant.input_size != network.input_shape[0]:
            raise FileError(
                f"{checkpoint} is of a network for {student.network.variant.input_size} pixels, "
                f"the .tflite of one for {network.input_shape[0]}",
                "give the checkpoint that the .tflite was made from",
            )
        self.monitor.tick("float", 0, 1)
        found = embed(student, self.faces.crops)[0].numpy()
        own = host_map(student)
        for kind, vectors in _views(found, mapping).items():
            self.add("float", kind, vectors)
        both = (found + embed(student, mirrored(self.faces.crops))[0].numpy()) / 2
        kind, vectors = _best_view(both, mapping)
        self.add("float", kind + TWICE, vectors)
        self.add("float", "mapped as trained", FeatureMap(own.mean, own.matrix).apply(found))

    def suggest(self, vectors: Floats, how: str = "") -> dict[str, Any] | None:
        """The threshold for the wanted rate on this set, None where it has too few pairs of two people."""
        pairs = self.faces.pairs
        genuine = pair_scores(vectors, self.faces.names, pairs)[pairs.same]
        found = self._among(vectors, genuine, (self.far,))
        if not found:
            self.monitor.line(f"too few pairs of two people for a threshold at FAR {self.far:g}")
            return None
        one = found[0]
        self.monitor.line(
            f"threshold for FAR {one.far:g} on these pictures{how}: {one.threshold.value:.3f} "
            f"[{one.threshold.low:.3f}, {one.threshold.high:.3f}], TAR {one.tar.value:.1%}"
        )
        return asdict(one)

    def shipped(self, vectors: Floats, looks: int, mapping: FeatureMap, kind: str) -> list[Shipped]:
        """What the map's own thresholds, measured on other pictures, do on these."""
        if kind != "mapped":
            return []
        pairs = self.faces.pairs
        genuine = pair_scores(vectors, self.faces.names, pairs)[pairs.same]
        thresholds = mapping.thresholds_of(mirror=looks > 1)
        rates = far_at(vectors, self.people, [threshold for _, threshold in thresholds])
        found = []
        for (far, threshold), real in zip(thresholds, rates, strict=True):
            found.append(Shipped(looks, far, threshold, real, float(np.mean(genuine >= threshold))))
            self.monitor.line(
                f"shipped threshold {threshold:.3f}, for FAR {far:g}, looks {looks}: here FAR {real:.2g}, "
                f"TAR {found[-1].tar:.1%}"
            )
        return found


def _views(features: Floats, mapping: FeatureMap) -> dict[str, Floats]:
    try:
        return views(features, mapping)
    except FingerprintError as error:
        raise FileError(f"the network's answer to some picture is {error.message}", "train it for longer") from error


def _best_view(features: Floats, mapping: FeatureMap) -> tuple[str, Floats]:
    """The way that the program compares, and its unit vectors."""
    return list(_views(features, mapping).items())[-1]


def _read(wish: Wish, size: int, monitor: Monitor) -> FaceSet:
    if wish.people is not None:
        faces = read_people(wish.people, size, monitor)
        if wish.subset is None:
            return faces
        return replace(faces, pairs=thin(faces.pairs, wish.subset))
    if wish.faces is None:
        raise FileError("no pictures to measure on", "give --faces (LFW) or --people (a folder of your own)")
    return read_lfw(wish.faces, size, wish.subset, monitor)


def _network(wish: Wish, network: Network, mapping: FeatureMap) -> dict[str, Any]:
    from device.model.embedding.fit_projection import digest_of
    from device.model.variants.choose import width_of

    columns = None if mapping.matrix is None else int(mapping.matrix.shape[1])
    return {
        "name": network.name,
        "file": wish.network.name,
        "hash": network.hash_hex,
        "sha256": sha256_of(wish.network),
        "input": list(network.input_shape),
        "width": width_of(network),
        "bytes": network.header.total_bytes,
        "map_sha256": None if mapping.matrix is None else digest_of(mapping),
        "map_columns": columns,
        "checkpoint_sha256": None if wish.checkpoint is None else sha256_of(wish.checkpoint),
    }


def _identify(wish: Wish, vectors: Floats, looks: int, people: list[str], monitor: Monitor) -> list[Identification]:
    found = []
    for enrolled, shots in wish.enrolments:
        one = identify(vectors, people, enrolled, shots, _DIR_FAR)
        if one is None:
            monitor.line(f"too few people or pictures to enrol {enrolled} with {shots} each")
            continue
        found.append(one)
        monitor.line(
            f"{enrolled} people enrolled with {shots} picture{'s' if shots > 1 else ''} each, looks {looks}: DIR "
            f"{one.dir.value:.1%} [{one.dir.low:.1%}, {one.dir.high:.1%}] at FAR {_DIR_FAR:.0%}, "
            f"the right person first {one.first.value:.1%}"
        )
    return found


def _board(
    wish: Wish,
    network: Network,
    faces: FaceSet,
    raw: NDArray[np.int8],
    mapping: FeatureMap,
    measured: _Measured,
    monitor: Monitor,
) -> dict[str, Any]:
    """A sample of the pairs through a board; the same pairs' rows by LiteRT stand beside the board's."""
    from device.model.export.board_check import run_on_board

    assert wish.board is not None
    pairs = thin(faces.pairs, wish.board_pairs)
    place = {name: index for index, name in enumerate(faces.names)}
    rows = [place[name] for name in pairs.names]
    got, check = run_on_board(wish.board, network, faces.crops[rows], raw[rows], monitor)
    total = check.crops * check.looks * check.length
    monitor.line(f"{check.board}: {check.different_numbers} of {total} numbers differ from LiteRT's")
    compared = []
    own = raw[rows][:, : check.looks]
    for where, values in ((f"{wish.label}, {check.where}", got), (f"{wish.label}, LiteRT", own)):
        features = dequantise(values, network.header.output_scale, network.header.output_zero_point).mean(axis=1)
        kind, vectors = _best_view(features, mapping)
        kind += TWICE if check.looks > 1 else ""
        row = Row(where, kind, len(pairs.same), verify(pair_scores(vectors, pairs.names, pairs), pairs, (1e-2,)))
        compared.append(row_figures(row))
        monitor.line(f"on these {len(pairs.same)} pairs: {describe(row)}")
    return {**asdict(check), "rows": compared}


def _groups(
    wish: Wish, content: bytes, network: Network, mapping: FeatureMap, monitor: Monitor
) -> list[dict[str, Any]]:
    from device.model.data.training_set import middle, read_members, read_teachers, split_rows
    from device.model.data.utk_labels import read_label
    from device.model.evaluate.demographics import compare_groups

    if wish.faces is None:
        raise FileError("groups are measured on held-out training crops", "give --faces, with teacher.npz in it")
    names, targets, _ = read_teachers(wish.faces)
    held = split_rows(len(names))[0]
    own = [str(names[row]) for row in held]
    crops = middle(read_members(wish.faces, own), network.input_shape[0])
    raw = fingerprints(content, str(wish.network), crops, monitor)
    features = dequantise(raw, network.header.output_scale, network.header.output_zero_point)
    _, vectors = _best_view(features, mapping)
    labels = [read_label(name) for name in own]
    found = compare_groups(vectors, targets[held], labels, mapping.thresholds)
    for group in found:
        rates = "  ".join(f"FAR at {far:g}: {rate.value:.2g}" for far, rate in group.far.items())
        monitor.line(f"{group.name:18} {group.crops:5} crops  agreement {group.agreement:.2f}  {rates}")
    return [asdict(group) for group in found]
