"""Thumb-2 decoding, as far as the cost model in ``cycles.py`` needs it: what an instruction reads and writes, and when.

Encodings are those of the ARMv7-M Architecture Reference Manual (DDI0403E, chapter A5). The decoder never fails: what
it does not know is ``Kind.SYSTEM``, which costs a cycle of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import lru_cache

SP, LR, PC, FLAGS, FP0 = 13, 14, 15, 16, 32  # FLAGS and the FPU's registers are numbered on after r15
NONE: tuple[int, ...] = ()


class Kind(Enum):
    """What unit an instruction needs."""

    ALU = auto()
    SHIFT = auto()  # a plain shift or rotate
    DSP = auto()  # SIMD, saturating, bit-field, extending, CLZ, REV
    MAC = auto()
    DIVIDE = auto()
    LOAD = auto()
    STORE = auto()
    MULTIPLE = auto()  # LDM, STM, LDRD, STRD, PUSH, POP and their FPU forms
    BRANCH = auto()
    IT = auto()
    FP = auto()
    SYSTEM = auto()


@dataclass(frozen=True)
class Op:
    """One instruction. Registers are numbers; the four tuples say at which stage an operand is needed.

    ``early``: address or shifted operand, a cycle ahead of the rest. ``reads``: the ordinary operands. ``multiplies``:
    factors of a multiplication. ``late``: accumulator, or what a store stores. ``base_step`` is how far an indexed
    access moves its base register.
    """

    size: int
    kind: Kind
    writes: tuple[int, ...] = NONE
    reads: tuple[int, ...] = NONE
    early: tuple[int, ...] = NONE
    multiplies: tuple[int, ...] = NONE
    late: tuple[int, ...] = NONE
    quick: bool = False  # an addition or move that the early ALU can do
    shifter: bool = False  # needs the early shifter
    part: bool = False  # loads a byte or half word
    base: int | None = None  # of a load: the base register
    offset: int | None = None  # of a load: its constant offset, None where a register gives it
    base_step: int | None = None
    transfers: int = 0  # registers moved by a MULTIPLE
    conditional: int = 0  # of an IT: how many instructions it governs
    target: int | None = None  # of a direct branch: bytes from this instruction
    latency: int = 1  # of an FP result
    busy: int = 1  # issue cycles


def _unless(register: int, *values: int) -> tuple[int, ...]:
    return NONE if register in values else (register,)


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) & 1 else value


def _load_or_store(
    size: int, load: bool, register: int, base: int, offset: int | None, index: int | None = None, part: bool = False
) -> Op:
    address = (base,) if index is None else (base, index)
    if not load:
        return Op(size, Kind.STORE, early=address, late=(register,))
    if register == PC:
        return Op(size, Kind.BRANCH, early=address)
    return Op(size, Kind.LOAD, writes=(register,), early=address, base=base, offset=offset, part=part)


def _data_16(half: int) -> Op:
    low, middle, high = half & 7, half >> 3 & 7, half >> 8 & 7
    top = half >> 11
    if top < 3:
        if half >> 6 & 31 == 0 and top == 0:
            return Op(2, Kind.ALU, (low, FLAGS), (middle,), quick=True)
        return Op(2, Kind.SHIFT, (low, FLAGS), (middle,))
    if top == 3:
        second = NONE if half >> 10 & 1 else (half >> 6 & 7,)
        return Op(2, Kind.ALU, (low, FLAGS), (middle, *second), quick=True)
    if top < 8:
        operation = top & 3
        reads = NONE if operation == 0 else (high,)
        writes = (FLAGS,) if operation == 1 else (high, FLAGS)
        return Op(2, Kind.ALU, writes, reads, quick=operation != 1, base_step=_step(operation, half & 0xFF))
    if half >> 10 == 0b010000:
        operation = half >> 6 & 15
        if operation == 13:
            return Op(2, Kind.MAC, (low, FLAGS), multiplies=(low, middle))
        if operation in (2, 3, 4, 7):
            return Op(2, Kind.SHIFT, (low, FLAGS), (low, middle))
        writes = (FLAGS,) if operation in (8, 10, 11) else (low, FLAGS)
        reads = (middle,) if operation in (9, 15) else (low, middle)
        return Op(2, Kind.ALU, writes, (*reads, FLAGS) if operation in (5, 6) else reads)
    target = half & 7 | half >> 4 & 8
    source = half >> 3 & 15
    operation = half >> 8 & 3
    if operation == 3 or (target == PC and operation != 1):
        return Op(2, Kind.BRANCH, (LR,) if half >> 7 & 1 and operation == 3 else NONE, (source,))
    if operation == 1:
        return Op(2, Kind.ALU, (FLAGS,), (target, source))
    return Op(2, Kind.ALU, (target,), (source,) if operation == 2 else (target, source), quick=True)


def _step(operation: int, value: int) -> int | None:
    return {2: value, 3: -value}.get(operation)


def _memory_16(half: int) -> Op:
    low, middle, high, five = half & 7, half >> 3 & 7, half >> 8 & 7, half >> 6 & 31
    top = half >> 11
    if top == 9:
        return _load_or_store(2, True, high, PC, (half & 0xFF) * 4)
    if top in (10, 11):
        operation = half >> 9 & 7
        return _load_or_store(2, operation >= 3, low, middle, None, half >> 6 & 7, part=operation != 4)
    if top < 18:
        scale = (4, 4, 1, 1, 2, 2)[top - 12]
        return _load_or_store(2, bool(top & 1), low, middle, five * scale, part=scale < 4)
    return _load_or_store(2, bool(top & 1), high, SP, (half & 0xFF) * 4)


def _multiple(size: int, load: bool, base: int, registers: tuple[int, ...], write_back: bool) -> Op:
    writes = tuple(register for register in registers if register != PC) if load else NONE
    return Op(
        size, Kind.MULTIPLE, (*writes, base) if write_back and base not in writes else writes, early=(base,),
        late=NONE if load else registers, transfers=len(registers), busy=max(1, (len(registers) + 1) // 2),
    )  # fmt: skip


def _listed(mask: int) -> tuple[int, ...]:
    return tuple(register for register in range(16) if mask >> register & 1)


def _misc_16(half: int) -> Op:
    low, middle = half & 7, half >> 3 & 7
    if half & 0xF500 == 0xB100:
        return Op(2, Kind.BRANCH, reads=(low,), target=4 + ((half >> 3 & 31) | (half >> 4 & 32)) * 2)
    if half & 0xFF00 == 0xB000:
        return Op(2, Kind.ALU, (SP,), (SP,), quick=True, base_step=(half & 0x7F) * (-4 if half & 0x80 else 4))
    if half & 0xFF00 == 0xB200:
        return Op(2, Kind.DSP, (low,), (middle,))
    if half & 0xF600 == 0xB400:
        load = bool(half & 0x800)
        extra = (PC if load else LR,) if half & 0x100 else NONE
        return _multiple(2, load, SP, (*_listed(half & 0xFF), *extra), True)
    if half & 0xFF00 == 0xBA00:
        return Op(2, Kind.DSP, (low,), early=(middle,), shifter=True)
    if half & 0xFF00 == 0xBF00:
        mask = half & 15
        return Op(2, Kind.IT, conditional=4 - (mask & -mask).bit_length() + 1) if mask else Op(2, Kind.ALU)
    return Op(2, Kind.SYSTEM)


def _decode_16(half: int) -> Op:
    top = half >> 11
    if top < 9 and half >> 10 <= 0b010001:
        return _data_16(half)
    if top < 20:
        return _memory_16(half)
    if top < 22:
        return Op(2, Kind.ALU, (half >> 8 & 7,), (SP if top & 1 else PC,), quick=True)
    if top < 24:
        return _misc_16(half)
    if top < 26:
        base, registers = half >> 8 & 7, _listed(half & 0xFF)
        return _multiple(2, bool(top & 1), base, registers, not (top & 1 and base in registers))
    if top < 28:
        if half >> 8 & 15 >= 14:
            return Op(2, Kind.SYSTEM)
        return Op(2, Kind.BRANCH, target=4 + 2 * _signed(half & 0xFF, 8))
    return Op(2, Kind.BRANCH, target=4 + 2 * _signed(half & 0x7FF, 11))


def _operation(
    code: int, set_flags: bool, first: int, target: int, second: tuple[int, ...], *, shifted: bool, plain_move: bool
) -> Op:
    """A data-processing instruction by its four-bit code; ``shifted`` where its second operand needs the shifter."""
    compares = target == PC and code in (0, 4, 8, 13)
    reads = NONE if code in (2, 3) and first == PC else (first,)
    writes = (*_unless(target, PC), *((FLAGS,) if set_flags or compares else NONE))
    if plain_move and second and shifted:
        return Op(4, Kind.SHIFT, writes, second)
    quick = not shifted and not compares and code in (2, 8, 13) and (code != 2 or first == PC)
    reads = (*reads, *((FLAGS,) if code in (10, 11) else NONE))
    if shifted:
        return Op(4, Kind.ALU, writes, reads, early=second, shifter=True)
    return Op(4, Kind.ALU, writes, (*reads, *second), quick=quick)


def _data_32(one: int, two: int) -> Op:
    first, target, second = one & 15, two >> 8 & 15, two & 15
    code, set_flags = one >> 5 & 15, bool(one >> 4 & 1)
    if one & 0xFE00 == 0xEA00:
        if code == 6:
            return Op(4, Kind.DSP, (target,), (first,), early=(second,), shifter=True)
        amount, how = two >> 10 & 0x1C | two >> 6 & 3, two >> 4 & 3
        shifted = bool(amount or how)
        return _operation(
            code, set_flags, first, target, (second,), shifted=shifted, plain_move=code == 2 and first == PC
        )
    if one & 0x0200 == 0:
        rotated = bool(one >> 10 & 1 or two >> 14 & 1)
        operation = _operation(code, set_flags, first, target, NONE, shifted=rotated, plain_move=False)
        if code in (8, 13) and target == first and not rotated:
            value = two & 0xFF if not two >> 12 & 7 else None
            step = None if value is None else value if code == 8 else -value
            return replace(operation, base_step=step)
        return operation
    wide = one >> 4 & 31
    if wide in (0, 10):
        value = (one >> 10 & 1) << 11 | (two >> 12 & 7) << 8 | two & 0xFF
        step = (value if wide == 0 else -value) if first == target else None
        return Op(4, Kind.ALU, (target,), (first,), quick=True, base_step=step)
    if wide in (4, 12):
        return Op(4, Kind.ALU, (target,), (target,) if wide == 12 else NONE, quick=wide == 4)
    if wide in (20, 28):
        return Op(4, Kind.DSP, (target,), early=(first,), shifter=True)
    if wide == 22:
        return Op(4, Kind.DSP, (target,), (target,), early=_unless(first, PC), shifter=True)
    shift = bool(two >> 10 & 0x1C | two >> 6 & 3)
    return Op(4, Kind.DSP, (target, FLAGS), *((NONE, (first,)) if shift else ((first,), NONE)))


def _register_32(one: int, two: int) -> Op:
    first, target, second = one & 15, two >> 8 & 15, two & 15
    if one & 0xFF80 == 0xFA00:
        if two & 0xF0 == 0:
            return Op(4, Kind.SHIFT, (target, FLAGS) if one >> 4 & 1 else (target,), (first, second))
        if first == PC:
            return Op(4, Kind.DSP, (target,), (second,))
        return Op(4, Kind.DSP, (target,), (first,), early=(second,), shifter=True)
    if two & 0x80 == 0:
        return Op(4, Kind.DSP, (target, FLAGS), (first, second))
    group = one >> 4 & 3
    if group == 1:
        return Op(4, Kind.DSP, (target,), early=(second,), shifter=True)
    if group == 3:
        return Op(4, Kind.DSP, (target,), (second,))
    return Op(4, Kind.DSP, (target,), (first, second, FLAGS) if group == 2 else (first, second))


def _multiply_32(one: int, two: int) -> Op:
    first, second, high, low = one & 15, two & 15, two >> 8 & 15, two >> 12
    if one & 0x80 == 0:
        return Op(4, Kind.MAC, (high,), multiplies=(first, second), late=_unless(low, PC))
    group = one >> 4 & 7
    if group in (1, 3):
        return Op(4, Kind.DIVIDE, (high,), (first, second), busy=7)
    return Op(4, Kind.MAC, (low, high), multiplies=(first, second), late=NONE if group in (0, 2) else (low, high))


def _memory_32(one: int, two: int) -> Op:
    base, register = one & 15, two >> 12
    load, width = bool(one >> 4 & 1), one >> 5 & 3
    part = width != 2
    if load and register == PC and part:
        return Op(4, Kind.LOAD, early=(base,), base=base)  # PLD and its kin
    if base == PC:
        return _load_or_store(4, load, register, PC, two & 0xFFF if one >> 7 & 1 else -(two & 0xFFF), part=part)
    if one >> 7 & 1:
        return _load_or_store(4, load, register, base, two & 0xFFF, part=part)
    if not two >> 11 & 1:
        return _load_or_store(4, load, register, base, None, two & 15, part=part)
    step = (two & 0xFF) * (1 if two >> 9 & 1 else -1)
    indexed, write_back = bool(two >> 10 & 1), bool(two >> 8 & 1)
    operation = _load_or_store(4, load, register, base, step if indexed else 0, part=part)
    return replace(operation, base_step=step) if write_back else operation


def _dual_32(one: int, two: int) -> Op:
    base, first, second = one & 15, two >> 12, two >> 8 & 15
    if one & 0xFE40 == 0xE800:
        return _multiple(4, bool(one >> 4 & 1), base, _listed(two & 0xDFFF), bool(one >> 5 & 1))
    if one >> 8 & 1 or one >> 5 & 1:
        return _multiple(4, bool(one >> 4 & 1), base, (first, second), bool(one >> 5 & 1))
    if one & 0xFFF0 == 0xE8D0 and two & 0xFFE0 == 0xF000:
        return Op(4, Kind.BRANCH, early=(base, two & 15), busy=2)
    return Op(4, Kind.SYSTEM, writes=(first,) if one >> 4 & 1 else (second,), early=(base,))


def _float_32(one: int, two: int) -> Op:
    double = bool(two >> 8 & 1)

    def registers(number: int, extra: int) -> tuple[int, ...]:
        if double:
            return (FP0 + 2 * (number | extra << 4), FP0 + 2 * (number | extra << 4) + 1)
        return (FP0 + (number << 1 | extra),)

    to = registers(two >> 12, one >> 6 & 1)
    core = two >> 12
    if one & 0xFFE0 == 0xEC40:
        pair, singles = (core, one & 15), registers(two & 15, two >> 5 & 1)
        both = singles if double else (singles[0], singles[0] + 1)
        writes, reads = (pair, both) if one >> 4 & 1 else (both, pair)
        return Op(4, Kind.FP, writes, reads, latency=1 if one >> 4 & 1 else 3, busy=1)
    if one & 0xFE00 == 0xEC00:
        load, base, count = bool(one >> 4 & 1), one & 15, two & 0xFF
        if one >> 8 & 1 and not one >> 5 & 1:
            if double:
                return replace(
                    _multiple(4, load, base, (0, 0), False), writes=to if load else NONE, late=NONE if load else to
                )
            return _load_or_store(4, load, to[0], base, count * (4 if one >> 7 & 1 else -4))
        listed = tuple(to[0] + index for index in range(count))
        return _multiple(4, load, base, listed, bool(one >> 5 & 1))
    if two >> 4 & 1:
        single = registers(one & 15, two >> 7 & 1)
        if one >> 4 & 1:
            return Op(4, Kind.FP, (core if core != PC else FLAGS,), single, latency=1)
        return Op(4, Kind.FP, single, (core,), latency=3)
    left, right = registers(one & 15, two >> 7 & 1), registers(two & 15, two >> 5 & 1)
    group = one >> 4 & 3 | (one >> 7 & 1) << 2
    if group in (0, 1, 5, 6):
        fused = group >= 5
        return Op(4, Kind.FP, to, (*left, *right), late=to, latency=5 if fused else 6, busy=7 if double else 1)
    if group == 4:
        return Op(4, Kind.FP, to, (*left, *right), latency=3, busy=30 if double else 16)
    if group in (2, 3):
        return Op(4, Kind.FP, to, (*left, *right), latency=3, busy=5 if double and group == 2 else 1)
    root = one & 15 == 1 and two >> 6 & 3 == 3
    return Op(4, Kind.FP, to, right, latency=3, busy=14 if root else 1)


def _branch_32(one: int, two: int) -> Op:
    if two & 0xD000 == 0x8000:
        if (one, two) == (0xF3AF, 0x8000):
            return Op(4, Kind.ALU)  # NOP.W
        if one >> 6 & 0xE == 0xE:
            return Op(4, Kind.SYSTEM, (two >> 8 & 15,) if one & 0xFFE0 == 0xF3E0 else NONE)
        sign, j1, j2 = one >> 10 & 1, two >> 13 & 1, two >> 11 & 1
        distance = sign << 20 | j2 << 19 | j1 << 18 | (one & 0x3F) << 12 | (two & 0x7FF) << 1
        return Op(4, Kind.BRANCH, target=4 + _signed(distance, 21))
    sign, j1, j2 = one >> 10 & 1, two >> 13 & 1, two >> 11 & 1
    distance = sign << 24 | (1 ^ j1 ^ sign) << 23 | (1 ^ j2 ^ sign) << 22 | (one & 0x3FF) << 12 | (two & 0x7FF) << 1
    return Op(4, Kind.BRANCH, (LR,) if two >> 14 & 1 else NONE, target=4 + _signed(distance, 25))


def _decode_32(one: int, two: int) -> Op:
    if one >> 9 & 0x77 in (0x76, 0x77) and two >> 9 & 7 == 5:
        return _float_32(one, two)
    group = one >> 11 & 3
    if group == 1:
        if one & 0xFE00 == 0xE800:
            return _dual_32(one, two)
        return _data_32(one, two) if one & 0xFE00 == 0xEA00 else Op(4, Kind.SYSTEM)
    if group == 2:
        return _branch_32(one, two) if two >> 15 else _data_32(one, two)
    if one & 0xFE00 == 0xF800:
        return _memory_32(one, two)
    if one & 0xFF00 == 0xFA00:
        return _register_32(one, two)
    if one & 0xFF00 == 0xFB00:
        return _multiply_32(one, two)
    return Op(4, Kind.SYSTEM)


def is_wide(half: int) -> bool:
    """Whether this half word begins a 32-bit instruction."""
    return half >> 11 >= 0b11101


@lru_cache(maxsize=65_536)
def decode(one: int, two: int) -> Op:
    """The instruction that begins with half word ``one``; ``two`` is the next, and ignored where it is not needed."""
    return _decode_32(one, two) if is_wide(one) else _decode_16(one)


def decode_block(code: bytes) -> list[Op]:
    """The instructions of a block, one after another; a cut-off last one is decoded with a zero half."""
    halves = [int.from_bytes(code[at : at + 2], "little") for at in range(0, len(code) - 1, 2)] + [0]
    operations, at = [], 0
    while at < len(halves) - 1:
        wide = is_wide(halves[at])
        operations.append(decode(halves[at], halves[at + 1] if wide else 0))
        at += 2 if wide else 1
    return operations
