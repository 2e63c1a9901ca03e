/* The inner loops of block/depthwise.c for the M7: patches of 2 x 2 outputs of one channel, so that a row of inputs
 * that two rows of outputs read is loaded once, and the requantising numbers are loaded once for four outputs. Every
 * load stands beside a product, two cycles before its use. */
#ifndef BLOCK_DEPTHWISE_PATCH_H
#define BLOCK_DEPTHWISE_PATCH_H

#include "block/parts.h"
#include "kernels/m7.h"

struct taps {
    uint32_t f0, f1, f2; /* (w0, w1) of each row */
    uint32_t s0, s1, s2; /* (w1, w2) */
};

/* Times 2^shift. Without an array, so that they can stay in registers. */
static inline __attribute__((always_inline)) struct taps taps_of(const struct kernel_layer *l, int32_t channel,
                                                                 int32_t shift)
{
    const int32_t c = l->out_c;
    const int8_t *w = l->weights + channel;
    const int8_t *const v = w + 3 * c, *const u = v + 3 * c;
    const uint32_t w1 = (uint32_t)w[c] << shift, v1 = (uint32_t)v[c] << shift, u1 = (uint32_t)u[c] << shift;
    return (struct taps){
        .f0 = dsp_pair_low((uint32_t)w[0] << shift, w1),
        .f1 = dsp_pair_low((uint32_t)v[0] << shift, v1),
        .f2 = dsp_pair_low((uint32_t)u[0] << shift, u1),
        .s0 = dsp_pair_low(w1, (uint32_t)w[2 * c] << shift),
        .s1 = dsp_pair_low(v1, (uint32_t)v[2 * c] << shift),
        .s2 = dsp_pair_low(u1, (uint32_t)u[2 * c] << shift),
    };
}

static inline int32_t block_offset(const struct kernel_layer *l, int32_t channel)
{
    const int32_t g = l->shift[channel] & 31;
    return (1 << (g - 2)) + (1 << 9) + l->out_zp * (1 << 10);
}

#ifdef __ARM_FEATURE_DSP

/* One channel's numbers, on the stack: the 14 registers are taken by 6 pairs of weights, 4 sums, 2 inputs and 2
 * pointers. */
struct block_patch {
    int32_t bias, multiplier, offset;
    int32_t pair_step; /* bytes from a pixel pair to the next */
    int32_t row_step;
    int32_t row_skip; /* from where a row's last patch ends to the row after the next */
};

/* Outputs from the sums. `next0` and `next1` load the first two inputs of the next patch, and the second steps on to
 * it. */
#define BLOCK_PATCH_END(next0, next1)                                                                                  \
    "smmla %[a], %[a], %[q], %[p]\n"                                                                                   \
    "smmla %[b], %[b], %[q], %[p]\n"                                                                                   \
    "smmla %[c], %[c], %[q], %[p]\n ssat %[a], #8, %[a], asr #10\n"                                                    \
    "smmla %[d], %[d], %[q], %[p]\n ssat %[b], #8, %[b], asr #10\n"                                                    \
    "ldr %[p], %[row_step]\n strh %[a], [%[out]]\n"                                                                    \
    "ldr %[a], %[pair_step]\n ssat %[c], #8, %[c], asr #10\n"                                                          \
    "add %[p], %[p], %[out]\n strh %[b], [%[out], #4]\n"                                                               \
    "ldr %[b], %[end]\n ssat %[d], #8, %[d], asr #10\n"                                                                \
    "strh %[c], [%[p]]\n add %[out], %[out], %[a]\n"                                                                   \
    "strh %[d], [%[p], #4]\n" next0                                                                                    \
    "ldr %[c], %[bias]\n cmp %[in], %[b]\n"                                                                            \
    next1 "bne 1b\n"

#define BLOCK_PATCH_OPERANDS                                                                                           \
    [in] "+r"(from), [out] "+r"(to), [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d), [p] "=&r"(p),             \
        [q] "=&r"(q)                                                                                                   \
        : [f0] "r"(f0), [f1] "r"(f1), [f2] "r"(f2), [s0] "r"(s0), [s1] "r"(s1), [s2] "r"(s2), [bias] "m"(k->bias),     \
          [multiplier] "m"(k->multiplier), [offset] "m"(k->offset), [pair_step] "m"(k->pair_step),                     \
          [row_step] "m"(k->row_step), [end] "m"(end), [row] "i"(16 * pitch)                                           \
        : "cc", "memory"

