"""The cost model on snippets that were worked out by hand, and the decoder."""

from __future__ import annotations

import random

import pytest

from device.emulator.cost.cycle_model import block_cost, uses_fpu
from device.emulator.cost.thumb_decoder import Kind, decode, decode_block, is_wide

SNIPPETS = (  # name, assembly, machine code, cycles, instructions
    ("independent additions", "add.w r0,r1,r2; add.w r3,r4,r5", "01eb020004eb0503", 1, 2),
    ("an early result in the same cycle", "add.w r0,r1,r2; eor.w r3,r0,r4", "01eb020080ea0403", 1, 2),
    ("a late result in the next cycle", "eor.w r0,r1,r2; eor.w r3,r0,r4", "81ea020080ea0403", 2, 2),
    ("accumulators chain", "smlad r0,r1,r2,r0; smlad r0,r3,r4,r0; smlad r0,r5,r6,r0", "21fb020023fb040025fb0600", 3, 3),
    ("multiplication and load", "smlad r0,r1,r2,r0; ldr.w r3,[r4]", "21fb0200d4f80030", 1, 2),
    ("multiplication and store", "smlad r0,r1,r2,r0; str.w r3,[r4]", "21fb0200c4f80030", 2, 2),
    ("multiplication and addition", "smlad r0,r1,r2,r0; add.w r3,r4,r5", "21fb020004eb0503", 1, 2),
    ("multiplication and SXTB16", "smlad r0,r1,r2,r0; sxtb16 r3,r4", "21fb02002ffa84f3", 1, 2),
    ("two SXTB16", "sxtb16 r0,r1; sxtb16 r2,r3", "2ffa81f02ffa83f2", 2, 2),
    ("load to multiplication", "ldr.w r0,[r1]; smulbb r2,r0,r3", "d1f8000010fb03f2", 3, 2),
    ("load to ALU", "ldr.w r0,[r1]; eor.w r2,r0,r3", "d1f8000080ea0302", 2, 2),
    ("byte load to ALU", "ldrb.w r0,[r1]; eor.w r2,r0,r3", "91f8000080ea0302", 3, 2),
    ("multiplication to ALU", "mul r0,r1,r2; eor.w r3,r0,r4", "01fb02f080ea0403", 3, 2),
    ("ALU to accumulator", "eor.w r0,r1,r2; mla r3,r4,r5,r0", "81ea020004fb0503", 1, 2),
    ("loads from both banks", "ldr.w r0,[r1]; ldr.w r2,[r1,#4]", "d1f80000d1f80420", 1, 2),
    ("loads from one bank", "ldr.w r0,[r1]; ldr.w r2,[r1,#8]", "d1f80000d1f80820", 2, 2),
    ("loads by two bases", "ldr.w r0,[r1]; ldr.w r2,[r3,#4]", "d1f80000d3f80420", 2, 2),
    ("post-indexed loads by one base", "ldr.w r0,[r1],#4; ldr.w r2,[r1],#4", "51f8040b51f8042b", 2, 2),
    (
        "banks followed through a step",
        "ldr.w r0,[r1],#4; add.w r5,r6,r7; ldr.w r2,[r1]; ldr.w r3,[r1,#4]",
        "51f8040b06eb0705d1f80020d1f80430",
        2,
        4,
    ),
    ("LDRD alone", "ldrd r0,r1,[r2]; add.w r3,r4,r5", "d2e9000104eb0503", 2, 2),
    ("PUSH of five", "push {r4,r5,r6,r7,lr}", "f0b5", 3, 1),
    ("load and store of it", "ldr.w r0,[r1]; str.w r0,[r2]", "d1f80000c2f80000", 1, 2),
    ("two stores", "str.w r0,[r1]; str.w r2,[r1,#4]", "c1f80000c1f80420", 2, 2),
    ("load to address", "ldr.w r0,[r1]; ldr.w r2,[r0]", "d1f80000d0f80020", 3, 2),
    ("early ALU to address", "add.w r0,r1,r2; ldr.w r3,[r0]", "01eb0200d0f80030", 2, 2),
    ("late ALU to address", "eor.w r0,r1,r2; ldr.w r3,[r0]", "81ea0200d0f80030", 3, 2),
    ("two shifted operands", "add.w r0,r1,r2,lsl #3; add.w r3,r4,r5,lsl #1", "01ebc20004eb4503", 2, 2),
    ("shifted operand and plain", "add.w r0,r1,r2,lsl #3; add.w r3,r4,r5", "01ebc20004eb0503", 1, 2),
    ("MOVW and MOVT of one register", "movw r0,#1; movt r0,#2", "40f20100c0f20200", 1, 2),
    ("IT waits for its flags", "cmp r0,#0; it eq; moveq r1,r2", "002808bf1146", 2, 3),
    ("division", "sdiv r0,r1,r2", "91fbf2f0", 7, 1),
    ("FPU chain", "vmul.f32 s0,s1,s2; vadd.f32 s3,s0,s4", "20ee810a70ee021a", 4, 2),
    ("high multiplication to ALU", "smmulr r0,r1,r2; eor.w r3,r0,r4", "51fb12f080ea0403", 3, 2),
    ("two kinds of multiplication", "smmulr r0,r1,r2; smlad r3,r4,r5,r3", "51fb12f024fb0533", 2, 2),
    ("two packs", "pkhbt r0,r1,r2,lsl #16; pkhtb r3,r4,r5,asr #16", "c1ea0240c4ea2543", 2, 2),
    ("two saturations", "ssat r0,#8,r1; ssat r2,#8,r3", "01f3070003f30702", 2, 2),
    ("two bit fields", "bfi r0,r1,#8,#8; ubfx r2,r3,#4,#4", "61f30f20c3f30312", 2, 2),
    ("multiplication and saturation", "smlad r0,r1,r2,r0; usat16 r3,#8,r4", "21fb0200a4f30803", 1, 2),
    ("UXTB16 and addition", "uxtb16 r0,r1,ror #8; add.w r2,r3,r4", "3ffa91f003eb0402", 1, 2),
    (
        "four words in a row, two at a time",
        "ldr.w r0,[r1]; ldr.w r2,[r1,#4]; ldr.w r3,[r1,#8]; ldr.w r4,[r1,#12]",
        "d1f80000d1f80420d1f80830d1f80c40",
        2,
        4,
    ),
    (
        "multiplication waits for the older of two loads",
        "ldr.w r0,[r1]; ldr.w r2,[r1,#4]; smlad r3,r0,r2,r3",
        "d1f80000d1f8042020fb0233",
        3,
        3,
    ),
    (
        "multiplications beside loads",
        "smlad r0,r1,r2,r0; ldr.w r3,[r4]; smlad r5,r1,r6,r5; ldr.w r7,[r4,#4]",
        "21fb0200d4f8003021fb0655d4f80470",
        2,
        4,
    ),
    ("long accumulators chain", "smlal r0,r1,r2,r3; smlal r0,r1,r4,r5", "c2fb0301c4fb0501", 2, 2),
    ("STM of four", "stm r0!,{r1,r2,r3,r4}", "1ec0", 2, 1),
    ("two stores through one base", "str.w r0,[r1],#4; str.w r2,[r1],#4", "41f8040b41f8042b", 2, 2),
    (
        # load in 0, multiplication and SUBS in 2 (the load takes 2), the branch beside the next round's load in 3
        "loop bound by its load",
        "1: ldr.w r0,[r1],#4; smlad r2,r0,r3,r2; subs r4,#1; bne 1b",
        "51f8040b20fb0322013cf9d1",
        3,
        4,
    ),
    (
        # load and multiplication in 0, load in 1, multiplication and SUBS in 2, the branch beside the next load in 3
        "loop with a load ahead",
        "1: ldr.w r0,[r1,#4]; smlad r2,r5,r3,r2; ldr.w r5,[r1,#8]!; smlad r2,r0,r3,r2; subs r4,#1; bne 1b",
        "d1f8040025fb032251f8085f20fb0322013cf5d1",
        3,
        6,
    ),
    (
        "loop in the long run",
        "1: smlad r0,r1,r2,r0; ldr.w r3,[r4],#4; subs r5,#1; bne 1b",
        "21fb020054f8043b013df9d1",
        2,
        4,
    ),
    (
        "loop bound by its chain",
        "1: eor.w r0,r0,r1; eor.w r0,r0,r2; eor.w r0,r0,r3; subs r5,#1; bne 1b",
        "80ea010080ea020080ea0300013df7d1",
        3,
        5,
    ),
)


