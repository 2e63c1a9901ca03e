/* The inner loop of the matrix product for the M7: blocks of 4 channels by 2 pixels, from the sums' bias to the stored
 * bytes.
 *
 * 14 registers are all there are: 8 sums, 2 pixels, 2 weights, 2 pointers. Loads stand where they pair with an SMLAD of
 * the cycle and at least two cycles before their use. There is none left for a counter: the weights end where the
 * address gets its bit 14 (the linker scripts see to that), and the loop with them. The pointer to the weights then
 * points at struct block_numbers, which has everything else. Reads one step past both ends. */
#ifndef KERNELS_M7_BLOCK_H
#define KERNELS_M7_BLOCK_H

#ifdef __ARM_FEATURE_DSP

#include <assert.h>
#include <stddef.h>

#include "kernels/m7.h"

struct block_numbers {
    struct {
        int32_t multiplier, offset; /* side by side: their loads pair */
    } channel[4];
    int32_t shift[4];
    int8_t *out;
    int32_t pair_step; /* bytes from a pixel to the next */
    const uint32_t *tile_end;
    const uint32_t *weights;
    int32_t bias[4];
};
static_assert(sizeof(struct block_numbers) == 4 * M7_BLOCK_WORDS, "the offsets below");
static_assert(offsetof(struct block_numbers, shift) == 32 && offsetof(struct block_numbers, bias) == 64,
              "the offsets below");

#define M7_NUMBERS ((struct block_numbers *)(void *)(m7_work + M7_WORK_WORDS))

#define M7_STEP(w0, w1, w2, w3, x0, x1, free0, free1)                                                                  \
    "smlad %[a0], %[v0], %[xa], %[a0]\n ldr %[v1], [%[w], #" w0 "]\n"                                                  \
    "smlad %[b0], %[v0], %[xb], %[b0]\n ldr %[v0], [%[w], #" w1 "]\n"                                                  \
    "smlad %[a1], %[v1], %[xa], %[a1]\n" free0                                                                         \
    "smlad %[b1], %[v1], %[xb], %[b1]\n ldr %[v1], [%[w], #" w2 "]\n"                                                  \
    "smlad %[a2], %[v0], %[xa], %[a2]\n" free1                                                                         \
    "smlad %[a3], %[v1], %[xa], %[a3]\n ldr %[xa], [%[x], #" x0 "]\n"                                                  \
    "smlad %[b2], %[v0], %[xb], %[b2]\n ldr %[v0], [%[w], #" w3 "]\n"                                                  \
    "smlad %[b3], %[v1], %[xb], %[b3]\n ldr %[xb], [%[x], #" x1 "]\n"

/* The first step starts both pixels from the one bias, and goes on in the middle of the loop. */
#define M7_FIRST                                                                                                       \
    "0:\n"                                                                                                             \
    "ldrd %[a0], %[a1], [%[w], #64]\n ldrd %[a2], %[a3], [%[w], #72]\n"                                                \
    "ldr %[w], [%[w], #60]\n ldrd %[xa], %[xb], [%[x]]\n ldrd %[v0], %[v1], [%[w]]\n"                                  \
    "smlad %[b0], %[v0], %[xb], %[a0]\n smlad %[a0], %[v0], %[xa], %[a0]\n ldr %[v0], [%[w], #8]\n"                    \
    "smlad %[b1], %[v1], %[xb], %[a1]\n smlad %[a1], %[v1], %[xa], %[a1]\n ldr %[v1], [%[w], #12]\n"                   \
    "smlad %[b2], %[v0], %[xb], %[a2]\n smlad %[a2], %[v0], %[xa], %[a2]\n ldr %[v0], [%[w], #16]\n"                   \
    "smlad %[b3], %[v1], %[xb], %[a3]\n ldr %[xb], [%[x], #12]\n"                                                      \
    "smlad %[a3], %[v1], %[xa], %[a3]\n ldr %[xa], [%[x], #8]\n"                                                       \
    "b 2f\n"                                                                                                           \
    ".balign 8\n"                                                                                                      \
    "1:\n"                                                                                                             \
    M7_STEP("4", "8", "12", "16", "8", "12", "", "")                                                                   \
    "2:\n"                                                                                                             \
    M7_STEP("20", "24", "28", "32", "16", "20", "", "")

#define M7_LAST                                                                                                        \
    M7_STEP("-12", "-8", "-4", "0", "0", "4", "tst %[w], #0x4000\n", "")                                               \
    "beq 1b\n"

