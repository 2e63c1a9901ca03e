/* One layer's arithmetic. Two sets with one meaning: kernels/reference.c is the definition, kernels/m7.c the fast one.
 *
 * Tensors are int8, NHWC with N = 1. A real number is scale * (q - zero_point); the weights' zero point is 0.
 *
 *   CONV, POINTWISE, DEPTHWISE:  acc[o]  = bias[o] + sum of weight * input; input beyond the edges counts as in_zp
 *                                out[o]  = clamp(out_zp + scaled(acc[o], multiplier[o], shift[o]))
 *   ADD:   a = scaled((in - in_zp) * 2^left_shift, multiplier[0], shift[0]), b likewise from in2 with index 1,
 *          out = clamp(out_zp + scaled(a + b, multiplier[2], shift[2]))
 *   MEAN:  out[c] = clamp(out_zp + scaled(sum over the pixels of (in - in_zp), multiplier[0], shift[0])),
 *          or, with `average`, clamp(sum of in / pixels to the nearest, half away from zero)
 *
 *   scaled(x, m, s) = rounded_shift(high(x * 2^max(s, 0), m), max(-s, 0))
 *   high(x, m)         = (x * m + 2^30) >> 31                  (half goes up)
 *   rounded_shift(x, e) = x / 2^e to the nearest                (half goes away from zero)
 *
 * bias already holds -in_zp * (sum of the channel's weights). The two roundings one after the other are LiteRT's
 * (SaturatingRoundingDoublingHighMul, RoundingDivideByPOT), and make the last bit what it is. */
#ifndef KERNELS_KERNELS_H
#define KERNELS_KERNELS_H

#include <stdint.h>

struct kernel_layer {
    const int8_t *in;
    const int8_t *in2;
    int8_t *out;
    /* CONV, POINTWISE: [out_c][kernel_h][kernel_w][in_c]; DEPTHWISE: [kernel_h][kernel_w][channel] */
    const int8_t *weights;
    const int32_t *bias;
    const int32_t *multiplier; /* per output channel, 2^30 to 2^31 - 1, or 0 */
    const int8_t *shift; /* per output channel, -31 to 30 */
    int32_t in_h, in_w, in_c;
    int32_t out_h, out_w, out_c;
    int32_t kernel_h, kernel_w;
    int32_t stride_h, stride_w;
    int32_t pad_top, pad_left;
    int32_t in_zp, in2_zp, out_zp;
    int32_t clamp_min, clamp_max;
    int32_t left_shift;
    int32_t average; /* MEAN: in and out share scale and zero point */
    int32_t in_top; /* the input's row that `in` begins with; other than 0 only in a block's stem */
};

typedef void kernel(const struct kernel_layer *layer);

/* In the order of wire_layer_kind, from 1. */
struct kernel_set {
    const char *name;
    kernel *conv;
    kernel *pointwise;
    kernel *depthwise;
    kernel *add;
    kernel *mean;
};

extern const struct kernel_set kernels_ref;
extern const struct kernel_set kernels_m7;

/* scaled() of the text above. */
int32_t kernel_scaled(int32_t x, int32_t multiplier, int32_t shift);

#endif
