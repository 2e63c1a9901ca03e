/* The sums of kernels_m7_block.h without a loop: 4 channels by 2 pixels, k inputs, all of it one straight piece. w stays where the
 * weights begin; the numbers (struct block_numbers) stand behind them, `numbers` = 8 k bytes further. */
#ifndef KERNELS_M7_LINE_H
#define KERNELS_M7_LINE_H

#define M7_LINE_STEP(next_x)                                                                                                   \
    "smlad %[a0], %[v0], %[xa], %[a0]\n ldr %[v1], [%[w], #step + 4]\n"                                                        \
    "smlad %[b0], %[v0], %[xb], %[b0]\n ldr %[v0], [%[w], #step + 8]\n"                                                        \
    "smlad %[a1], %[v1], %[xa], %[a1]\n"                                                                                       \
    "smlad %[b1], %[v1], %[xb], %[b1]\n ldr %[v1], [%[w], #step + 12]\n"                                                       \
    "smlad %[a2], %[v0], %[xa], %[a2]\n"                                                                                       \
    "smlad %[a3], %[v1], %[xa], %[a3]\n ldr %[xa], [%[" next_x "]\n"                                                           \
    "smlad %[b2], %[v0], %[xb], %[b2]\n ldr %[v0], [%[w], #step + 16]\n"                                                       \
    "smlad %[b3], %[v1], %[xb], %[b3]\n ldr %[xb], [%[" next_x " + 4]\n"

#define M7_LINE_SUMS                                                                                                           \
    "0:\n"                                                                                                                     \
    "ldr %[a0], [%[w], #%c[numbers] + 64]\n ldr %[a1], [%[w], #%c[numbers] + 68]\n"                                            \
    "ldr %[xb], [%[x], #4]\n ldr %[xa], [%[x]]\n ldr %[v0], [%[w]]\n ldr %[v1], [%[w], #4]\n"                                  \
    "ldr %[a2], [%[w], #%c[numbers] + 72]\n ldr %[a3], [%[w], #%c[numbers] + 76]\n"                                            \
    "smlad %[b0], %[v0], %[xb], %[a0]\n smlad %[a0], %[v0], %[xa], %[a0]\n ldr %[v0], [%[w], #8]\n"                           \
    "smlad %[b1], %[v1], %[xb], %[a1]\n smlad %[a1], %[v1], %[xa], %[a1]\n ldr %[v1], [%[w], #12]\n"                          \
    "smlad %[b2], %[v0], %[xb], %[a2]\n smlad %[a2], %[v0], %[xa], %[a2]\n ldr %[v0], [%[w], #16]\n"                          \
    "smlad %[b3], %[v1], %[xb], %[a3]\n ldr %[xb], [%[x], #12]\n"                                                              \
    "smlad %[a3], %[v1], %[xa], %[a3]\n ldr %[xa], [%[x], #8]\n"                                                               \
    ".set step, 16\n .set pair, 16\n .rept %c[k] / 2 - 2\n" M7_LINE_STEP("x], #pair")                                        \
    ".set step, step + 16\n .set pair, pair + 8\n .endr\n" M7_LINE_STEP("w], #step + 24")

/* As M7_PRODUCTS, after the last step has loaded the first three numbers in passing: v0, xa and xb. */
#define M7_LINE_PRODUCTS(smmla, n)                                                                                             \
    "ldr %[v1], [%[w], #" n " + 4]\n"                                                                                          \
    smmla " %[a1], %[a1], %[xa], %[xb]\n"                                                                                      \
    smmla " %[b1], %[b1], %[xa], %[xb]\n ldr %[xa], [%[w], #" n " + 24]\n"                                                     \
    smmla " %[a0], %[a0], %[v0], %[v1]\n ldr %[xb], [%[w], #" n " + 28]\n"                                                     \
    smmla " %[b0], %[b0], %[v0], %[v1]\n ldr %[v0], [%[w], #" n " + 16]\n ldr %[v1], [%[w], #" n " + 20]\n"                    \
    smmla " %[a2], %[a2], %[v0], %[v1]\n"

#endif
