/* The inner loops of the depthwise kernel for the M7: patches of 2 x 2 outputs of one channel, so that a row of inputs
 * that two rows of outputs read is loaded once, and the requantising numbers are loaded once for four outputs. */
#ifndef KERNELS_M7_PATCH_H
#define KERNELS_M7_PATCH_H

#ifdef __ARM_FEATURE_DSP

#include "kernels/m7.h"

/* One channel's numbers, on the stack: the 14 registers are taken by 6 pairs of weights, 4 sums, 2 inputs and 2
 * pointers. */
struct m7_patch {
    int32_t bias, multiplier, offset; /* of M7_SCALED */
    int32_t step; /* bytes from one output to the next */
    int32_t row_step;
};

/* The upper two outputs are finished among the products of the lower ones. `next` loads the first two inputs of the
 * next patch. */
#define M7_PATCH_END(next0, next1)                                                                                     \
    "smmla %[c], %[c], %[p], %[q]\n ldr %[a], %[step]\n"                                                               \
    "smmla %[d], %[d], %[p], %[q]\n" next0 next1                                                                       \
    "strb %[b], [%[out], %[a]]\n ldr %[b], %[row_step]\n"                                                              \
    "ssat %[c], #8, %[c], asr #12\n"                                                                                   \
    "ssat %[d], #8, %[d], asr #12\n strb %[c], [%[out], %[b]]\n"                                                       \
    "add %[b], %[b], %[a]\n ldr %[c], %[end]\n"                                                                        \
    "strb %[d], [%[out], %[b]]\n add %[out], %[out], %[a], lsl #1\n cmp %[in], %[c]\n bne 1b\n"

#define M7_PATCH_OPERANDS                                                                                              \
    [in] "+r"(from), [out] "+r"(to), [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d), [p] "=&r"(p),             \
        [q] "=&r"(q)                                                                                                   \
        : [f0] "r"(f0), [f1] "r"(f1), [f2] "r"(f2), [s0] "r"(s0), [s1] "r"(s1), [s2] "r"(s2), [bias] "m"(k.bias),      \
          [multiplier] "m"(k.multiplier), [offset] "m"(k.offset), [step] "m"(k.step),                                  \
          [row_step] "m"(k.row_step), [end] "m"(end), [row] "i"(16 * pitch)                                            \
        : "cc", "memory"

/* A row of inputs in p and q with the weights of row `r`: two outputs of stride 1. */
#define M7_BOTH(left, right, r)                                                                                        \
    "smlad %[" left "], %[p], %[f" r "], %[" left "]\n smlatb %[" right "], %[p], %[f" r "], %[" right "]\n"
#define M7_REST(left, right, r)                                                                                        \
    "smlabt %[" left "], %[q], %[s" r "], %[" left "]\n smlad %[" right "], %[q], %[s" r "], %[" right "]\n"

/* `count` is even, `rows` at least 2; an odd row is left over. */
static inline __attribute__((always_inline)) void m7_patches_stride1(const struct m7_patch *patch,
                                                                     const uint32_t *first, const uint32_t *second,
                                                                     const uint32_t *in, int8_t *out, int32_t count,
                                                                     int32_t rows, const int32_t pitch)
{
    const struct m7_patch k = *patch;
    const uint32_t f0 = first[0], f1 = first[1], f2 = first[2], s0 = second[0], s1 = second[1], s2 = second[2];
    for (int32_t y = rows; y > 1; y -= 2, in += 8 * pitch, out += 2 * k.row_step) {
        const uint32_t *from = in;
        const uint32_t *const end = in + count / 2 + 1;
        int8_t *to = out;
        int32_t a, b, c, d;
        uint32_t p, q;
        __asm volatile("ldr %[p], [%[in]], #4\n ldr %[q], [%[in]]\n"
                       "1:\n"
                       "ldr %[a], %[bias]\n"
                       "smlatb %[b], %[p], %[f0], %[a]\n ldr %[c], %[bias]\n"
                       "smlad %[a], %[p], %[f0], %[a]\n ldr %[p], [%[in], #%c[row] - 4]\n"
                       M7_REST("a", "b", "0") "ldr %[q], [%[in], #%c[row]]\n"
                       "smlatb %[d], %[p], %[f0], %[c]\n smlad %[c], %[p], %[f0], %[c]\n"
                       M7_BOTH("a", "b", "1") "ldr %[p], [%[in], #2 * %c[row] - 4]\n"
                       M7_REST("c", "d", "0") M7_REST("a", "b", "1") "ldr %[q], [%[in], #2 * %c[row]]\n"
                       M7_BOTH("a", "b", "2") M7_BOTH("c", "d", "1") "ldr %[p], %[multiplier]\n"
                       M7_REST("a", "b", "2") M7_REST("c", "d", "1") "ldr %[q], %[offset]\n"
                       "smmla %[a], %[a], %[p], %[q]\n"
                       "smmla %[b], %[b], %[p], %[q]\n"
                       "ldr %[p], [%[in], #3 * %c[row] - 4]\n ldr %[q], [%[in], #3 * %c[row]]\n"
                       M7_BOTH("c", "d", "2") "ldr %[p], %[multiplier]\n"
                       "smlabt %[c], %[q], %[s2], %[c]\n ssat %[a], #8, %[a], asr #12\n"
                       "smlad %[d], %[q], %[s2], %[d]\n ssat %[b], #8, %[b], asr #12\n"
                       "ldr %[q], %[offset]\n strb %[a], [%[out]]\n"
                       M7_PATCH_END("ldr %[p], [%[in]], #4\n", "ldr %[q], [%[in]]\n")
                       : M7_PATCH_OPERANDS);
    }
}

