"""What the actions on a board report: frozen records."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from device.diagnostics.bench import BenchResult
from device.diagnostics.parity import Parity
from device.flash.programmer import FlashStep
from device.link.link import LinkCounters
from device.link.protocol import StatsReply
from device.link.replies import Profile, Selftest
from gui.core.states import Problem, Where


class ActionKind(StrEnum):
    """One at a time."""

    SELFTEST = "selftest"
    BENCH = "bench"
    PROFILE = "profile"
    PARITY = "parity"
    RESET = "reset"
    FLASH = "flash"


class ActionPhase(StrEnum):
    """How far an action of the board has come."""

    WAITING = "waiting"  # for the crops under way
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True)
class SelftestResult:
    """The answer to a self-test, and at which clock it was computed."""

    where: Where
    clock_hz: int
    selftest: Selftest


@dataclass(frozen=True)
class ProfileResult:
    """The time of every layer, and at which clock it was measured."""

    where: Where
    clock_hz: int
    board: str
    network: str
    profile: Profile


@dataclass(frozen=True)
class ParityResult:
    """``reference_ms`` is what the reference took on this PC, waiting for its turns included."""

    where: Where
    network: str
    parity: Parity
    reference_ms: float


@dataclass(frozen=True)
class LinkStats:
    """The board's counters since its start, and this end's since the program connected."""

    board: StatsReply
    host: LinkCounters
    where: Where


Result = SelftestResult | BenchResult | ProfileResult | ParityResult | None


@dataclass(frozen=True)
class ActionReport:
    """How an action stands: ``done`` of ``of`` steps (0 of 0: nobody knows), the result once it is done."""

    kind: ActionKind
    phase: ActionPhase
    done: int = 0
    of: int = 0
    step: FlashStep | None = None
    result: Result = None
    problem: Problem | None = None

    @property
    def over(self) -> bool:
        """Nothing more will come of it."""
        return self.phase in (ActionPhase.DONE, ActionPhase.FAILED, ActionPhase.STOPPED)
