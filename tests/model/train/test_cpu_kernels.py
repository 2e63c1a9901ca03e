"""Fused training computes what PyTorch computes in float32, to the rounding of its activations."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from device.errors import FileError
from device.model.data.training_set import TrainingSet, load_training_set

torch = pytest.importorskip("torch", reason="torch is not installed (extra 'train')")
if not any(shutil.which(name) for name in ("cc", "gcc", "clang")):
    pytest.skip("a C compiler is needed: apt-get install gcc libc6-dev", allow_module_level=True)

from torch import Tensor, nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from device.model.graph.variant import Variant  # noqa: E402
from device.model.train import cpu_kernels  # noqa: E402
from device.model.train.mobilenet import MobileNetV2  # noqa: E402
from device.model.train.schedule import Schedule  # noqa: E402
from device.model.train.train import Engine, train  # noqa: E402

ROUNDING = {torch.bfloat16: 2.0**-8, torch.float32: 1e-6}  # the most that an activation is off, relative
KINDS = tuple(ROUNDING)


def activations(*shape: int, seed: int, kind: torch.dtype = torch.bfloat16) -> Tensor:
    values = torch.randn(*shape, generator=torch.Generator().manual_seed(seed)) * 2 + 0.5
    made: Tensor = values.to(kind).contiguous(memory_format=torch.channels_last)
    return made.requires_grad_()


def off(found: Tensor, expected: Tensor) -> float:
    return float((found.float() - expected).detach().norm() / expected.detach().norm())


@pytest.mark.parametrize("channels", [8, 16, 24, 32, 40, 96, 1280])
@pytest.mark.parametrize("relu6", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_normalisation_is_pytorchs(channels: int, relu6: bool, kind: torch.dtype) -> None:
    ours, theirs = (nn.BatchNorm2d(channels, momentum=0.03) for _ in range(2))
    for norm in (ours, theirs):
        nn.init.uniform_(norm.weight, 0.5, 3, generator=torch.Generator().manual_seed(1))
        nn.init.normal_(norm.bias, generator=torch.Generator().manual_seed(2))
    x, gradient = (activations(3, channels, 5, 9, seed=seed, kind=kind) for seed in (3, 4))
    gradient = gradient.detach()
    cpu_kernels.normalise(x, ours, relu6).backward(gradient)  # type: ignore[no-untyped-call]
    x2 = x.detach().float().requires_grad_()
    expected = functional.relu6(theirs(x2)) if relu6 else theirs(x2)
    expected.backward(gradient.float())
    assert off(cpu_kernels.normalise(x, ours, relu6), expected) < ROUNDING[kind]
    assert off(x.grad, x2.grad) < ROUNDING[kind]
    assert off(ours.weight.grad, theirs.weight.grad) < 1e-5
    assert off(ours.bias.grad, theirs.bias.grad) < 1e-5


def test_running_statistics_are_pytorchs() -> None:
    ours, theirs = (nn.BatchNorm2d(16, momentum=0.03) for _ in range(2))
    for seed in range(3):
        x = activations(4, 16, 6, 6, seed=seed).detach()
        cpu_kernels.normalise(x, ours, True)
        theirs(x.float())
    torch.testing.assert_close(ours.running_mean, theirs.running_mean, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(ours.running_var, theirs.running_var, rtol=1e-5, atol=1e-6)


def test_a_mean_far_from_zero_leaves_the_variance_right() -> None:
    """Sums of squares cancel; they are kept in double over tiles, so that bfloat16's own rounding is the larger."""
    norm = nn.BatchNorm2d(8, momentum=1.0)
    x = (activations(64, 8, 64, 64, seed=1).detach() * 0.5 + 8).bfloat16().contiguous(memory_format=torch.channels_last)
    cpu_kernels.normalise(x, norm, False)
    expected = torch.var_mean(x.double(), dim=(0, 2, 3))
    torch.testing.assert_close(norm.running_var.double(), expected[0], rtol=2e-3, atol=0)
    torch.testing.assert_close(norm.running_mean.double(), expected[1], rtol=1e-6, atol=0)