@pytest.mark.parametrize(
    ("assembly", "code", "cycles", "instructions"), [row[1:] for row in SNIPPETS], ids=[row[0] for row in SNIPPETS]
)
def test_a_snippet_costs_what_the_rules_say(assembly: str, code: str, cycles: int, instructions: int) -> None:
    assert block_cost(bytes.fromhex(code)) == (cycles, instructions), assembly


def test_the_decoder_knows_every_half_word() -> None:
    narrow = [half for half in range(0x10000) if not is_wide(half)]
    assert all(decode(half, 0).size == 2 for half in narrow)
    assert all(decode(half, 0x1234).size == 4 for half in range(0xE800, 0x10000))


def test_random_code_has_a_cost() -> None:
    choose = random.Random(7)
    for _ in range(2_000):
        code = choose.randbytes(2 * choose.randrange(1, 40))
        cycles, instructions = block_cost(code)
        assert instructions == len(decode_block(code))
        assert cycles >= (instructions + 1) // 2 or cycles >= 1


def test_it_says_how_many_instructions_it_governs() -> None:
    # IT, ITT, ITTT, ITTTT with condition EQ
    assert [decode(half, 0).conditional for half in (0xBF08, 0xBF04, 0xBF02, 0xBF01)] == [1, 2, 3, 4]
    assert decode(0xBF00, 0).kind is Kind.ALU  # NOP


def test_fpu_instructions_are_recognised() -> None:
    assert uses_fpu(bytes.fromhex("00ee100a"))  # vmov s0, r0
    assert uses_fpu(bytes.fromhex("90ed000a"))  # vldr s0, [r0]
    assert not uses_fpu(bytes.fromhex("21fb0200d4f80030"))
