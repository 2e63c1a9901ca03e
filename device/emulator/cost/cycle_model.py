"""What a basic block costs on a Cortex-M7: a stated model, computed once per block from its instructions alone.

ARM does not publish the core's timing. The rules here were put together from what others measured on silicon, and say
of each instruction when it can be issued, in order, at most two a cycle:

- stages: addresses and shifted operands are needed a cycle ahead of the ALU ("early"), factors and other operands at
  the ALU, accumulators a cycle behind it, and what a store stores later still. An addition, subtraction, move or plain
  shift whose operands are there is done in the early ALU, and its result can be used by the younger of the same pair;
  else in the late ALU, and its result can be used from the next cycle on.
- latencies that follow: load to ALU 1 (bytes and half words 2), load to address 2, load to multiplication 2,
  multiplication to ALU 2, accumulator to accumulator 1, ALU to address 2 (1 from the early ALU), the base of an indexed
  access to the next address 1.
- pairs that are not issued together: two multiplications; a multiplication and a store; two of DSP, bit-field and
  extending instructions; two that need the shifter (shifted operand, rotated constant, bit-field); two stores; two
  branches; two FPU operations; two loads unless their bases are the same register and their constant offsets lie in
  different banks (even and odd words); two
  that write the same register, unless the younger builds on the older (MOVW, MOVT).
- LDM, STM, LDRD, STRD, PUSH, POP issue alone, two registers a cycle. Division takes 7 cycles (2 to 12 on silicon).
- every branch is predicted and takes a slot. A block that branches to its own start costs what it costs in the long
  run, its last and first instructions paired.

Not in the model: cache misses, flash wait states, mispredicted branches, unaligned accesses, a full store buffer, the
alignment of instructions, bank conflicts with DMA. On published measurements real time was 1.05 to 1.33 times such a
model.

Sources: the measurements published by jnk0le ("pipeline cycle test", Cortex-M7, on an STM32H743) and at quinapalus.com
(Cortex-M7 cycle counts, on an STM32H730); LLVM's ARMScheduleM7.td for division; DDI0489 (Cortex-M7 TRM) for the units.
"""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import count

from device.emulator.cost.thumb_decoder import FLAGS, FP0, Kind, Op, decode_block

ALONE = frozenset({Kind.MULTIPLE, Kind.DIVIDE, Kind.SYSTEM})
ONE_OF = (Kind.MAC, Kind.DSP, Kind.STORE, Kind.BRANCH, Kind.FP)  # not two of these together
SIMPLE = frozenset({Kind.ALU, Kind.SHIFT})
EARLY, ORDINARY, LATE, STORED = 0, 1, 2, 3  # cycles after issue at which an operand is needed
BANK_BYTES = 4  # data memory is two banks of alternate words

Place = tuple[int, int]
"""A load's address as (token of its base's value, constant offset)."""