@pytest.mark.parametrize("channels", [8, 24, 48])
@pytest.mark.parametrize(("stride", "height", "width"), [(1, 1, 1), (1, 3, 3), (1, 5, 8), (2, 2, 2), (2, 6, 10)])
@pytest.mark.parametrize("kind", KINDS)
def test_depthwise_is_pytorchs(channels: int, stride: int, height: int, width: int, kind: torch.dtype) -> None:
    x = activations(3, channels, height, width, seed=1, kind=kind)
    weight = torch.randn(channels, 1, 3, 3, generator=torch.Generator().manual_seed(2)).requires_grad_()
    y = cpu_kernels.depthwise(x, weight, stride)
    gradient = activations(*y.shape, seed=3, kind=kind).detach()
    y.backward(gradient)  # type: ignore[no-untyped-call]
    x2, weight2 = x.detach().float().requires_grad_(), weight.detach().clone().requires_grad_()
    padded = functional.pad(x2, (1, 1, 1, 1) if stride == 1 else (0, 1, 0, 1))
    expected = functional.conv2d(padded, weight2, stride=stride, groups=channels)
    expected.backward(gradient.float())
    assert y.shape == expected.shape
    assert off(y, expected) < ROUNDING[kind]
    assert off(x.grad, x2.grad) < ROUNDING[kind]
    assert off(weight.grad, weight2.grad) < 1e-5


def test_what_the_kernels_cannot_do_is_refused() -> None:
    norm = nn.BatchNorm2d(12)
    with pytest.raises(ValueError, match="12 channels"):
        cpu_kernels.normalise(activations(1, 12, 4, 4, seed=1), norm, True)
    with pytest.raises(ValueError, match="float64"):
        cpu_kernels.normalise(torch.zeros(1, 8, 4, 4, dtype=torch.double), nn.BatchNorm2d(8), True)
    with pytest.raises(ValueError, match="5x4 pixels"):
        cpu_kernels.depthwise(activations(1, 8, 4, 5, seed=1), torch.zeros(8, 1, 3, 3), 2)


def test_the_network_learns_as_in_float() -> None:
    """The same start and pictures: after some steps the loss has gone down as far as in float32."""
    pictures = torch.rand(16, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    wanted = torch.randn(16, 1280, generator=torch.Generator().manual_seed(2)).abs()
    reached = []
    for kind in (None, *KINDS):
        torch.manual_seed(3)
        network = MobileNetV2(Variant(0.35, 32)).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if kind is not None:
            network.use_own_kernels(kind)
        optimiser = torch.optim.Adam(network.parameters(), lr=2e-3)
        losses = []
        for _ in range(30):
            loss = (network.train()(pictures) - wanted).square().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(float(loss.detach()))
        reached.append((losses[0], losses[-1]))
    (first, last), (first16, last16), (first32, last32) = reached
    assert last < 0.7 * first
    assert first16 == pytest.approx(first, rel=0.02)
    assert last16 == pytest.approx(last, rel=0.15)
    assert first32 == pytest.approx(first, rel=1e-4)
    assert last32 == pytest.approx(last, rel=0.05)


def test_training_in_bfloat16_goes_on_from_a_float_checkpoint(tiny_faces: Path, tmp_path: Path) -> None:
    variant = Variant(0.35, 32)

    def load() -> TrainingSet:
        return load_training_set(tiny_faces, tmp_path / "cache")

    train(variant, Schedule(((32, 16),), batch=8), load, tmp_path)
    engine = Engine(bfloat16=True, own_kernels=True)
    path = train(variant, Schedule(((32, 32),), batch=8), load, tmp_path, engine)
    state = torch.load(path, weights_only=True)
    assert state["samples_seen"] == 32
    assert all(bool(torch.isfinite(value).all()) for value in state["student"].values())
    assert {value.dtype for value in state["student"].values()} == {torch.float32, torch.int64}


def test_no_compiler_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu_kernels.library.cache_clear()
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(FileError, match="no C compiler") as caught:
        cpu_kernels.library()
    assert "--own-kernels" in str(caught.value.hint)
