/* What the fast kernels share: how a sum becomes an int8, and the work buffer.
 *
 * kernels/kernels.h scales a sum in two rounded steps. With the sum doubled (bias and inputs are), SMMLAR does the
 * first one whole:
 *     y = (2 acc * multiplier + 2^31) >> 32 = high(acc, multiplier)                      for |acc| < 2^30
 * and the second is one shift, to which the output's zero point can be added beforehand:
 *     (y + 2^(e-1) + zp * 2^e) >> e                                                      rounds half up
 * Half away from zero differs where y < 0 only, and is had by taking 1 from such sums: y is negative or zero when acc
 * is, and for y = 0 the 1 changes nothing as long as e >= 1. Where the clamp cuts off everything below the zero point
 * (a ReLU), what happens to negative y cannot be seen, and the 1 is left out. Sums or factors outside these bounds take
 * kernel_scaled().
 *
 * M7_SCALED is M7_UP with a shift that all channels share. Floors nest, so the two steps are one:
 *     floor((2 acc * multiplier + 2^31 + 2^(e+31) + zp * 2^(e+32)) / 2^(e+32))
 * and numerator and denominator may be multiplied by 2^(12-e): into the weights and the bias, so that SMMLA with
 *     2^(11-e) + 2^11 + zp * 2^12
 * (whole numbers for e < 12) and a shift by 12, which SSAT has built in, give the same result. */
#ifndef KERNELS_M7_H
#define KERNELS_M7_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/dsp.h"
#include "kernels/kernels.h"

enum m7_rounding {
    M7_UP, /* negative results are clamped away */
    M7_SCALED, /* as M7_UP, with the weights multiplied beforehand */
    M7_AWAY,
    M7_EXACT, /* kernel_scaled() */
};

#define M7_SCALED_SHIFT 12

/* One output channel, ready for use. */
struct m7_channel {
    int32_t bias; /* as the sum: 1, 2 or (M7_SCALED) 2^(13-e) times the layer's */
    int32_t multiplier;
    int32_t offset; /* 2^(e-1) + zp * 2^e; for M7_EXACT the zero point */
    int32_t shift; /* e; for M7_EXACT the shift as in the layer; for M7_SCALED 13 - e */
};

/* The clamp of a layer on four int8 at once, by saturating there and back. */
struct m7_clamp {
    bool whole; /* -128 to 127: nothing to do */
    uint32_t above; /* 127 - clamp_max in each byte */
    uint32_t below; /* clamp_min + 128 in each byte */
    int32_t min, max;
};

/* Work memory: expanded inputs, then expanded weights of one block of channels; the depthwise kernel takes both
 * together. */
#define M7_TILE_WORDS 6144
#define M7_WEIGHTS_WORDS 4096
#define M7_WORK_WORDS (M7_TILE_WORDS + M7_WEIGHTS_WORDS)
/* Behind the weights: what the inner loop of the matrix product needs when it has read them. */
#define M7_BLOCK_WORDS 20
extern uint32_t m7_work[M7_WORK_WORDS + M7_BLOCK_WORDS];
#define M7_TILE m7_work
#define M7_WEIGHTS (m7_work + M7_TILE_WORDS)

/* The rounding that is exact for all of the layer's channels, when no sum of products leaves +-`products`. */
enum m7_rounding m7_rounding(const struct kernel_layer *layer, int32_t channels, int32_t products);
/* Where that is M7_UP: whether M7_SCALED is exact too for this channel; `least` is the smallest e whose factor the
 * weights bear. */
bool m7_scales(const struct kernel_layer *layer, int32_t index, int32_t products, int32_t least);
struct m7_channel m7_channel(const struct kernel_layer *layer, int32_t index, int32_t bias, enum m7_rounding rounding);
struct m7_clamp m7_clamp(const struct kernel_layer *layer);

/* From the doubled sum, or for M7_EXACT from the sum, to the output. */
static inline __attribute__((always_inline)) int32_t m7_scaled(int32_t sum, const struct m7_channel *c,
                                                               enum m7_rounding rounding, const struct m7_clamp *clamp)
{
    if (rounding == M7_EXACT) {
        const int32_t v = (int32_t)((uint32_t)kernel_scaled(sum, c->multiplier, c->shift) + (uint32_t)c->offset);
        return v < clamp->min ? clamp->min : v > clamp->max ? clamp->max : v;
    }
    if (rounding == M7_SCALED) {
        return dsp_to_int8(dsp_high_sum(sum, c->multiplier, c->offset) >> M7_SCALED_SHIFT);
    }
    const int32_t offset = rounding == M7_AWAY ? c->offset + (sum >> 31) : c->offset;
    return dsp_to_int8(dsp_high_product(sum, c->multiplier, offset) >> c->shift);
}

static inline uint32_t m7_clamped(uint32_t bytes, const struct m7_clamp *clamp)
{
    if (!clamp->whole) {
        bytes = dsp_sub_bytes(dsp_add_bytes(bytes, clamp->above), clamp->above);
        bytes = dsp_add_bytes(dsp_sub_bytes(bytes, clamp->below), clamp->below);
    }
    return bytes;
}

/* An addition in two steps: what its factors make of every int8, M7_ADD_WORDS, then rows of it (any shape, the same
 * numbers). */
#define M7_ADD_WORDS 512
void m7_add_tables(const struct kernel_layer *layer, int32_t *tables);
void m7_add_row(const struct kernel_layer *layer, const int32_t *tables);

kernel m7_conv;
kernel m7_pointwise;
kernel m7_depthwise;

#endif