/* `from` is the patch's own word while its sums run: A of the first row is at -4, B at 0, C at 4. */
static inline __attribute__((always_inline)) void block_patches_stride1(const struct block_patch *k, struct taps t,
                                                                        const uint32_t *in, uint16_t *out,
                                                                        int32_t count, int32_t rows,
                                                                        const int32_t pitch)
{
    const uint32_t f0 = t.f0, f1 = t.f1, f2 = t.f2, s0 = t.s0, s1 = t.s1, s2 = t.s2;
    uint16_t *to = out;
    const uint32_t *end = in - 1 + count / 2; /* cheaper to keep than the row's begin: it has to be in memory anyway */
    const uint32_t *const stop = end + rows * 4 * pitch;
    do {
        const uint32_t *from = end - count / 2;
        int32_t a, b, c, d;
        uint32_t p, q;
        __asm volatile("ldr %[c], %[bias]\n ldr %[q], [%[in], #4]\n ldr %[p], [%[in]], #4\n"
                       "1:\n"
                       "smlad %[b], %[q], %[f0], %[c]\n"
                       "smlad %[a], %[q], %[s0], %[c]\n ldr %[q], [%[in], #4]\n"
                       "smlatb %[a], %[p], %[f0], %[a]\n ldr %[p], [%[in], #%c[row]]\n"
                       "smlabt %[b], %[q], %[s0], %[b]\n ldr %[q], [%[in], #%c[row] - 4]\n"
                       "smlad %[d], %[p], %[f0], %[c]\n smlad %[c], %[p], %[s0], %[c]\n"
                       "smlad %[a], %[p], %[s1], %[a]\n"
                       "smlad %[b], %[p], %[f1], %[b]\n ldr %[p], [%[in], #%c[row] + 4]\n"
                       "smlatb %[a], %[q], %[f1], %[a]\n"
                       "smlatb %[c], %[q], %[f0], %[c]\n ldr %[q], [%[in], #2 * %c[row]]\n"
                       "smlabt %[b], %[p], %[s1], %[b]\n"
                       "smlabt %[d], %[p], %[s0], %[d]\n ldr %[p], [%[in], #2 * %c[row] - 4]\n"
                       "smlad %[a], %[q], %[s2], %[a]\n smlad %[b], %[q], %[f2], %[b]\n"
                       "smlad %[c], %[q], %[s1], %[c]\n"
                       "smlad %[d], %[q], %[f1], %[d]\n ldr %[q], [%[in], #2 * %c[row] + 4]\n"
                       "smlatb %[a], %[p], %[f2], %[a]\n"
                       "smlatb %[c], %[p], %[f1], %[c]\n ldr %[p], [%[in], #3 * %c[row]]\n"
                       "smlabt %[b], %[q], %[s2], %[b]\n"
                       "smlabt %[d], %[q], %[s1], %[d]\n ldr %[q], [%[in], #3 * %c[row] - 4]\n"
                       "smlad %[c], %[p], %[s2], %[c]\n"
                       "smlad %[d], %[p], %[f2], %[d]\n ldr %[p], [%[in], #3 * %c[row] + 4]\n"
                       "smlatb %[c], %[q], %[f2], %[c]\n ldr %[q], %[multiplier]\n"
                       "smlabt %[d], %[p], %[s2], %[d]\n ldr %[p], %[offset]\n"
                       BLOCK_PATCH_END("ldr %[q], [%[in], #4]\n", "ldr %[p], [%[in]], #4\n")
                       : BLOCK_PATCH_OPERANDS);
        to = (uint16_t *)(void *)((char *)to + k->row_skip);
        end += 8 * pitch;
    } while (end != stop);
}