/* Four steps a round: 33 cycles for 32 products, the branch stands alone. k is a multiple of 8. */
#define M7_SUMS                                                                                                        \
    M7_FIRST                                                                                                           \
    M7_STEP("36", "40", "44", "-16", "-8", "-4", "add %[x], %[x], #32\n", "add %[w], %[w], #64\n") M7_LAST

#define M7_FIRST_SIX                                                                                                   \
    M7_FIRST                                                                                                           \
    M7_STEP("36", "40", "44", "48", "24", "28", "", "")                                                                \
    M7_STEP("52", "56", "60", "64", "32", "36", "", "")                                                                \
    M7_STEP("68", "72", "76", "80", "40", "44", "", "")                                                                \
    M7_STEP("84", "88", "92", "96", "48", "52", "", "")

/* Eight steps a round: k is a multiple of 16. */
#define M7_LONG_SUMS                                                                                                   \
    M7_FIRST_SIX                                                                                                       \
    M7_STEP("100", "104", "108", "-16", "-8", "-4", "add %[x], %[x], #64\n", "add %[w], %[w], #128\n") M7_LAST

/* Sixteen steps a round: k is a multiple of 32. */
#define M7_LONGEST_SUMS                                                                                                \
    M7_FIRST_SIX                                                                                                       \
    M7_STEP("100", "104", "108", "112", "56", "60", "", "")                                                            \
    M7_STEP("116", "120", "124", "128", "64", "68", "", "")                                                            \
    M7_STEP("132", "136", "140", "144", "72", "76", "", "")                                                            \
    M7_STEP("148", "152", "156", "160", "80", "84", "", "")                                                            \
    M7_STEP("164", "168", "172", "176", "88", "92", "", "")                                                            \
    M7_STEP("180", "184", "188", "192", "96", "100", "", "")                                                           \
    M7_STEP("196", "200", "204", "208", "104", "108", "", "")                                                          \
    M7_STEP("212", "216", "220", "224", "112", "116", "", "")                                                          \
    M7_STEP("228", "232", "236", "-16", "-8", "-4", "add %[x], %[x], #128\n", "add %[w], %[w], #256\n") M7_LAST

/* Sums to outputs times 2^e. The first multiplier is in v0: it was the load of the weights after the last. */
#define M7_PRODUCTS(smmla)                                                                                             \
    "ldr %[v1], [%[w], #4]\n ldr %[xa], [%[w], #8]\n ldr %[xb], [%[w], #12]\n"                                         \
    smmla " %[a0], %[a0], %[v0], %[v1]\n"                                                                              \
    smmla " %[b0], %[b0], %[v0], %[v1]\n ldr %[v0], [%[w], #16]\n"                                                     \
    smmla " %[a1], %[a1], %[xa], %[xb]\n ldr %[v1], [%[w], #20]\n"                                                     \
    smmla " %[b1], %[b1], %[xa], %[xb]\n ldr %[xa], [%[w], #24]\n"                                                     \
    smmla " %[a2], %[a2], %[v0], %[v1]\n ldr %[xb], [%[w], #28]\n"

#define M7_SCALED_END                                                                                                  \
    M7_PRODUCTS("smmla")                                                                                               \
    "smmla %[b2], %[b2], %[v0], %[v1]\n ssat %[a0], #8, %[a0], asr #12\n"                                              \
    "smmla %[a3], %[a3], %[xa], %[xb]\n ssat %[b0], #8, %[b0], asr #12\n"                                              \
    "smmla %[b3], %[b3], %[xa], %[xb]\n ssat %[a1], #8, %[a1], asr #12\n"                                              \
    "ldr %[v0], [%[w], #48]\n ssat %[b1], #8, %[b1], asr #12\n"                                                        \
    "ldr %[v1], [%[w], #52]\n ssat %[a2], #8, %[a2], asr #12\n"                                                        \
    "ldr %[xa], [%[w], #56]\n ssat %[b2], #8, %[b2], asr #12\n"                                                        \
    "ssat %[a3], #8, %[a3], asr #12\n ssat %[b3], #8, %[b3], asr #12\n"

