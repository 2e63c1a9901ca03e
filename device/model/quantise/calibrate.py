"""What post-training quantisation chooses from pictures: ranges, equal channels, corrected biases. No torch.

Equalisation follows Nagel et al., "Data-free quantization through weight equalization and bias correction" (2019):
a channel may be scaled in one layer and scaled back in the next. Here the scale makes a channel's own best range
the whole tensor's range. Behind ReLU6 a scaled channel saturates at 6/scale instead of 6, which is where int8 would
have cut it off anyway.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from device.link.protocol import LayerKind
from device.model.data.training_set import Crops, chunks
from device.model.graph.float_network import PICTURE, Float, FloatLayer, Layers, forward, normalise, run_layer
from device.model.graph.tflite import Quantisation
from device.model.quantise.ptq import INPUT, QuantisedWeights, activation_scale, per_channel, quantise_weights

_BINS = 1024
_RELU6_TOP = 6.0
_CONVOLUTIONS = (LayerKind.CONV, LayerKind.POINTWISE, LayerKind.DEPTHWISE)


@dataclass(frozen=True, eq=False)
class Spread:
    """How often each value occurs in one layer's output: ``counts`` (C, bins) over ``low`` to ``high``."""

    low: float
    high: float
    counts: NDArray[np.int64]

    @property
    def centres(self) -> NDArray[np.float64]:
        """(bins,) the middle of each bin."""
        width = (self.high - self.low) / _BINS
        return np.asarray(self.low + width * (np.arange(_BINS) + 0.5), np.float64)


def measure(layers: Layers, crops: Crops) -> list[Spread]:
    """The spread of every layer's output over ``crops`` (N, S, S, 3) uint8."""
    lows, highs = np.full(len(layers), 0.0), np.full(len(layers), 1e-3)
    for chunk in chunks(crops):
        for index, output in enumerate(forward(layers, chunk)):
            lows[index] = min(lows[index], float(output.min()))
            highs[index] = max(highs[index], float(output.max()))
    spreads: list[Spread] = []
    for chunk in chunks(crops):
        for index, output in enumerate(forward(layers, chunk)):
            channels = output.shape[-1]
            if len(spreads) == index:
                spreads.append(Spread(lows[index], highs[index], np.zeros((channels, _BINS), np.int64)))
            spread = spreads[index]
            place = ((output - spread.low) * (_BINS / (spread.high - spread.low))).astype(np.int64)
            place = np.clip(place, 0, _BINS - 1) + np.arange(channels) * _BINS
            spread.counts[...] += np.bincount(place.reshape(-1), minlength=channels * _BINS).reshape(channels, _BINS)
    return spreads


def clipped_error(
    centres: NDArray[np.float64], counts: NDArray[np.int64], low: float, high: float
) -> NDArray[np.float64]:
    """Squared error over ``counts`` (…, bins) of int8 from ``low`` to ``high``: rounding inside, cutting outside."""
    step = (high - low) / 255
    inside = (centres >= low) & (centres <= high)
    error = np.where(inside, step * step / 12, (centres - np.clip(centres, low, high)) ** 2)
    return np.asarray(counts @ error)


_FRACTIONS = np.concatenate([np.linspace(0.05, 0.3, 11), np.linspace(0.32, 1.0, 35)])


def best_range(spread: Spread) -> tuple[float, float]:
    """The range of least squared error for the whole tensor; each end shrinks on its own."""
    counts = spread.counts.sum(axis=0)
    low, high = spread.low, spread.high
    for _ in range(2):
        errors = [clipped_error(spread.centres, counts, low, spread.high * part) for part in _FRACTIONS]
        high = spread.high * float(_FRACTIONS[int(np.argmin(errors))])
        if spread.low < 0:
            errors = [clipped_error(spread.centres, counts, spread.low * part, high) for part in _FRACTIONS]
            low = spread.low * float(_FRACTIONS[int(np.argmin(errors))])
    return low, high


def best_tops(spread: Spread) -> Float:
    """For outputs that are never negative: each channel's own upper end of least squared error (C,)."""
    tops = spread.high * _FRACTIONS
    errors = np.stack([clipped_error(spread.centres, spread.counts, 0.0, float(top)) for top in tops])
    return np.asarray(tops[np.argmin(errors, axis=0)], np.float32)


def _scale_outputs(layer: FloatLayer, scale: Float) -> FloatLayer:
    weights, bias = layer.table
    return replace(layer, weights=weights * per_channel(layer, scale), bias=bias * scale)


def _scale_inputs(layer: FloatLayer, scale: Float) -> FloatLayer:
    """Weights that take an input channel multiplied by ``scale`` for what it was."""
    weights, _ = layer.table
    return replace(layer, weights=weights / scale)