/* Of the three words of a row, the second is the end of one output and the start of the other. */
static inline __attribute__((always_inline)) void block_patches_stride2(const struct block_patch *k, struct taps t,
                                                                        const uint32_t *in, uint16_t *out,
                                                                        int32_t count, int32_t rows,
                                                                        const int32_t pitch)
{
    const uint32_t f0 = t.f0, f1 = t.f1, f2 = t.f2, s0 = t.s0, s1 = t.s1, s2 = t.s2;
    uint16_t *to = out;
    const uint32_t *end = in + count;
    const uint32_t *const stop = end + rows * 8 * pitch;
    do {
        const uint32_t *from = end - count;
        int32_t a, b, c, d;
        uint32_t p, q;
        __asm volatile("ldr %[c], %[bias]\n ldr %[q], [%[in], #4]\n ldr %[p], [%[in]], #8\n"
                       "1:\n"
                       "smlad %[b], %[q], %[f0], %[c]\n"
                       "smlad %[a], %[p], %[f0], %[c]\n ldr %[p], [%[in]]\n"
                       "smlabt %[a], %[q], %[s0], %[a]\n ldr %[q], [%[in], #%c[row] - 4]\n"
                       "smlabt %[b], %[p], %[s0], %[b]\n ldr %[p], [%[in], #%c[row] - 8]\n"
                       "smlad %[b], %[q], %[f1], %[b]\n smlabt %[a], %[q], %[s1], %[a]\n ldr %[q], [%[in], #%c[row]]\n"
                       "smlad %[a], %[p], %[f1], %[a]\n ldr %[p], [%[in], #2 * %c[row] - 8]\n"
                       "smlabt %[b], %[q], %[s1], %[b]\n ldr %[q], [%[in], #2 * %c[row] - 4]\n"
                       "smlad %[a], %[p], %[f2], %[a]\n smlad %[d], %[q], %[f0], %[c]\n"
                       "smlad %[c], %[p], %[f0], %[c]\n ldr %[p], [%[in], #2 * %c[row]]\n"
                       "smlad %[b], %[q], %[f2], %[b]\n smlabt %[a], %[q], %[s2], %[a]\n"
                       "smlabt %[c], %[q], %[s0], %[c]\n ldr %[q], [%[in], #3 * %c[row] - 4]\n"
                       "smlabt %[b], %[p], %[s2], %[b]\n smlabt %[d], %[p], %[s0], %[d]\n"
                       "ldr %[p], [%[in], #3 * %c[row] - 8]\n"
                       "smlad %[d], %[q], %[f1], %[d]\n"
                       "smlabt %[c], %[q], %[s1], %[c]\n ldr %[q], [%[in], #3 * %c[row]]\n"
                       "smlad %[c], %[p], %[f1], %[c]\n ldr %[p], [%[in], #4 * %c[row] - 8]\n"
                       "smlabt %[d], %[q], %[s1], %[d]\n ldr %[q], [%[in], #4 * %c[row] - 4]\n"
                       "smlad %[c], %[p], %[f2], %[c]\n ldr %[p], [%[in], #4 * %c[row]]\n"
                       "smlad %[d], %[q], %[f2], %[d]\n smlabt %[c], %[q], %[s2], %[c]\n ldr %[q], %[multiplier]\n"
                       "smlabt %[d], %[p], %[s2], %[d]\n ldr %[p], %[offset]\n"
                       BLOCK_PATCH_END("ldr %[q], [%[in], #4]\n", "ldr %[p], [%[in]], #8\n")
                       : BLOCK_PATCH_OPERANDS);
        to = (uint16_t *)(void *)((char *)to + k->row_skip);
        end += 16 * pitch;
    } while (end != stop);
}

/* Four channels: an even number of rows of `count` outputs, an even number too, and neither of them 0. */
static inline __attribute__((always_inline)) void block_patches_of(uint16_t *products, const uint32_t *planes,
                                                                   const struct kernel_layer *l, int32_t channel,
                                                                   int32_t count, int32_t rows, const int32_t stride,
                                                                   const int32_t pitch)
{
    struct block_patch k = {.pair_step = 4 * l->out_c, .row_step = round_up(l->out_w, 2) / 2 * 4 * l->out_c};
    k.row_skip = 2 * k.row_step - count / 2 * k.pair_step;
    for (int32_t c = 0; c < BLOCK_QUAD; c++, planes += pitch) {
        k.bias = l->bias[channel + c];
        k.multiplier = l->multiplier[channel + c];
        k.offset = block_offset(l, channel + c);
        const struct taps taps = taps_of(l, channel + c, l->shift[channel + c] & 31);
        uint16_t *out = products + (c & 1) * 4 + (c >> 1);
        if (stride == 1) {
            block_patches_stride1(&k, taps, planes, out, count, rows, pitch);
        } else {
            block_patches_stride2(&k, taps, planes, out, count, rows, pitch);
        }
    }
}

#define BLOCK_PATCHES(stride, pitch)                                                                                   \
    static __attribute__((noinline)) void block_patches_##stride##_##pitch(                                            \
        uint16_t *products, const uint32_t *planes, const struct kernel_layer *l, int32_t channel, int32_t count,      \
        int32_t rows)                                                                                                  \
    {                                                                                                                  \
        block_patches_of(products, planes, l, channel, count, rows, stride, pitch);                                    \
    }
BLOCK_PATCHES(1, 10)
BLOCK_PATCHES(1, 34)
BLOCK_PATCHES(1, 58)
BLOCK_PATCHES(2, 10)
BLOCK_PATCHES(2, 34)
BLOCK_PATCHES(2, 58)

static inline void block_patches(uint16_t *products, const uint32_t *planes, const struct kernel_layer *l,
                                 int32_t channel, int32_t count, int32_t rows, int32_t pitch)
{
    typedef void patches(uint16_t *, const uint32_t *, const struct kernel_layer *, int32_t, int32_t, int32_t);
    static patches *const all[2][3] = {
        {block_patches_1_10, block_patches_1_34, block_patches_1_58},
        {block_patches_2_10, block_patches_2_34, block_patches_2_58},
    };
    all[l->stride_h - 1][pitch == 10 ? 0 : pitch == 34 ? 1 : 2](products, planes, l, channel, count, rows);
}

#endif

#endif
