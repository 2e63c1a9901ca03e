/* The inner loop of block/expand.c for the M7: kernels/m7_block.h's sums, ended by pairs of pixels in planes.
 *
 * Two forms. Short sums stand in line, without a loop over k: the weights' pointer then never moves, and what the next
 * block begins with is loaded while this one ends; GCC 12 cannot unroll assembler, .rept can. In line, a block of k = 8
 * takes 49 cycles, 40 of them products. Up to k = 16 and a stem's 28 at every width; 32 and 48 are long, and there for
 * narrow inputs alone. */
#ifndef BLOCK_EXPAND_BLOCK_H
#define BLOCK_EXPAND_BLOCK_H

#ifdef __ARM_FEATURE_DSP

#include "block/parts.h"
#include "kernels/m7_block.h"
#include "kernels/m7_line.h"

/* Two sums to one word. The eight products take a cycle each; what can, goes beside them, the rest beside the
 * stores. */
#define BLOCK_LINE_END                                                                                                 \
    "smmul %[a0], %[a0], %[v0]\n ldr %[xb], [%[w], #%c[numbers] + 24]\n"                                               \
    "smmul %[b0], %[b0], %[v0]\n ldr %[v0], [%[w], #%c[numbers] + 48]\n"                                               \
    "smmul %[a1], %[a1], %[xa]\n"                                                                                      \
    "smmul %[b1], %[b1], %[xa]\n pkhtb %[a0], %[b0], %[a0], asr #16\n"                                                 \
    "smmul %[a2], %[a2], %[v1]\n ldr %[xa], [%[w], #%c[numbers] + 56]\n"                                               \
    "smmul %[b2], %[b2], %[v1]\n ssat16 %[a0], #8, %[a0]\n"                                                            \
    "smmul %[a3], %[a3], %[xb]\n pkhtb %[a1], %[b1], %[a1], asr #16\n"                                                 \
    "smmul %[b3], %[b3], %[xb]\n ssat16 %[a1], #8, %[a1]\n"                                                            \
    "str %[a0], [%[v0]], #4\n pkhtb %[a2], %[b2], %[a2], asr #16\n"                                                    \
    "str %[a1], [%[v0], #%c[row] - 4]\n ssat16 %[a2], #8, %[a2]\n"                                                     \
    "str %[a2], [%[v0], #2 * %c[row] - 4]\n pkhtb %[a3], %[b3], %[a3], asr #16\n"                                      \
    "str %[v0], [%[w], #%c[numbers] + 48]\n ssat16 %[a3], #8, %[a3]\n"                                                 \
    "str %[a3], [%[v0], #3 * %c[row] - 4]\n cmp %[x], %[xa]\n"                                                         \
    "ldrd %[xa], %[xb], [%[x], #4 * %c[k]]!\n ldrd %[v0], %[v1], [%[w]]\n" M7_LINE_BIAS                                \
    "bne 0b\n"

/* The loop over k has left w at the numbers and the first multiplier in v0. */
#define BLOCK_LOOP_END                                                                                                 \
    "smmul %[a0], %[a0], %[v0]\n ldr %[xa], [%[w], #8]\n"                                                              \
    "smmul %[b0], %[b0], %[v0]\n ldr %[xb], [%[w], #16]\n"                                                             \
    "smmul %[a1], %[a1], %[xa]\n ldr %[v0], [%[w], #48]\n"                                                             \
    "smmul %[b1], %[b1], %[xa]\n ldr %[v1], [%[w], #24]\n"                                                             \
    "smmul %[a2], %[a2], %[xb]\n pkhtb %[a0], %[b0], %[a0], asr #16\n"                                                 \
    "smmul %[b2], %[b2], %[xb]\n ssat16 %[a0], #8, %[a0]\n"                                                            \
    "smmul %[a3], %[a3], %[v1]\n pkhtb %[a1], %[b1], %[a1], asr #16\n"                                                 \
    "smmul %[b3], %[b3], %[v1]\n ssat16 %[a1], #8, %[a1]\n"                                                            \
    "str %[a0], [%[v0]], #4\n pkhtb %[a2], %[b2], %[a2], asr #16\n"                                                    \
    "str %[a1], [%[v0], #%c[row] - 4]\n ssat16 %[a2], #8, %[a2]\n"                                                     \
    "ldr %[v1], [%[w], #56]\n pkhtb %[a3], %[b3], %[a3], asr #16\n"                                                    \
    "str %[a2], [%[v0], #2 * %c[row] - 4]\n ssat16 %[a3], #8, %[a3]\n"                                                 \
    "str %[v0], [%[w], #48]\n cmp %[x], %[v1]\n"                                                                       \
    "str %[a3], [%[v0], #3 * %c[row] - 4]\n bne 0b\n"

