"""What a network is worth on faces: float beside int8 beside a board, all from one command.

int8 figures come from LiteRT's reference kernels, to which the firmware is equal bit for bit; ``board`` in the figures
says how many numbers of a sample were compared with a board's, and how many differ. One crop a picture, and in
the rows of a kind that ends in ``FLIP`` flip averaging: the feature is then the mean of the crop's and its mirror's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.errors import FileError
from device.model.data.face_set import FaceSet, read_lfw, read_people, sha256_of, thin
from device.model.data.training_set import middle, read_members, read_split
from device.model.data.utk_labels import read_label
from device.model.embedding.fingerprints import Floats, both_fingerprints, fingerprints
from device.model.embedding.fit_projection import digest_of, find_projection
from device.model.embedding.metrics import pair_scores, verify
from device.model.evaluate import robustness
from device.model.evaluate.demographics import Group, compare_groups
from device.model.evaluate.figures import (
    FLIP,
    FORMAT,
    BoardFigures,
    Dataset,
    Figures,
    NetworkFigures,
    Result,
    Row,
)
from device.model.evaluate.identification import Identification, identify
from device.model.evaluate.provenance import own_command, today, versions
from device.model.evaluate.rows import Rows, best_view, describe, views
from device.model.export.board_check import run_on_board
from device.model.export.export import export
from device.model.json_records import rounded
from device.model.progress import SILENT, Monitor
from device.model.variants.choose import width_of
from device.vision.fingerprint import Projection, average_flip, dequantise

ENROLMENTS = ((10, 1), (10, 3), (100, 1), (100, 3))  # people enrolled, pictures of each
_DIR_FAR = 1e-2
_BOARD_PAIRS = 20

Crops = NDArray[np.uint8]


@dataclass(frozen=True)
class EvaluationConfig:
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


def evaluate(
    config: EvaluationConfig, monitor: Monitor = SILENT, keep: Callable[[Result], None] = lambda result: None
) -> Result:
    """Measure everything that is asked for. Raises FileError and its like, naming the file.

    ``keep`` gets what is measured so far after each part, so that stopping a long run does not lose it.
    """
    run = _Evaluation(config, monitor)
    figures = run.accuracy()

    def kept(figures: Figures) -> Result:
        result = Result(rounded(figures), run.rows.scores, run.faces.pairs.same)
        keep(result)
        return result

    result = kept(figures)
    if config.board is not None:
        figures = replace(figures, board=run.through_board(config.board))
        result = kept(figures)
    if config.robustness_pairs:
        figures = replace(figures, robustness=run.robustness(figures.compared))
        result = kept(figures)
    if config.groups:
        figures = replace(figures, groups=run.groups())
        result = kept(figures)
    return result


class _Evaluation:
    """One run: what is read once, and a method for each part of the figures."""

    def __init__(self, config: EvaluationConfig, monitor: Monitor) -> None:
        self.config, self.monitor = config, monitor
        self.network = export(config.network)
        self.content = config.network.read_bytes()
        self.projection = Projection.load(find_projection(config.network))
        self.projection.check(self.network.header.hash)
        self.faces = _read(config, self.network.input_shape[0], monitor)
        self.rows = Rows(self.faces, monitor)
        monitor.line(
            f"{self.faces.title}: {len(self.faces.pairs.same)} pairs, {len(self.faces.crops)} pictures of "
            f"{len(set(self.rows.people))} people; network {self.network.name} {self.network.hash_hex[:12]}"
        )
        self.raw = both_fingerprints(self.content, str(config.network), self.faces.crops, monitor)

    def accuracy(self) -> Figures:
        """The rows of float and int8, thresholds and identification."""
        config, rows = self.config, self.rows
        if config.checkpoint is not None:
            rows.add_float(config.checkpoint, self.projection, self.network)
        features = self._features(self.raw)
        found = views(features[:, 0], self.projection)
        for kind, embeddings in found.items():
            rows.add(f"{config.label}, LiteRT", kind, embeddings)
        compared, plain = list(found.items())[-1]
        _, flipped = best_view(average_flip(features), self.projection)
        rows.add(f"{config.label}, LiteRT", compared + FLIP, flipped)
        suggested = rows.suggest(plain, config.far)
        suggested_flip = rows.suggest(flipped, config.far, FLIP)
        both = ((1, plain), (2, flipped))
        # Without a matrix the program compares otherwise than the projection's thresholds were measured.
        shipped = [
            one for passes, own in both if compared == "mapped" for one in rows.shipped(own, passes, self.projection)
        ]
        return Figures(
            format=FORMAT,
            command=own_command(),
            date=today(),
            measured_on="PC; int8 by LiteRT's reference kernels",
            versions=versions(),
            label=config.label,
            network=self._network(),
            dataset=self._dataset(),
            compared=compared,
            rows=tuple(rows.found),
            suggested=suggested,
            suggested_flip=suggested_flip,
            shipped_thresholds=tuple(shipped),
            identification=tuple(one for passes, own in both for one in self._identify(own, passes)),
        )

    def through_board(self, spec: str) -> BoardFigures:
        """A sample of the pairs through a board; the same pairs' rows by LiteRT stand beside the board's."""
        faces, label = self.faces, self.config.label
        pairs = thin(faces.pairs, self.config.board_pairs)
        place = {name: index for index, name in enumerate(faces.names)}
        sample = [place[name] for name in pairs.names]
        got, check = run_on_board(spec, self.network, faces.crops[sample], self.raw[sample], self.monitor)
        total = check.crops * check.passes * check.length
        self.monitor.line(f"{check.board}: {check.different_numbers} of {total} numbers differ from LiteRT's")
        compared = []
        own = self.raw[sample][:, : check.passes]
        for where, values in ((f"{label}, {check.where}", got), (f"{label}, LiteRT", own)):
            kind, embeddings = best_view(average_flip(self._features(values)), self.projection)
            kind += FLIP if check.passes > 1 else ""
            verification = verify(pair_scores(embeddings, pairs.names, pairs), pairs, (1e-2,))
            compared.append(Row.of(where, kind, len(pairs.same), verification))
            self.monitor.line(f"on these {len(pairs.same)} pairs: {describe(compared[-1])}")
        return BoardFigures(**asdict(check), rows=tuple(compared))

    def robustness(self, compared: str) -> tuple[robustness.Degraded, ...]:
        """Degraded copies of the second crop of each pair."""

        def answer(crops: Crops, what: str) -> Floats:
            self.monitor.tick(what, 0, len(crops))
            return self._features(self._fingerprints(crops))

        self.monitor.line("degraded copies of the second crop of each pair, thresholds of clean crops:")
        best = self.projection if compared == "mapped" else Projection()
        return tuple(robustness.measure(self.faces, self.config.robustness_pairs, best, answer, self.monitor))

    def groups(self) -> tuple[Group, ...]:
        """Demographic groups among the held-out training crops."""
        if self.config.faces is None:
            raise FileError("groups are measured on held-out training crops", "give --faces, with teachers.npz in it")
        names, targets, held, _ = read_split(self.config.faces)
        own = [str(names[row]) for row in held]
        crops = middle(read_members(self.config.faces, own), self.network.input_shape[0])
        _, embeddings = best_view(self._features(self._fingerprints(crops)), self.projection)
        labels = [read_label(name) for name in own]
        found = compare_groups(embeddings, targets[held], labels, self.projection.thresholds)
        for group in found:
            rates = "  ".join(f"FAR at {far:g}: {rate.value:.2g}" for far, rate in group.far.items())
            self.monitor.line(
                f"{group.name:18} {group.crops:5} crops  teacher correlation {group.teacher_correlation:.2f}  {rates}"
            )
        return tuple(found)

    def _fingerprints(self, crops: Crops) -> NDArray[np.int8]:
        return fingerprints(self.content, str(self.config.network), crops, self.monitor)

    def _features(self, raw: NDArray[np.int8]) -> Floats:
        return dequantise(raw, self.network.header.output_scale, self.network.header.output_zero_point)

    def _identify(self, embeddings: Floats, passes: int) -> list[Identification]:
        found = []
        for enrolled, shots in self.config.enrolments:
            one = identify(embeddings, self.rows.people, enrolled, shots, _DIR_FAR)
            if one is None:
                self.monitor.line(f"too few people or pictures to enrol {enrolled} with {shots} each")
                continue
            found.append(replace(one, passes=passes))
            self.monitor.line(
                f"{enrolled} people enrolled with {shots} picture{'s' if shots > 1 else ''} each, passes {passes}: DIR "
                f"{one.dir.value:.1%} [{one.dir.low:.1%}, {one.dir.high:.1%}] at FAR {_DIR_FAR:.0%}, "
                f"the right person first {one.first.value:.1%}"
            )
        return found

    def _network(self) -> NetworkFigures:
        config, network, matrix = self.config, self.network, self.projection.matrix
        return NetworkFigures(
            name=network.name,
            file=config.network.name,
            hash=network.hash_hex,
            sha256=sha256_of(config.network),
            input=network.input_shape,
            width=width_of(network),
            bytes=network.header.total_bytes,
            map_sha256=None if matrix is None else digest_of(self.projection),
            map_columns=None if matrix is None else int(matrix.shape[1]),
            checkpoint_sha256=None if config.checkpoint is None else sha256_of(config.checkpoint),
        )

    def _dataset(self) -> Dataset:
        faces = self.faces
        return Dataset(
            name=faces.title,
            pictures=len(faces.names),
            people=len(set(self.rows.people)),
            pairs=len(faces.pairs.same),
            sha256=faces.digests,
            skipped=faces.skipped,
        )


def _read(config: EvaluationConfig, size: int, monitor: Monitor) -> FaceSet:
    if config.people is not None:
        faces = read_people(config.people, size, monitor)
        if config.subset is None:
            return faces
        return replace(faces, pairs=thin(faces.pairs, config.subset))
    if config.faces is None:
        raise FileError("no pictures to measure on", "give --faces (LFW) or --people (a folder of your own)")
    return read_lfw(config.faces, size, config.subset, monitor)