static inline __attribute__((always_inline)) void m7_patches_stride2(const struct m7_patch *patch,
                                                                     const uint32_t *first, const uint32_t *second,
                                                                     const uint32_t *in, int8_t *out, int32_t count,
                                                                     int32_t rows, const int32_t pitch)
{
    const struct m7_patch k = *patch;
    const uint32_t f0 = first[0], f1 = first[1], f2 = first[2], s0 = second[0], s1 = second[1], s2 = second[2];
    for (int32_t y = rows; y > 1; y -= 2, in += 16 * pitch, out += 2 * k.row_step) {
        const uint32_t *from = in;
        const uint32_t *const end = in + count + 2;
        int8_t *to = out;
        int32_t a, b, c, d;
        uint32_t p, q;
        /* Of the three words of a row, the second is the end of one output and the start of the other. */
        __asm volatile("ldr %[p], [%[in]], #8\n ldr %[q], [%[in], #-4]\n"
                       "1:\n"
                       "ldr %[a], %[bias]\n ldr %[c], %[bias]\n"
                       "smlad %[b], %[q], %[f0], %[a]\n"
                       "smlad %[a], %[p], %[f0], %[a]\n ldr %[p], [%[in]]\n"
                       "smlabt %[a], %[q], %[s0], %[a]\n ldr %[q], [%[in], #%c[row] - 4]\n"
                       "smlabt %[b], %[p], %[s0], %[b]\n ldr %[p], [%[in], #%c[row] - 8]\n"
                       "smlad %[b], %[q], %[f1], %[b]\n smlabt %[a], %[q], %[s1], %[a]\n ldr %[q], [%[in], #%c[row]]\n"
                       "smlad %[a], %[p], %[f1], %[a]\n ldr %[p], [%[in], #2 * %c[row] - 8]\n"
                       "smlabt %[b], %[q], %[s1], %[b]\n ldr %[q], [%[in], #2 * %c[row] - 4]\n"
                       "smlad %[a], %[p], %[f2], %[a]\n smlad %[d], %[q], %[f0], %[c]\n"
                       "smlad %[c], %[p], %[f0], %[c]\n ldr %[p], [%[in], #2 * %c[row]]\n"
                       "smlad %[b], %[q], %[f2], %[b]\n smlabt %[a], %[q], %[s2], %[a]\n"
                       "smlabt %[c], %[q], %[s0], %[c]\n ldr %[q], %[offset]\n"
                       "smlabt %[b], %[p], %[s2], %[b]\n smlabt %[d], %[p], %[s0], %[d]\n ldr %[p], %[multiplier]\n"
                       "smmla %[a], %[a], %[p], %[q]\n"
                       "smmla %[b], %[b], %[p], %[q]\n"
                       "ldr %[q], [%[in], #3 * %c[row] - 4]\n ldr %[p], [%[in], #3 * %c[row] - 8]\n"
                       "smlad %[d], %[q], %[f1], %[d]\n"
                       "smlabt %[c], %[q], %[s1], %[c]\n ldr %[q], [%[in], #3 * %c[row]]\n"
                       "smlad %[c], %[p], %[f1], %[c]\n ldr %[p], [%[in], #4 * %c[row] - 8]\n"
                       "smlabt %[d], %[q], %[s1], %[d]\n ldr %[q], [%[in], #4 * %c[row] - 4]\n"
                       "smlad %[c], %[p], %[f2], %[c]\n ldr %[p], [%[in], #4 * %c[row]]\n"
                       "smlad %[d], %[q], %[f2], %[d]\n ssat %[a], #8, %[a], asr #12\n"
                       "smlabt %[c], %[q], %[s2], %[c]\n ssat %[b], #8, %[b], asr #12\n"
                       "smlabt %[d], %[p], %[s2], %[d]\n ldr %[p], %[multiplier]\n"
                       "ldr %[q], %[offset]\n strb %[a], [%[out]]\n"
                       M7_PATCH_END("ldr %[p], [%[in]], #8\n", "ldr %[q], [%[in], #-4]\n")
                       : M7_PATCH_OPERANDS);
    }
}

#endif

#endif