static inline void block_planar_start(const int32_t *bias, const int32_t *multiplier, const uint32_t *weights)
{
    struct block_numbers *n = M7_NUMBERS;
#pragma GCC unroll 4
    for (int32_t c = 0; c < BLOCK_QUAD; c++) {
        n->channel[c].multiplier = multiplier[c];
        n->bias[c] = bias[c];
    }
    n->weights = weights;
}

#define BLOCK_PLANAR_OPERANDS                                                                                          \
    [a0] "=&r"(a0), [a1] "=&r"(a1), [a2] "=&r"(a2), [a3] "=&r"(a3), [b0] "=&r"(b0), [b1] "=&r"(b1), [b2] "=&r"(b2),    \
        [b3] "=&r"(b3), [x] "+r"(x), [w] "+r"(w), [v0] "=&r"(v0), [v1] "=&r"(v1), [xa] "=&r"(xa), [xb] "=&r"(xb)

static inline __attribute__((always_inline)) const uint32_t *block_planar_loop(const uint32_t *x, const bool longer,
                                                                               const int32_t pitch)
{
    const void *w = M7_NUMBERS;
    int32_t a0, a1, a2, a3, b0, b1, b2, b3;
    uint32_t v0, v1, xa, xb;
    if (longer) {
        __asm volatile(M7_LONG_SUMS BLOCK_LOOP_END
                       : BLOCK_PLANAR_OPERANDS
                       : [row] "i"(4 * pitch)
                       : "cc", "memory");
    } else {
        __asm volatile(M7_SUMS BLOCK_LOOP_END
                       : BLOCK_PLANAR_OPERANDS
                       : [row] "i"(4 * pitch)
                       : "cc", "memory");
    }
    return x;
}

static inline __attribute__((always_inline)) const uint32_t *block_planar_line(const uint32_t *x, const int32_t k,
                                                                               const int32_t pitch)
{
    const void *w = m7_work + M7_WORK_WORDS - 2 * k;
    int32_t a0, a1, a2, a3, b0, b1, b2, b3;
    uint32_t v0, v1, xa, xb;
    __asm volatile(M7_LINE_BEGIN M7_LINE_SUMS BLOCK_LINE_END
                   : BLOCK_PLANAR_OPERANDS
                   : [row] "i"(4 * pitch), [k] "i"(k), [numbers] "i"(8 * k)
                   : "cc", "memory");
    return x;
}

/* Short sums compare before they step on: the last pair's inputs end a row. */
#define BLOCK_PLANAR_ROWS(row, last)                                                                                   \
    for (int32_t y = 0; y < rows; y++) {                                                                               \
        M7_NUMBERS->out = (int8_t *)out;                                                                               \
        M7_NUMBERS->tile_end = x + (pairs - (last)) * k;                                                               \
        x = row;                                                                                                       \
        out += BLOCK_QUAD * pitch;                                                                                 \
    }

static inline __attribute__((always_inline)) void block_planar_rows(const uint32_t *x, int32_t k, int32_t pairs,
                                                                    int32_t rows, uint32_t *out, const int32_t pitch)
{
    if (pitch == 10 && k == 32) {
        BLOCK_PLANAR_ROWS(block_planar_line(x, 32, pitch), 1)
        return;
    }
    if (pitch == 10 && k == 48) {
        BLOCK_PLANAR_ROWS(block_planar_line(x, 48, pitch), 1)
        return;
    }
    switch (k) {
    case 8:
        BLOCK_PLANAR_ROWS(block_planar_line(x, 8, pitch), 1)
        break;
    case 16:
        BLOCK_PLANAR_ROWS(block_planar_line(x, 16, pitch), 1)
        break;
    case BLOCK_STEM_K:
        BLOCK_PLANAR_ROWS(block_planar_line(x, BLOCK_STEM_K, pitch), 1)
        break;
    default:
        if (k % 16 == 0) {
            BLOCK_PLANAR_ROWS(block_planar_loop(x, true, pitch), 0)
        } else {
            BLOCK_PLANAR_ROWS(block_planar_loop(x, false, pitch), 0)
        }
    }
}

#define BLOCK_PLANAR(pitch)                                                                                            \
    static __attribute__((noinline)) void block_planar_##pitch(const uint32_t *x, int32_t k, int32_t pairs,            \
                                                               int32_t rows, uint32_t *out)                            \
    {                                                                                                                  \
        block_planar_rows(x, k, pairs, rows, out, pitch);                                                              \
    }
BLOCK_PLANAR(10)
BLOCK_PLANAR(34)
BLOCK_PLANAR(58)

/* `rows` rows of `pairs` pixel pairs of k inputs each from `x` on. */
static inline void block_planar(int32_t pitch, const uint32_t *x, int32_t k, int32_t pairs, int32_t rows, uint32_t *out)
{
    (pitch == 10 ? block_planar_10 : pitch == 34 ? block_planar_34 : block_planar_58)(x, k, pairs, rows, out);
}

#endif

#endif
