"""The host's projection of a network and its thresholds: made, measured, and written beside the ``.tflite``.

How a projection is fitted and chosen: ``projection_choice.py``. All features are what a board answers. Thresholds come
from the pairs of the held-out crops, without flip averaging and with it. The projection is fitted on both passes over
each training crop, and judged by their mean on the held-out crops.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.errors import FileError, MismatchError
from device.model.data.face_set import sha256_of
from device.model.data.training_set import read_identities, read_split, sources
from device.model.data.utk_labels import read_label
from device.model.embedding.fingerprints import Floats, archived_features
from device.model.embedding.projection_choice import Judge, ProjectionFitter, choose_recipe, same_and_apart
from device.model.export.export import export
from device.model.progress import SILENT, Monitor
from device.network.file import Network
from device.vision.fingerprint import OLD_SUFFIX, SUFFIX, FingerprintError, Projection, average_flip, hash_text

_FEWEST = 8  # crops to fit a projection on and to judge it with
FARS = (1e-4, 1e-3, 1e-2)
PERHAPS_THE_SAME = 0.3  # teacher cosine; on LFW the teachers' own threshold lies a little below

Thresholds = tuple[tuple[float, float], ...]  # (false-accept rate, cosine), by rate


def impostor_thresholds(
    embeddings: Floats,
    targets: Floats,
    source: NDArray[np.str_],
    people: NDArray[np.int64] | None = None,
    fars: tuple[float, ...] = FARS,
) -> Thresholds:
    """(rate, cosine) for each of ``fars``: the cosine that this share of the pairs of two different people reaches.

    ``embeddings`` (N, D) have length 1. Rates of which the pairs hold less than one are left out.

    Only pairs of one ``source`` (N,) count: who meets at a door has more in common (age, origin, camera) than two
    pictures of different collections, and is taken for each other twice as often. Of crops whose ``people`` (N,) are
    not known, two that the teachers' embeddings (N, E) find similar may be one person and are left out.
    """
    first, second = np.triu_indices(len(embeddings), k=1)
    _, apart = same_and_apart((targets @ targets.T)[first, second], people, first, second)
    scores = (embeddings @ embeddings.T)[first, second][apart & (source[first] == source[second])]
    measurable = sorted(far for far in fars if far * len(scores) >= 1)
    return tuple((far, float(np.clip(np.quantile(scores, 1 - far), -1, 1))) for far in measurable)


def _grown_up(names: NDArray[np.str_]) -> NDArray[np.bool_]:
    """Which crops are of grown-ups; all, where none is."""
    found = np.array([read_label(str(name)).grown_up for name in names], bool)
    return found if found.any() else ~found


def make_projection(
    content: bytes,
    network: Network,
    faces: Path,
    start: Projection,
    crops: int | None,
    monitor: Monitor = SILENT,
    *,
    projected: bool = True,
) -> Projection:
    """The projection of a network, with its thresholds: the best of those fitted on ``crops`` training crops of
    ``faces`` (None: all of them), or ``start`` as it is where ``crops`` is 0.

    ``projected``: ``start`` has the student's own matrix, which projections may begin from. One that was fitted here
    must not be: it knows the crops that it would be judged with.
    """
    names, targets, held, training = read_split(faces)
    matrix = start.matrix if projected else None

    def features(rows: NDArray[np.int64]) -> Floats:
        return archived_features(content, network, faces, [str(names[row]) for row in rows], monitor)

    monitor.line(f"features of {len(held)} held-out crops")
    held_passes = features(held)
    held_features = average_flip(held_passes)
    source, people = sources(names[held]), read_identities(faces, names[held])
    projection = start
    plain: Thresholds = ()
    flipped: Thresholds = ()
    try:
        if crops != 0:
            rows = np.random.default_rng(12).permutation(training)[: crops and max(crops, _FEWEST)]
            monitor.line(
                f"features of {len(rows)} training crops, and of their mirror images, to fit the projection on"
            )
            views, wanted = features(rows), targets[rows]

            both = np.concatenate([views[:, 0], views[:, 1]])
            fitter = ProjectionFitter(both, np.concatenate([wanted] * 2), matrix)
            old = _grown_up(names[held])
            judge = Judge(held_features[old], targets[held[old]], people[old], source[old])
            projection = fitter.fit(choose_recipe(fitter, judge, monitor))
        plain = impostor_thresholds(projection.apply(held_passes[:, 0]), targets[held], source, people)
        flipped = impostor_thresholds(projection.apply(held_features), targets[held], source, people)
        for what, found in (("one pass", plain), ("flip averaging", flipped)):
            scores = ", ".join(f"{score:.3f} for one in {1 / far:,.0f}" for far, score in reversed(found))
            monitor.line(f"thresholds, {what}: {scores}")
    except FingerprintError as error:  # a network that answers nothing to some picture
        monitor.line(f"no thresholds: {error.message}")
    digest = hashlib.sha256(content).hexdigest()
    stamp = network.header.hash
    return replace(projection, network_hash=stamp, thresholds=plain, flip_thresholds=flipped, source=digest)


def projection_path(network: Path) -> Path:
    """Where the projection of a ``.tflite`` is written."""
    return network.with_name(network.stem + SUFFIX)


def find_projection(network: Path) -> Path:
    """Where the projection of a ``.tflite`` stands: at ``projection_path``, or under the name of version 0.1."""
    path, old = projection_path(network), network.with_name(network.stem + OLD_SUFFIX)
    return old if old.exists() and not path.exists() else path


def digest_of(projection: Projection) -> str:
    """SHA-256 in hex over what a projection does, its mean, matrix and thresholds; the network's hash has no part in
    it."""
    digest = hashlib.sha256()
    for array in (projection.mean, projection.matrix):
        if array is not None:
            digest.update(f"{array.shape} ".encode() + np.ascontiguousarray(array, "<f4").tobytes())
    digest.update(repr(projection.thresholds).encode())
    if projection.flip_thresholds:
        digest.update(repr(projection.flip_thresholds).encode())
    return digest.hexdigest()


def stamp_projection(path: Path, *, trust: bool = False) -> tuple[str, str]:
    """Stamp the projection beside the ``.tflite`` at ``path`` with the hash that its network has now, which changes
    with the exporter's layout though the network computes the same; gives the old hash and the new one, in hex.

    The projection must have been made for this very file, or for nobody knows which and ``trust`` is given. FileError
    where there is no projection, MismatchError where it is another network's.
    """
    network, source = export(path), sha256_of(path)
    projection = Projection.load(find_projection(path))
    if projection.input_length is None:
        raise FileError(f"{find_projection(path)}: no projection", "python -m device.model quantise writes one")
    known = projection.source == source or (trust and not projection.source)
    if not known or projection.input_length != network.header.output_length:
        raise MismatchError(
            f"{find_projection(path)} was made for {projection.source[:12] or 'an unknown file'}, "
            f"{path} is {source[:12]}",
            "use the projection that was made with this network",
        )
    if projection.network_hash != network.header.hash or projection.source != source:
        write_projection(replace(projection, network_hash=network.header.hash, source=source), path)
    return hash_text(projection.network_hash), network.hash_hex


def write_projection(projection: Projection, out: Path) -> None:
    """The projection beside the ``.tflite`` at ``out``; float16 is far finer than the fingerprint it is applied to."""
    halves: dict[str, Any] = {
        name: None if array is None else array.astype(np.float16)
        for name, array in (("mean", projection.mean), ("matrix", projection.matrix))
    }
    replace(projection, **halves).save(projection_path(out))


def remake_projection(path: Path, faces: Path, crops: int | None, monitor: Monitor = SILENT) -> Projection:
    """Choose the projection of the ``.tflite`` at ``path`` again on ``crops`` training crops (None: all, 0: only its
    thresholds are measured again) and write it. FileError where there is no such network or no projection of it."""
    network = export(path)
    projection = Projection.load(find_projection(path))
    if projection.mean is None or projection.matrix is None:
        raise FileError(f"{find_projection(path)}: no projection", "python -m device.model quantise writes one")
    projection.check(network.header.hash)
    made = make_projection(path.read_bytes(), network, faces, projection, crops, monitor, projected=False)
    write_projection(made, path)
    return made
