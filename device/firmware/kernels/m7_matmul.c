/* Convolutions as a matrix product: every output is the dot product of k input bytes with k weights.
 *
 * Inputs and weights are expanded once to int16 pairs in work memory, so that the inner loop is loads and SMLADs only.
 * A word of four bytes (0 1 2 3) becomes the pairs (0 2) and (1 3), which is what SXTB16 gives; both sides have the
 * same order, and a sum does not mind. Blocks of 4 channels by 2 pixels: 8 sums, and 6 loads for 16 products.
 *     tile:    for every 2 pixels, for every pair: (pixel a, pixel b)
 *     weights: for every pair: (channel 0, 1, 2, 3)
 * k is filled up to a multiple of 8 with zero weights. */
#include "kernels/m7.h"
#include "kernels/m7_block.h"

#include <stddef.h>

#define MAX_K (M7_WEIGHTS_WORDS / 2)
#define CHANNELS 4

static int32_t rounded_up(int32_t value, int32_t step)
{
    return (value + step - 1) / step * step;
}

/* Up to 4 bytes; those past `n` are 0. */
static uint32_t load_some(const int8_t *from, int32_t n)
{
    uint32_t word = 0;
    for (int32_t i = 0; i < n && i < 4; i++) {
        word |= (uint32_t)(uint8_t)from[i] << 8 * i;
    }
    return word;
}

static inline __attribute__((always_inline)) void put_two(uint32_t *to, uint32_t a, uint32_t b, bool doubled)
{
    const uint32_t ae = dsp_even(a), be = dsp_even(b), ao = dsp_odd(a), bo = dsp_odd(b);
    to[0] = doubled ? dsp_add_pairs(ae, ae) : ae;
    to[1] = doubled ? dsp_add_pairs(be, be) : be;
    to[2] = doubled ? dsp_add_pairs(ao, ao) : ao;
    to[3] = doubled ? dsp_add_pairs(bo, bo) : bo;
}

/* Rows a and b of k bytes to pairs, alternating; doubled as m7_scaled() wants it. */
static inline __attribute__((always_inline)) uint32_t *expand_rows(uint32_t *to, const int8_t *a, const int8_t *b,
                                                                   int32_t k, bool doubled)
{
    const uint32_t *const end = to + rounded_up(k, 8);
    for (const int8_t *const whole = a + (k & ~3); a != whole; a += 4, b += 4, to += 4) {
        put_two(to, dsp_load(a), dsp_load(b), doubled);
    }
    for (int32_t left = k & 3; to != end; to += 4, left = 0) {
        put_two(to, load_some(a, left), load_some(b, left), doubled);
    }
    return to;
}

static uint32_t *expand_two(uint32_t *to, const int8_t *a, const int8_t *b, int32_t k, enum m7_rounding rounding)
{
    return rounding == M7_EXACT ? expand_rows(to, a, b, k, false) : expand_rows(to, a, b, k, true);
}

static inline __attribute__((always_inline)) void put_weights(uint32_t *to, uint32_t w0, uint32_t w1, uint32_t w2,
                                                              uint32_t w3)
{
    to[0] = dsp_even(w0);
    to[1] = dsp_even(w1);
    to[2] = dsp_even(w2);
    to[3] = dsp_even(w3);
    to[4] = dsp_odd(w0);
    to[5] = dsp_odd(w1);
    to[6] = dsp_odd(w2);
    to[7] = dsp_odd(w3);
}

/* Four rows of k weights, up to the end of work memory. */
static void expand_weights(uint32_t *to, const int8_t *w0, int32_t k)
{
    const int8_t *w1 = w0 + k, *w2 = w1 + k, *w3 = w2 + k;
    for (const int8_t *const whole = w0 + (k & ~3); w0 != whole;
         w0 += 4, w1 += 4, w2 += 4, w3 += 4, to += 2 * CHANNELS) {
        put_weights(to, dsp_load(w0), dsp_load(w1), dsp_load(w2), dsp_load(w3));
    }
    for (int32_t left = k & 3; to != M7_WEIGHTS + M7_WEIGHTS_WORDS; to += 2 * CHANNELS, left = 0) {
        put_weights(to, load_some(w0, left), load_some(w1, left), load_some(w2, left), load_some(w3, left));
    }
}

struct sums {
    int32_t a0, a1, a2, a3; /* pixel a, channels 0 to 3 */
    int32_t b0, b1, b2, b3;
};

static inline const uint32_t *dot_block(struct sums *s, const uint32_t *x, const uint32_t *w)
{
    for (; w != M7_WEIGHTS + M7_WEIGHTS_WORDS; w += CHANNELS, x += 2) {
        s->a0 = dsp_dot(w[0], x[0], s->a0);
        s->b0 = dsp_dot(w[0], x[1], s->b0);
        s->a1 = dsp_dot(w[1], x[0], s->a1);
        s->b1 = dsp_dot(w[1], x[1], s->b1);
        s->a2 = dsp_dot(w[2], x[0], s->a2);
        s->b2 = dsp_dot(w[2], x[1], s->b2);
        s->a3 = dsp_dot(w[3], x[0], s->a3);
        s->b3 = dsp_dot(w[3], x[1], s->b3);
    }
    return x;
}

