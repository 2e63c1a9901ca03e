"""Train the headless network by distillation from stronger face networks (the losses: ``losses.py``).

One process, or as many as torchrun starts; on CPUs or GPUs. All that changes during a training follows the samples that
were seen, so a run that was killed goes on from its checkpoint as if nothing had happened, on either kind of device.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from device.model.data.augment import Augmenter
from device.model.data.sampling import Sampler
from device.model.data.training_set import Rows, TrainingSet, middle, sources
from device.model.graph.variant import Variant
from device.model.train.checkpoint import Run
from device.model.train.held_out import held_out_figures
from device.model.train.losses import Losses, LossTerms
from device.model.train.processes import Processes, join_processes
from device.model.train.schedule import Pace, Schedule
from device.model.train.student import new_student
from device.model.train.warm_start import warm_start

CHECKPOINT, LOG = "checkpoint.pt", "log.jsonl"
_SEED = 1
_WARM_START_VIEWS = 8192
_SAVE_EVERY_S, _LOG_EVERY_S = 60, 240
_CHECK_EVERY = 16  # steps, all processes together


@dataclass(frozen=True)
class Engine:
    """``device`` is ``cpu`` or ``cuda``. With ``bfloat16`` activations are of that type; weights, sums, statistics and
    the optimiser stay float32. ``compiled``: by torch.compile. ``own_kernels``: those of ``cpu_kernels.py``."""

    device: str = "cpu"
    bfloat16: bool = False
    compiled: bool = False
    own_kernels: bool = False

    @property
    def kind(self) -> torch.dtype:
        return torch.bfloat16 if self.bfloat16 else torch.float32


def reuse_memory() -> None:
    """Keep freed memory instead of giving it back to the system: glibc maps and clears every large tensor anew, which
    at batches of 128 took two thirds of a step's time. Does nothing where the C library is another one."""
    if not sys.platform.startswith("linux"):
        return
    trim_threshold, top_pad, mmap_max = -1, -2, -4  # malloc.h
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        for option, value in ((mmap_max, 0), (trim_threshold, 2**31 - 1), (top_pad, 1 << 28)):
            mallopt(option, value)