class _Pipeline:
    """Issues instructions in order and keeps what is ready when, in cycles from the block's start."""

    def __init__(self) -> None:
        self._ready: defaultdict[int, int] = defaultdict(int)  # when a register's value is there
        self._ready_to_multiply: defaultdict[int, int] = defaultdict(int)
        self._tokens = count()
        self._values: dict[int, Place] = {}  # what is known of a register's value: a token plus a constant
        self._older: Op | None = None
        self._older_place: Place | None = None
        self._cycle = -1  # of the newest issue
        self.free = 0  # the cycle after everything issued so far

    def _value(self, register: int) -> Place:
        if register not in self._values:
            self._values[register] = (next(self._tokens), 0)
        return self._values[register]

    def _place(self, op: Op) -> Place | None:
        if op.kind is not Kind.LOAD or op.base is None or op.offset is None:
            return None
        token, constant = self._value(op.base)
        return token, constant + op.offset

    def _earliest(self, op: Op, conditional: bool) -> int:
        ready = self._ready
        needs = [ready[register] - EARLY for register in op.early]
        needs += [ready[register] - ORDINARY for register in op.reads]
        needs += [self._ready_to_multiply[register] - ORDINARY for register in op.multiplies]
        last = LATE if op.kind in (Kind.MAC, Kind.FP) else STORED
        needs += [ready[register] - last for register in op.late]
        if conditional and op.kind is not Kind.BRANCH:
            needs.append(ready[FLAGS] - ORDINARY)
        return max(needs, default=0)

    def _pairs(self, older: Op, younger: Op, place: Place | None) -> bool:
        if older.kind in ALONE or younger.kind in ALONE or older.busy > 1 or younger.busy > 1:
            return False
        kinds = {older.kind, younger.kind}
        if len(kinds) == 1 and older.kind in ONE_OF:
            return False
        if kinds == {Kind.MAC, Kind.STORE} or (older.shifter and younger.shifter):
            return False
        if kinds == {Kind.LOAD} and not self._banks_differ(place):
            return False
        both = [register for register in younger.writes if register != FLAGS and register in older.writes]
        return all(register in younger.reads for register in both)

    def _banks_differ(self, place: Place | None) -> bool:
        other = self._older_place
        if place is None or other is None or place[0] != other[0]:
            return False
        return bool((place[1] // BANK_BYTES - other[1] // BANK_BYTES) & 1)

    def issue(self, op: Op, conditional: bool) -> None:
        """Issue the next instruction; ``conditional`` inside an IT block."""
        earliest = self._earliest(op, conditional)
        place = self._place(op)
        younger = self._older is not None and earliest <= self._cycle and self._pairs(self._older, op, place)
        if younger:
            at = self._cycle
            self._older = None
        else:
            at = max(self.free, earliest)
            self._older, self._older_place = op, place
        self._cycle = at
        self.free = max(self.free, at + op.busy)
        self._finish(op, at, younger, conditional)

    def _finish(self, op: Op, at: int, younger: bool, conditional: bool) -> None:
        done = at + ORDINARY + op.latency
        if op.kind is Kind.MAC or (op.kind is Kind.LOAD and op.part):
            done = at + ORDINARY + 2
        elif op.kind in SIMPLE and not conditional and self._done_early(op, at, younger):
            done = at + 1
        for index, register in enumerate(op.writes):
            ready = at + ORDINARY + 1 if register == FLAGS and op.kind is not Kind.FP else done
            if op.kind is Kind.MULTIPLE:
                ready = at + index // 2 + ORDINARY + 1
            elif op.kind is Kind.DIVIDE or (op.kind is Kind.FP and op.busy > 1):
                ready = max(done, at + op.busy)
            self._ready[register] = self._ready_to_multiply[register] = ready
            if op.kind is Kind.LOAD and register < FP0:
                self._ready_to_multiply[register] = at + ORDINARY + 2
        self._remember(op, at)

    def _done_early(self, op: Op, at: int, younger: bool) -> bool:
        if op.kind is Kind.ALU and (not op.quick or younger):
            return False
        return all(self._ready[register] <= at for register in op.reads)

    def _remember(self, op: Op, at: int) -> None:
        """What the block knows of the written registers' values, for the banks of later loads."""
        if op.base_step is None:
            for register in op.writes:
                self._values.pop(register, None)
            return
        indexed = bool(op.early)
        moved = op.early[0] if indexed else op.writes[0]
        token, constant = self._value(moved)
        for register in op.writes:
            self._values.pop(register, None)
        self._values[moved] = (token, constant + op.base_step)
        if indexed:
            self._ready[moved] = self._ready_to_multiply[moved] = at + 1


def _issue_cycles(operations: list[Op], rounds: int) -> int:
    pipeline = _Pipeline()
    for _ in range(rounds):
        conditional = 0
        for op in operations:
            pipeline.issue(op, conditional > 0)
            conditional = op.conditional if op.kind is Kind.IT else conditional - 1
    return pipeline.free


def steady_cycles(code: bytes) -> float:
    """Cycles of a block that follows itself again and again."""
    operations = decode_block(code)
    return (_issue_cycles(operations, 4) - _issue_cycles(operations, 2)) / 2


def block_cost(code: bytes) -> tuple[int, int]:
    """(cycles, instructions) of a basic block's code."""
    operations = decode_block(code)
    if not operations:
        return 0, 0
    last = operations[-1]
    if last.target is not None and last.target == last.size - len(code):
        return math.ceil(steady_cycles(code)), len(operations)
    return _issue_cycles(operations, 1), len(operations)


def uses_fpu(code: bytes) -> bool:
    """Whether any of the block's instructions needs the FPU to be on."""
    return any(
        op.kind is Kind.FP or any(register >= FP0 for register in (*op.writes, *op.late)) for op in decode_block(code)
    )