#define M7_SHIFTS                                                                                                      \
    "asr %[a0], %[a0], %[v0]\n asr %[b0], %[b0], %[v0]\n"                                                              \
    "asr %[a1], %[a1], %[v1]\n asr %[b1], %[b1], %[v1]\n"                                                              \
    "ssat %[a0], #8, %[a0]\n asr %[a2], %[a2], %[xa]\n"                                                                \
    "ssat %[b0], #8, %[b0]\n asr %[b2], %[b2], %[xa]\n"                                                                \
    "ssat %[a1], #8, %[a1]\n asr %[a3], %[a3], %[xb]\n"                                                                \
    "ssat %[b1], #8, %[b1]\n asr %[b3], %[b3], %[xb]\n"                                                                \
    "ldr %[v0], [%[w], #48]\n ssat %[a2], #8, %[a2]\n"                                                                 \
    "ldr %[v1], [%[w], #52]\n ssat %[b2], #8, %[b2]\n"                                                                 \
    "ldr %[xa], [%[w], #56]\n ssat %[a3], #8, %[a3]\n"                                                                 \
    "ssat %[b3], #8, %[b3]\n"

#define M7_UP_END                                                                                                      \
    M7_PRODUCTS("smmlar")                                                                                              \
    "smmlar %[b2], %[b2], %[v0], %[v1]\n ldr %[v0], [%[w], #32]\n"                                                     \
    "smmlar %[a3], %[a3], %[xa], %[xb]\n ldr %[v1], [%[w], #36]\n"                                                     \
    "smmlar %[b3], %[b3], %[xa], %[xb]\n ldr %[xa], [%[w], #40]\n ldr %[xb], [%[w], #44]\n" M7_SHIFTS

/* For sums that are not doubled yet; an addition takes half the time that doubling the weights before does. */
#define M7_DOUBLE                                                                                                      \
    "add %[a0], %[a0], %[a0]\n add %[b0], %[b0], %[b0]\n add %[a1], %[a1], %[a1]\n add %[b1], %[b1], %[b1]\n"          \
    "add %[a2], %[a2], %[a2]\n add %[b2], %[b2], %[b2]\n add %[a3], %[a3], %[a3]\n add %[b3], %[b3], %[b3]\n"

/* The offset takes the sum's sign with it; each channel's additions stand beside the products of the one before. */
#define M7_AWAY_END                                                                                                    \
    "ldr %[v1], [%[w], #4]\n"                                                                                          \
    "add %[xa], %[v1], %[a0], asr #31\n"                                                                               \
    "add %[xb], %[v1], %[b0], asr #31\n ldr %[v1], [%[w], #12]\n"                                                      \
    "smmlar %[a0], %[a0], %[v0], %[xa]\n add %[xa], %[v1], %[a1], asr #31\n"                                           \
    "smmlar %[b0], %[b0], %[v0], %[xb]\n ldr %[v0], [%[w], #8]\n"                                                      \
    "add %[xb], %[v1], %[b1], asr #31\n ldr %[v1], [%[w], #20]\n"                                                      \
    "smmlar %[a1], %[a1], %[v0], %[xa]\n add %[xa], %[v1], %[a2], asr #31\n"                                           \
    "smmlar %[b1], %[b1], %[v0], %[xb]\n ldr %[v0], [%[w], #16]\n"                                                     \
    "add %[xb], %[v1], %[b2], asr #31\n ldr %[v1], [%[w], #28]\n"                                                      \
    "smmlar %[a2], %[a2], %[v0], %[xa]\n add %[xa], %[v1], %[a3], asr #31\n"                                           \
    "smmlar %[b2], %[b2], %[v0], %[xb]\n ldr %[v0], [%[w], #24]\n"                                                     \
    "add %[xb], %[v1], %[b3], asr #31\n ldr %[v1], [%[w], #32]\n"                                                      \
    "smmlar %[a3], %[a3], %[v0], %[xa]\n asr %[a0], %[a0], %[v1]\n"                                                    \
    "smmlar %[b3], %[b3], %[v0], %[xb]\n asr %[b0], %[b0], %[v1]\n"                                                    \
    "ldr %[v1], [%[w], #36]\n ssat %[a0], #8, %[a0]\n"                                                                 \
    "ldr %[xa], [%[w], #40]\n ssat %[b0], #8, %[b0]\n"                                                                 \
    "ldr %[xb], [%[w], #44]\n asr %[a1], %[a1], %[v1]\n"                                                               \
    "ldr %[v0], [%[w], #48]\n asr %[b1], %[b1], %[v1]\n"                                                               \
    "ldr %[v1], [%[w], #52]\n asr %[a2], %[a2], %[xa]\n"                                                               \
    "ssat %[a1], #8, %[a1]\n asr %[b2], %[b2], %[xa]\n"                                                                \
    "ssat %[b1], #8, %[b1]\n asr %[a3], %[a3], %[xb]\n"                                                                \
    "ssat %[a2], #8, %[a2]\n asr %[b3], %[b3], %[xb]\n"                                                                \
    "ssat %[b2], #8, %[b2]\n ldr %[xa], [%[w], #56]\n"                                                                 \
    "ssat %[a3], #8, %[a3]\n"                                                                                          \
    "ssat %[b3], #8, %[b3]\n"