struct block {
    const struct m7_channel *channels;
    const struct m7_clamp *clamp;
    const uint32_t *weights; /* up to the end of work memory */
    int32_t pixels;
    int8_t *out;
    int32_t out_stride;
};

static inline __attribute__((always_inline)) void run_block(const struct block *block, enum m7_rounding rounding)
{
    const struct m7_channel *ch = block->channels;
    const struct m7_clamp *clamp = block->clamp;
    const uint32_t *x = M7_TILE;
    int8_t *out = block->out;
    int32_t p = 0;
#ifdef __ARM_FEATURE_DSP
    if (clamp->whole && rounding != M7_EXACT && block->pixels >= 2) {
        p = block->pixels & ~1;
        x = m7_block(ch, rounding, x, block->weights, p, out, block->out_stride);
        out += p * block->out_stride;
    }
#endif
    for (; p < block->pixels; p += 2) {
        struct sums s = {ch[0].bias, ch[1].bias, ch[2].bias, ch[3].bias,
                         ch[0].bias, ch[1].bias, ch[2].bias, ch[3].bias};
        x = dot_block(&s, x, block->weights);
        const int32_t a0 = m7_scaled(s.a0, &ch[0], rounding, clamp), b0 = m7_scaled(s.b0, &ch[0], rounding, clamp);
        const int32_t a1 = m7_scaled(s.a1, &ch[1], rounding, clamp), b1 = m7_scaled(s.b1, &ch[1], rounding, clamp);
        const int32_t a2 = m7_scaled(s.a2, &ch[2], rounding, clamp), b2 = m7_scaled(s.b2, &ch[2], rounding, clamp);
        const int32_t a3 = m7_scaled(s.a3, &ch[3], rounding, clamp), b3 = m7_scaled(s.b3, &ch[3], rounding, clamp);
        dsp_store(out, m7_clamped(dsp_bytes(a0, a1, a2, a3), clamp));
        out += block->out_stride;
        if (p + 1 < block->pixels) {
            dsp_store(out, m7_clamped(dsp_bytes(b0, b1, b2, b3), clamp));
            out += block->out_stride;
        }
    }
}

/* For M7_SCALED; the inputs hold a factor of 2 already. */
static void scale_weights(uint32_t *weights, const struct m7_channel *channels)
{
    for (uint32_t *w = weights; w != M7_WEIGHTS + M7_WEIGHTS_WORDS; w += CHANNELS) {
        for (int32_t c = 0; c < CHANNELS; c++) {
            w[c] = dsp_shift_pair(w[c], channels[c].shift - 1);
        }
    }
}

static enum m7_rounding block_rounding(const struct kernel_layer *l, int32_t k, int32_t o, int32_t pixels,
                                       enum m7_rounding layers)
{
    if (layers != M7_UP || pixels < 2 * k) { /* else scaling the weights takes longer than it saves */
        return layers;
    }
    for (int32_t c = 0; c < CHANNELS; c++) {
        if (!m7_scales(l, o + c, k * 128 * 128, 4)) {
            return layers;
        }
    }
    return M7_SCALED;
}

/* All output channels for the tile's `pixels`, which begin at `first`. */
static void run_tile(const struct kernel_layer *l, int32_t k, int32_t first, int32_t pixels, enum m7_rounding layers)
{
    const struct m7_clamp clamp = m7_clamp(l);
    struct m7_channel channels[CHANNELS];
    uint32_t *const weights = M7_WEIGHTS + M7_WEIGHTS_WORDS - CHANNELS * rounded_up(k, 8) / 2;
    struct block block = {
        .channels = channels,
        .clamp = &clamp,
        .weights = weights,
        .pixels = pixels,
        .out_stride = l->out_c,
    };
    for (int32_t o = 0; o < l->out_c; o += CHANNELS) {
        const enum m7_rounding rounding = block_rounding(l, k, o, pixels, layers);
        for (int32_t c = 0; c < CHANNELS; c++) {
            channels[c] = m7_channel(l, o + c, l->bias[o + c], rounding);
        }
        expand_weights(weights, l->weights + o * k, k);
        if (rounding == M7_SCALED) {
            scale_weights(weights, channels);
        }
        block.out = l->out + first * l->out_c + o;
        switch (rounding) {
        case M7_UP:
            run_block(&block, M7_UP);
            break;
        case M7_SCALED:
            run_block(&block, M7_SCALED);
            break;
        case M7_AWAY:
            run_block(&block, M7_AWAY);
            break;
        case M7_EXACT:
            run_block(&block, M7_EXACT);
            break;
        }
    }
}

