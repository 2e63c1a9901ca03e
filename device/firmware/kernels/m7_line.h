/* The sums of kernels/m7_block.h without a loop: 4 channels by 2 pixels, k inputs, all of it one straight piece. w
 * stays where the weights begin; the numbers (struct block_numbers) stand behind them, `numbers` = 8 k bytes further.
 *
 * A block begins with its bias in b0 to b3, its first weights in v0 and v1 and its first inputs in xa and xb:
 * M7_LINE_BEGIN loads them for the first one, whoever ends a block for the next, between the stores, where loads cost
 * nothing. */
#ifndef KERNELS_M7_LINE_H
#define KERNELS_M7_LINE_H

#define M7_LINE_STEP                                                                                                   \
    "smlad %[a0], %[v0], %[xa], %[a0]\n ldr %[v1], [%[w], #step + 4]\n"                                                \
    "smlad %[b0], %[v0], %[xb], %[b0]\n ldr %[v0], [%[w], #step + 8]\n"                                                \
    "smlad %[a1], %[v1], %[xa], %[a1]\n"                                                                               \
    "smlad %[b1], %[v1], %[xb], %[b1]\n ldr %[v1], [%[w], #step + 12]\n"                                               \
    "smlad %[a2], %[v0], %[xa], %[a2]\n"                                                                               \
    "smlad %[a3], %[v1], %[xa], %[a3]\n ldr %[xa], [%[x], #pair]\n"                                                    \
    "smlad %[b2], %[v0], %[xb], %[b2]\n ldr %[v0], [%[w], #step + 16]\n"                                               \
    "smlad %[b3], %[v1], %[xb], %[b3]\n ldr %[xb], [%[x], #pair + 4]\n"

#define M7_LINE_BIAS                                                                                                   \
    "ldrd %[b0], %[b1], [%[w], #%c[numbers] + 64]\n ldrd %[b2], %[b3], [%[w], #%c[numbers] + 72]\n"

#define M7_LINE_BEGIN                                                                                                  \
    "ldrd %[v0], %[v1], [%[w]]\n ldrd %[xa], %[xb], [%[x]]\n" M7_LINE_BIAS "0:\n"

/* The last step leaves the multipliers of channels 0, 1 and 2 in v0, xa and v1. */
#define M7_LINE_SUMS                                                                                                   \
    "smlad %[a0], %[v0], %[xa], %[b0]\n"                                                                               \
    "smlad %[b0], %[v0], %[xb], %[b0]\n ldr %[v0], [%[w], #8]\n"                                                       \
    "smlad %[a1], %[v1], %[xa], %[b1]\n"                                                                               \
    "smlad %[b1], %[v1], %[xb], %[b1]\n ldr %[v1], [%[w], #12]\n"                                                      \
    "smlad %[a2], %[v0], %[xa], %[b2]\n"                                                                               \
    "smlad %[b2], %[v0], %[xb], %[b2]\n ldr %[v0], [%[w], #16]\n"                                                      \
    "smlad %[a3], %[v1], %[xa], %[b3]\n ldr %[xa], [%[x], #8]\n"                                                       \
    "smlad %[b3], %[v1], %[xb], %[b3]\n ldr %[xb], [%[x], #12]\n"                                                      \
    ".set step, 16\n .set pair, 16\n .rept %c[k] / 2 - 2\n" M7_LINE_STEP                                               \
    ".set step, step + 16\n .set pair, pair + 8\n .endr\n"                                                             \
    "smlad %[a0], %[v0], %[xa], %[a0]\n ldr %[v1], [%[w], #step + 4]\n"                                                \
    "smlad %[b0], %[v0], %[xb], %[b0]\n ldr %[v0], [%[w], #step + 8]\n"                                                \
    "smlad %[a1], %[v1], %[xa], %[a1]\n"                                                                               \
    "smlad %[b1], %[v1], %[xb], %[b1]\n ldr %[v1], [%[w], #step + 12]\n"                                               \
    "smlad %[a2], %[v0], %[xa], %[a2]\n"                                                                               \
    "smlad %[b2], %[v0], %[xb], %[b2]\n ldr %[v0], [%[w], #%c[numbers]]\n"                                             \
    "smlad %[a3], %[v1], %[xa], %[a3]\n ldr %[xa], [%[w], #%c[numbers] + 8]\n"                                         \
    "smlad %[b3], %[v1], %[xb], %[b3]\n ldr %[v1], [%[w], #%c[numbers] + 16]\n"

#endif