class CropStore:
    """Gives crops as tensors on a device. A GPU holds all of them; a CPU takes them out of the file's cache."""

    def __init__(self, data: TrainingSet, device: torch.device) -> None:
        self._crops, self._device = data.crops, device
        self._held: Tensor | None = None
        if device.type == "cuda":
            self._held = torch.empty((len(data.names), *data.crops.shape[1:]), dtype=torch.uint8, device=device)
            for rows in np.array_split(np.arange(len(data.names)), max(1, len(data.names) // 1024)):
                self._held[int(rows[0]) : int(rows[-1]) + 1] = torch.from_numpy(np.asarray(self._crops[rows]))

    def take(self, rows: Rows) -> Tensor:
        """(n, 144, 144, 3) uint8 of the rows (n,)."""
        if self._held is not None:
            return self._held[torch.from_numpy(rows).to(self._device)]
        return torch.from_numpy(np.asarray(self._crops[rows]))


class _Sums:
    """Means of the losses since the last line of the log; they stay on the device until they are asked for."""

    def __init__(self) -> None:
        self._count = 0
        self._sums: dict[str, Tensor] = {}

    def add(self, terms: LossTerms) -> None:
        self._count += 1
        for key, value in vars(terms).items():
            self._sums[key] = self._sums.get(key, 0) + value.detach()

    def take(self) -> dict[str, float]:
        means = {key: float(value) / self._count for key, value in self._sums.items()}
        self._count, self._sums = 0, {}
        return means


def train(
    variant: Variant,
    schedule: Schedule,
    load: Callable[[], TrainingSet],
    out: Path,
    engine: Engine | None = None,
    *,
    seconds: float = math.inf,
    finish_in: float | None = None,
    start_from: Path | None = None,
) -> Path:
    """Train until the schedule or ``seconds`` is over; returns the checkpoint, which a later call goes on from.

    With ``finish_in`` the schedule is made as long or short as those seconds allow. A new run takes the weights of
    ``start_from``, a ``.tflite``, float weights or a checkpoint, if given. ``load`` gives the crops.
    """
    engine = engine or Engine()
    out.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    reuse_memory()
    processes = join_processes(engine.device)
    try:
        # The first process decodes the crops; the others read what it left.
        if not processes.first:
            processes.wait()
        data = load()
        if processes.first:
            processes.wait()
        run = _begin(variant, schedule, data, out / CHECKPOINT, processes, start_from)
        deadline = None if finish_in is None else started + finish_in
        _Training(run, schedule, data, out, engine, processes).go(started + seconds, deadline)
    finally:
        processes.leave()
    return out / CHECKPOINT


def _begin(
    variant: Variant, schedule: Schedule, data: TrainingSet, checkpoint: Path, processes: Processes, start: Path | None
) -> Run:
    torch.manual_seed(_SEED)
    begins_anew = not checkpoint.exists()
    if begins_anew and start is not None and processes.first:  # the others get its weights with the first step
        some = np.sort(np.random.default_rng(2).permutation(data.rows)[:_WARM_START_VIEWS])
        views = middle(np.asarray(data.crops[some]), schedule.size_at(0))
        student = warm_start(start, variant, views, data.targets[some])
    else:
        student = new_student(variant, data.targets.shape[1])
    run = Run.begin(student, schedule, processes.device)
    if not begins_anew:
        run.load(checkpoint)
    processes.wait()  # nobody writes a checkpoint before all have looked for one
    return run


class _Training:
    """The loop over steps, of one process."""

    def __init__(
        self, run: Run, schedule: Schedule, data: TrainingSet, out: Path, engine: Engine, processes: Processes
    ) -> None:
        self._run, self._schedule, self._data, self._out = run, schedule, data, out
        self._engine, self._processes = engine, processes
        device, seen = processes.device, run.samples_seen
        if device.type == "cuda":
            torch.backends.cudnn.benchmark = True
            torch.set_float32_matmul_precision("high")
        if engine.own_kernels:
            run.student.network.use_own_kernels(engine.kind)
        model: nn.Module = run.student.train()
        if engine.compiled:
            model = torch.compile(model, dynamic=False)  # type: ignore[assignment]
        if processes.count > 1:
            model = DistributedDataParallel(model, broadcast_buffers=False, gradient_as_bucket_view=True)
        self._model = model
        self._crops = CropStore(data, device)
        self._sampler = Sampler(data.rows, sources(data.names[data.rows]), schedule.shares, _SEED)
        self._augment = Augmenter(device, (_SEED, seen, processes.rank))
        self._losses = Losses(schedule.losses, data, seen + processes.rank, device, engine.kind)
        self._sums = _Sums()

    def go(self, stop_at: float, deadline: float | None) -> None:
        """Until the schedule is over, or until ``stop_at`` on the monotonic clock. With a ``deadline`` the schedule is
        made as long as it allows."""
        run, schedule, processes = self._run, self._schedule, self._processes
        pace = Pace(schedule)
        if deadline is None:
            run.length, run.done = schedule.total, run.samples_seen / schedule.total
        saved = logged = time.monotonic()
        seen_at_log, step = run.samples_seen, 0
        while run.done < 1 - 1e-9:
            if step % _CHECK_EVERY == 0:
                if processes.device.type == "cuda":
                    torch.cuda.synchronize()
                now, length = time.monotonic(), run.length
                if deadline is not None and pace.tick(now, schedule.size_at(run.done), run.samples_seen):
                    planned = pace.length(run.done, deadline - now)
                    length = length if planned is None else planned
                late = now >= stop_at or (deadline is not None and now >= deadline)
                over, length = processes.share(float(late), length)
                run.length = max(length, self._samples)
                if over:
                    break
                if processes.first and now - saved > _SAVE_EVERY_S:
                    run.save(self._out / CHECKPOINT)
                    saved = now
                if processes.first and now - logged > _LOG_EVERY_S:
                    self._log((run.samples_seen - seen_at_log) / (now - logged))
                    logged, seen_at_log = time.monotonic(), run.samples_seen
            self._step()
            step += 1
        if processes.first:
            run.save(self._out / CHECKPOINT)
            if step:
                self._log((run.samples_seen - seen_at_log) / (time.monotonic() - logged))
        processes.wait()

    @property
    def _samples(self) -> int:
        """Of one step of all processes."""
        return self._schedule.batch * self._processes.count

    def _step(self) -> None:
        run, schedule, processes = self._run, self._schedule, self._processes
        rows = self._sampler.draw(run.samples_seen, self._samples)[processes.rank :: processes.count]
        views = self._augment(self._crops.take(rows), schedule.size_at(run.done), schedule.strength_at(run.done))
        mixed_precision = self._engine.bfloat16 and not self._engine.own_kernels
        with torch.autocast(processes.device.type, torch.bfloat16, enabled=mixed_precision):
            embedded = self._model(views)
        terms = self._losses(embedded.float(), torch.from_numpy(rows))
        run.optimiser.zero_grad(set_to_none=True)
        terms.total(schedule.losses).backward()  # type: ignore[no-untyped-call]
        self._sums.add(terms)
        run.step(schedule, self._samples)

    def _log(self, samples_per_s: float) -> None:
        run, schedule = self._run, self._schedule
        size = schedule.size_at(min(run.done, 1 - 1e-9))
        line = {
            "samples_seen": run.samples_seen,
            "done": run.done,
            "length": round(run.length),
            "size": size,
            "learning_rate": schedule.rate_at(run.done),
            "samples_per_s": samples_per_s,
            **self._sums.take(),
            **{f"held_out {key}": value for key, value in held_out_figures(run.average, self._data, size).items()},
        }
        rounded = {key: round(value, 6) if isinstance(value, float) else value for key, value in line.items()}
        with (self._out / LOG).open("a") as log:
            log.write(json.dumps(rounded) + "\n")