def equalise_rectified(layers: Layers, spreads: list[Spread], strength: float, limit: float = 16.0) -> Layers:
    """Scale the channels behind every ReLU6 but the last one's towards the full range of 6.

    Before a depthwise layer this costs nothing (it has a weight scale per channel); before a projection it makes the
    columns of one weight matrix unequal, so there only ``strength`` (0 to 1) of the scale, in logarithms, is used.
    """
    changed = list(layers)
    for index, layer in enumerate(layers):
        readers = [i for i, other in enumerate(layers) if index in (other.source, other.source2)]
        if not layer.relu6 or len(readers) != 1 or layers[readers[0]].kind not in _CONVOLUTIONS:
            continue
        reader = readers[0]
        full = np.clip(_RELU6_TOP / best_tops(spreads[index]), 1.0, limit).astype(np.float32)
        scale = full if layers[reader].kind == LayerKind.DEPTHWISE else full**strength
        changed[index] = _scale_outputs(changed[index], scale)
        changed[reader] = _scale_inputs(changed[reader], scale)
    return tuple(changed)


def choose_activations(layers: Layers, spreads: list[Spread], method: str) -> list[Quantisation]:
    """Scale and zero point of every layer's output: ``minmax``, ``mse``, or a percentile as a number (``99.99``)."""
    chosen = []
    for layer, spread in zip(layers, spreads, strict=True):
        if method == "minmax":
            low, high = spread.low, spread.high
        elif method == "mse":
            # Of the fingerprint nothing is cut off: its largest numbers are what makes a face stand out.
            low, high = (spread.low, spread.high) if layer.kind == LayerKind.MEAN else best_range(spread)
        else:
            share = (1 - float(method) / 100) * spread.counts.sum()
            below = np.cumsum(spread.counts.sum(axis=0))
            low = float(spread.centres[np.searchsorted(below, share)])
            high = float(spread.centres[min(int(np.searchsorted(below, below[-1] - share)), _BINS - 1)])
        chosen.append(activation_scale(low, high))
    return chosen


def choose_weights(layers: Layers, activations: list[Quantisation]) -> dict[int, QuantisedWeights]:
    """int8 weights of every layer that has any; ranges narrower than the largest weight measured no better."""
    chosen = {}
    for index, layer in enumerate(layers):
        if layer.weights is not None:
            source = INPUT if layer.source == PICTURE else activations[layer.source]
            chosen[index] = quantise_weights(layer, float(source.scales[0]))
    return chosen


def restore(layer: FloatLayer, quantised: QuantisedWeights) -> Float:
    """The real weights that int8 weights stand for."""
    return np.asarray(quantised.values * per_channel(layer, quantised.scales), np.float32)


def round_to(values: Float, quantisation: Quantisation) -> Float:
    """``values`` as int8 would hold them, as real numbers."""
    scale, zero_point = np.float32(quantisation.scales[0]), np.float32(quantisation.zero_points[0])
    return np.asarray((np.clip(np.round(values / scale) + zero_point, -128, 127) - zero_point) * scale, np.float32)


def correct_biases(
    layers: Layers, weights: dict[int, QuantisedWeights], activations: list[Quantisation], crops: Crops
) -> Layers:
    """Take off each channel's mean error, layer after layer: the quantised layer on quantised inputs against the float
    layer on float inputs, both before the ReLU6."""
    picture = normalise(crops)
    exact: dict[int, Float] = {PICTURE: picture}
    rounded: dict[int, Float] = {PICTURE: picture}
    corrected = list(layers)
    for index, layer in enumerate(layers):
        if layer.weights is None:
            other = layer.source2
            exact[index] = run_layer(layer, exact[layer.source], None if other is None else exact[other])
            y = run_layer(layer, rounded[layer.source], None if other is None else rounded[other])
        else:
            plain = replace(layer, relu6=False)
            wanted = run_layer(plain, exact[layer.source])
            got = run_layer(replace(plain, weights=restore(layer, weights[index])), rounded[layer.source])
            # Where ReLU6 cuts both alike, an error does not matter.
            both_cut = ((wanted <= 0) & (got <= 0)) | ((wanted >= 6) & (got >= 6))
            matters = ~both_cut if layer.relu6 else np.ones_like(both_cut)
            count = np.maximum(matters.sum(axis=(0, 1, 2)), got[..., 0].size // 50 + 1)
            error = ((got - wanted) * matters).sum(axis=(0, 1, 2)) / count
            corrected[index] = replace(layer, bias=(layer.table[1] - error).astype(np.float32))
            got -= error.astype(np.float32)
            exact[index] = np.clip(wanted, 0, 6) if layer.relu6 else wanted
            y = np.clip(got, 0, 6) if layer.relu6 else got
        rounded[index] = round_to(y, activations[index])
        needed = {s for later in layers[index + 1 :] for s in (later.source, later.source2)}
        for done in [key for key in exact if key not in needed and key != index]:
            del exact[done], rounded[done]
    return tuple(corrected)