#define M7_STORE                                                                                                       \
    "bfi %[a0], %[a1], #8, #8\n bfi %[b0], %[b1], #8, #8\n cmp %[x], %[xa]\n"                                          \
    "bfi %[a0], %[a2], #16, #8\n bfi %[b0], %[b2], #16, #8\n"                                                          \
    "bfi %[a0], %[a3], #24, #8\n str %[a0], [%[v0]]\n"                                                                 \
    "bfi %[b0], %[b3], #24, #8\n str %[b0], [%[v0], %[v1]]\n"                                                          \
    "add %[v0], %[v0], %[v1], lsl #1\n str %[v0], [%[w], #48]\n"                                                       \
    "bne 0b\n"

#define M7_RUN(sums, end)                                                                                              \
    __asm volatile(sums end M7_STORE                                                                                   \
                   : [a0] "=&r"(a0), [a1] "=&r"(a1), [a2] "=&r"(a2), [a3] "=&r"(a3), [b0] "=&r"(b0), [b1] "=&r"(b1),   \
                     [b2] "=&r"(b2), [b3] "=&r"(b3), [x] "+r"(x), [w] "+r"(w), [v0] "=&r"(v0), [v1] "=&r"(v1),         \
                     [xa] "=&r"(xa), [xb] "=&r"(xb)                                                                    \
                   :                                                                                                   \
                   : "cc", "memory")

static inline struct block_numbers *m7_numbers(const struct m7_channel *ch, const uint32_t *x, const uint32_t *weights,
                                               int32_t pixels, int8_t *out, int32_t out_step)
{
    struct block_numbers *w = M7_NUMBERS;
    for (int32_t c = 0; c < 4; c++) {
        w->channel[c].multiplier = ch[c].multiplier;
        w->channel[c].offset = ch[c].offset;
        w->shift[c] = ch[c].shift;
        w->bias[c] = ch[c].bias;
    }
    w->out = out;
    w->pair_step = out_step;
    w->weights = weights;
    w->tile_end = x + (m7_work + M7_WORK_WORDS - weights) / 4 * pixels;
    return w;
}

/* An even number of pixels, at least 2, of 4 channels without a clamp; M7_EXACT excepted. Returns where it stopped in
 * the tile. */
static inline __attribute__((always_inline)) const uint32_t *m7_block(const struct m7_channel *ch,
                                                                      enum m7_rounding rounding, const uint32_t *x,
                                                                      const uint32_t *weights, int32_t pixels,
                                                                      int8_t *out, int32_t out_step)
{
    struct block_numbers *w = m7_numbers(ch, x, weights, pixels, out, out_step);
    int32_t a0, a1, a2, a3, b0, b1, b2, b3;
    uint32_t v0, v1, xa, xb;
    if (rounding == M7_SCALED) {
        M7_RUN(M7_SUMS, M7_SCALED_END);
    } else if (rounding == M7_UP) {
        M7_RUN(M7_SUMS, M7_UP_END);
    } else {
        M7_RUN(M7_SUMS, M7_AWAY_END);
    }
    return x;
}

/* The same for sums that are not doubled; k is a multiple of `round`: 8, 16 or 32. */
static inline __attribute__((always_inline)) void m7_plain_block(const struct m7_channel *ch, enum m7_rounding rounding,
                                                                 const uint32_t *x, const uint32_t *weights,
                                                                 int32_t pixels, int8_t *out, int32_t out_step,
                                                                 const int32_t round)
{
    struct block_numbers *w = m7_numbers(ch, x, weights, pixels, out, out_step);
    int32_t a0, a1, a2, a3, b0, b1, b2, b3;
    uint32_t v0, v1, xa, xb;
    if (rounding == M7_UP && round == 32) {
        M7_RUN(M7_LONGEST_SUMS, M7_DOUBLE M7_UP_END);
    } else if (rounding == M7_UP) {
        M7_RUN(M7_SUMS, M7_DOUBLE M7_UP_END);
    } else if (round == 32) {
        M7_RUN(M7_LONGEST_SUMS, M7_DOUBLE M7_AWAY_END);
    } else if (round == 16) {
        M7_RUN(M7_LONG_SUMS, M7_DOUBLE M7_AWAY_END);
    } else {
        M7_RUN(M7_SUMS, M7_DOUBLE M7_AWAY_END);
    }
}

#endif

#endif