static bool fits(const struct kernel_layer *l, int32_t k)
{
    return k <= MAX_K && l->out_c % CHANNELS == 0;
}

static int32_t pixels_per_tile(int32_t k)
{
    return 2 * M7_TILE_WORDS / rounded_up(k, 8) & ~1;
}

void m7_pointwise(const struct kernel_layer *l)
{
    const int32_t k = l->in_c;
    if (!fits(l, k)) {
        kernels_ref.pointwise(l);
        return;
    }
    const enum m7_rounding rounding = m7_rounding(l, l->out_c, k * 128 * 128);
    const int32_t all = l->out_h * l->out_w;
    const int32_t step = pixels_per_tile(k);
    for (int32_t first = 0; first < all; first += step) {
        const int32_t pixels = all - first < step ? all - first : step;
        uint32_t *to = M7_TILE;
        for (int32_t p = 0; p < pixels; p += 2) {
            const int8_t *a = l->in + (first + p) * k;
            to = expand_two(to, a, p + 1 < pixels ? a + k : a, k, rounding);
        }
        run_tile(l, k, first, pixels, rounding);
    }
}

/* Where the kernel lies for one output pixel, and its shape: constants where it is worth it, so that loops become
 * straight code. */
struct window {
    int32_t y, x;
    int32_t height, width, channels;
};

/* The bytes under the kernel, in the order of the weights. */
static inline __attribute__((always_inline)) void gather(int8_t *to, const struct kernel_layer *l, struct window at)
{
    const bool whole = at.x >= 0 && at.x + at.width <= l->in_w;
    const int32_t row_bytes = at.width * at.channels;
    for (int32_t y = at.y; y < at.y + at.height; y++, to += row_bytes) {
        if (y < 0 || y >= l->in_h) {
            memset(to, l->in_zp, (size_t)row_bytes);
        } else if (whole) {
            const int8_t *from = l->in + (y * l->in_w + at.x) * at.channels;
            int32_t i = 0;
#pragma GCC unroll 4
            for (; i + 4 <= row_bytes; i += 4) {
                dsp_store(to + i, dsp_load(from + i));
            }
#pragma GCC unroll 4
            for (; i < row_bytes; i++) {
                to[i] = from[i];
            }
        } else {
            int8_t *byte = to;
            for (int32_t x = at.x; x < at.x + at.width; x++) {
                for (int32_t c = 0; c < at.channels; c++) {
                    *byte++ = (int8_t)(x < 0 || x >= l->in_w ? l->in_zp : l->in[(y * l->in_w + x) * at.channels + c]);
                }
            }
        }
    }
}

#define MAX_PATCH_BYTES 256

/* The tile for `pixels` outputs from `first` on. Inputs past k meet weights of 0 and may be anything. */
static inline __attribute__((always_inline)) void gather_tile(const struct kernel_layer *l, int32_t first,
                                                              int32_t pixels, enum m7_rounding rounding, int32_t height,
                                                              int32_t width, int32_t channels)
{
    int8_t patch[2][MAX_PATCH_BYTES] = {0};
    const int32_t bytes = rounded_up(height * width * channels, 8);
    uint32_t *to = M7_TILE;
    int32_t column = first % l->out_w;
    struct window at = {first / l->out_w * l->stride_h - l->pad_top, column * l->stride_w - l->pad_left, height, width,
                        channels};
    for (int32_t p = 0; p < pixels; p++) {
        gather(patch[p & 1], l, at);
        at.x += l->stride_w;
        if (++column == l->out_w) {
            column = 0;
            at.x = -l->pad_left;
            at.y += l->stride_h;
        }
        if ((p & 1) != 0 || p + 1 == pixels) {
            to = expand_two(to, patch[0], patch[p & 1], bytes, rounding);
        }
    }
}

void m7_conv(const struct kernel_layer *l)
{
    const int32_t k = l->kernel_h * l->kernel_w * l->in_c;
    if (!fits(l, k) || k > MAX_PATCH_BYTES) {
        kernels_ref.conv(l);
        return;
    }
    const enum m7_rounding rounding = m7_rounding(l, l->out_c, k * 128 * 128);
    const int32_t all = l->out_h * l->out_w;
    const int32_t step = pixels_per_tile(k);
    for (int32_t first = 0; first < all; first += step) {
        const int32_t pixels = all - first < step ? all - first : step;
        if (l->kernel_h == 3 && l->kernel_w == 3 && l->in_c == 3) {
            gather_tile(l, first, pixels, rounding, 3, 3, 3);
        } else {
            gather_tile(l, first, pixels, rounding, l->kernel_h, l->kernel_w, l->in_c);
        }
        run_tile(l, k, first, pixels, rounding);
    }
}
