"""Rows of an evaluation, measured one by one: one way to compute embeddings and to compare them each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.errors import FileError
from device.model.data.face_set import FaceSet
from device.model.embedding.fingerprints import Floats, mirrored
from device.model.embedding.metrics import pair_scores, verify
from device.model.evaluate.figures import FLIP, Row, ShippedThreshold
from device.model.evaluate.impostors import TarAmongAll, far_at, find_impostors, number_people, tar_among_all
from device.model.progress import Monitor
from device.network.file import Network
from device.vision.fingerprint import FingerprintError, Projection, average_flip

FARS = (1e-2, 1e-3, 1e-4)
LOW_FARS = (1e-5,)  # measurable only among all pairs of two people


def views(features: Floats, projection: Projection) -> dict[str, Floats]:
    """Unit embeddings for each way of comparing: ``plain``, and with a projection ``centred`` and ``mapped``.

    Raises FileError where an answer of the network has no direction.
    """
    try:
        found = {"plain": Projection().apply(features)}
        if projection.mean is not None:
            found["centred"] = Projection(mean=projection.mean).apply(features)
        if projection.matrix is not None:
            found["mapped"] = projection.apply(features)
    except FingerprintError as error:
        raise FileError(f"the network's answer to some picture is {error.message}", "train it for longer") from error
    return found


def best_view(features: Floats, projection: Projection) -> tuple[str, Floats]:
    """The way that the program compares, and its embeddings."""
    return list(views(features, projection).items())[-1]


class Rows:
    """Adds rows one by one on the pairs of ``faces``, and keeps their pair scores by the row's name."""

    def __init__(self, faces: FaceSet, monitor: Monitor) -> None:
        self.faces, self.monitor = faces, monitor
        self.people = faces.people
        self.found: list[Row] = []
        self.scores: dict[str, NDArray[np.float64]] = {}
        number = dict(zip(self.people, number_people(self.people), strict=True))
        owners = [name.split("/", 1)[0] for name in faces.pairs.first]
        self._genuine_person = np.array([number[owner] for owner in owners])[faces.pairs.same]

    def add(self, where: str, kind: str, embeddings: Floats) -> None:
        """Measure embeddings (N, D) of the crops."""
        pairs = self.faces.pairs
        scores = pair_scores(embeddings, self.faces.names, pairs)
        among = self._among(embeddings, scores[pairs.same], (*FARS, *LOW_FARS))
        row = Row.of(where, kind, len(pairs.same), verify(scores, pairs, FARS), among)
        self.found.append(row)
        self.scores[row.name] = scores
        self.monitor.line(describe(row))

    def add_float(self, checkpoint: Path, projection: Projection, network: Network) -> None:
        """The float network, under the shipped projection, so that only int8 differs, and under its own."""
        from device.model.train.batchnorm_folding import host_map, load_student  # PyTorch: not where int8 is measured
        from device.model.train.student import features_of

        student = load_student(checkpoint)
        if student.network.variant.input_size != network.input_shape[0]:
            raise FileError(
                f"{checkpoint} is of a network for {student.network.variant.input_size} pixels, "
                f"the .tflite of one for {network.input_shape[0]}",
                "give the checkpoint that the .tflite was made from",
            )
        self.monitor.tick("float", 0, 1)
        found = features_of(student, self.faces.crops).numpy()
        own = host_map(student)
        for kind, embeddings in views(found, projection).items():
            self.add("float", kind, embeddings)
        flipped = features_of(student, mirrored(self.faces.crops)).numpy()
        kind, embeddings = best_view(average_flip(np.stack([found, flipped], axis=1)), projection)
        self.add("float", kind + FLIP, embeddings)
        self.add("float", "mapped as trained", Projection(own.mean, own.matrix).apply(found))

    def suggest(self, embeddings: Floats, far: float, how: str = "") -> TarAmongAll | None:
        """The threshold for the wanted rate on this set, None where it has too few pairs of two people."""
        found = self._among(embeddings, self._genuine(embeddings), (far,))
        if not found:
            self.monitor.line(f"too few pairs of two people for a threshold at FAR {far:g}")
            return None
        (one,) = found
        self.monitor.line(
            f"threshold for FAR {one.far:g} on these pictures{how}: {one.threshold.value:.3f} "
            f"[{one.threshold.low:.3f}, {one.threshold.high:.3f}], TAR {one.tar.value:.1%}"
        )
        return one

    def shipped(self, embeddings: Floats, passes: int, projection: Projection) -> list[ShippedThreshold]:
        """What the projection's own thresholds, measured on other pictures, do on these."""
        genuine = self._genuine(embeddings)
        thresholds = projection.thresholds_of(flip=passes > 1)
        rates = far_at(embeddings, self.people, [threshold for _, threshold in thresholds])
        found = []
        for (far, threshold), real in zip(thresholds, rates, strict=True):
            found.append(ShippedThreshold(far, threshold, real, float(np.mean(genuine >= threshold)), passes=passes))
            self.monitor.line(
                f"shipped threshold {threshold:.3f}, for FAR {far:g}, passes {passes}: here FAR {real:.2g}, "
                f"TAR {found[-1].tar:.1%}"
            )
        return found

    def _genuine(self, embeddings: Floats) -> NDArray[np.float64]:
        pairs = self.faces.pairs
        return pair_scores(embeddings, self.faces.names, pairs)[pairs.same]

    def _among(
        self, embeddings: Floats, genuine: NDArray[np.float64], fars: tuple[float, ...]
    ) -> tuple[TarAmongAll, ...]:
        impostors = find_impostors(embeddings, self.people, max(fars))
        return tar_among_all(impostors, genuine.astype(np.float32), self._genuine_person, fars)


def describe(row: Row) -> str:
    """One line for people."""
    accuracy = "no folds" if row.accuracy is None else f"{row.accuracy:.2%} ± {row.deviation:.2%}"
    tars = [f"TAR@{one.far:g} {one.tar.value:.1%} [{one.tar.low:.1%}, {one.tar.high:.1%}]" for one in row.tar]
    lines = [f"{row.where:14} {row.kind:17} {accuracy}  " + "  ".join(tars)]
    if (lowest := row.tar[-1]).accepted == 0:
        lines.append(
            f"  none of {lowest.impostors:,} pairs of two people may pass at FAR {lowest.far:g}: "
            f"that shows only a rate below {lowest.far_high:.2g} (95 %)"
        )
    if row.tar_among_all:
        tars = [
            f"TAR@{one.far:g} {one.tar.value:.1%} [{one.tar.low:.1%}, {one.tar.high:.1%}]" for one in row.tar_among_all
        ]
        lines.append(f"  among all {row.tar_among_all[0].impostors:,} pairs of two people: " + "  ".join(tars))
    return "\n".join(lines)
