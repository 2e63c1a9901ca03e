/* A quad of the expanding layer's channels, from the tile to planes of int16: what the depthwise layer reads.
 *
 * kernels/m7.h's two steps are one here, without an offset: with acc the sum in the scale of all of the layer's
 * channels,
 *     out = ((2^g acc + b) m >> 32) >> 16
 * so that the output stands in the upper half of the product: one PKHTB then takes two pixels together and one SSAT16
 * clamps both. The definition's output of a sum is a staircase of at most 255 steps, everything below the zero point
 * being clamped away, and a channel's b and m are chosen by the exporter (device/network/expand_constants.py) so that
 * this one's steps lie at the same sums, every one that a sum can reach. It has proven |2^g acc + b| < 2^31 too.
 * 2^left_shift of 2^g is in the tile, the rest in the weights: 2^8, where one AND gives it and -128 * 2^8 is the most
 * that fits, or 2^7. */
#include "block/expand_block.h"
#include "block/parts.h"
#include "kernels/m7.h"

/* A row of pixel pairs in C. `out` is the first channel's first word. */
static const uint32_t *row_fast(uint32_t *out, const uint32_t *x, const uint32_t *weights, const int32_t *bias,
                                const int32_t *multiplier, int32_t pairs, int32_t pitch)
{
    const uint32_t *const end = M7_WEIGHTS + M7_WEIGHTS_WORDS;
    for (int32_t i = 0; i < pairs; i++) {
        const uint32_t *next = x;
        for (int32_t c = 0; c < BLOCK_QUAD; c++) {
            int32_t a = bias[c], b = bias[c];
            next = x;
            for (const uint32_t *w = weights + c; w < end; w += BLOCK_QUAD, next += 2) {
                a = dsp_dot(*w, next[0], a);
                b = dsp_dot(*w, next[1], b);
            }
            a = dsp_high_sum(a, multiplier[c], 0) >> 16;
            b = dsp_high_sum(b, multiplier[c], 0) >> 16;
            out[c * pitch + i] = dsp_pair_low((uint32_t)dsp_to_int8(a), (uint32_t)dsp_to_int8(b));
        }
        x = next;
    }
    return x;
}

static void fast(uint32_t *planes, const uint32_t *tile, const struct kernel_layer *l, int32_t channel, int32_t rows)
{
    const int32_t k = block_k(l);
    const int32_t *const bias = l->bias + channel, *const multiplier = l->multiplier + channel;
    const uint32_t *weights = block_high_weights(l->weights + channel * k, k, (l->shift[channel] & 31) - l->left_shift);
    const int32_t pairs = round_up(l->out_w, 2) / 2;
    const int32_t pitch = block_pitch(l->out_w);
    uint32_t *out = planes + 1;
#ifdef __ARM_FEATURE_DSP
    block_planar_start(bias, multiplier, weights);
    block_planar(pitch, tile, block_tile_k(k), pairs, rows, out);
    (void)row_fast;
#else
    for (int32_t y = 0; y < rows; y++, out += BLOCK_QUAD * pitch) {
        tile = row_fast(out, tile, weights, bias, multiplier, pairs, pitch);
    }
#endif
}

/* One input of an output pixel, counted as the weights are. */
static int32_t input(const struct kernel_layer *l, int32_t y, int32_t x, int32_t k)
{
    if (l->kernel_h == 1) {
        return l->in[(y * l->in_w + x) * l->in_c + k];
    }
    static const uint8_t last[4] = {8, 26, 17, 27};
    const int32_t tap = k < 24 ? k / 8 * 9 + k % 8 : last[k - 24];
    const int32_t py = y * l->stride_h - l->pad_top + tap / 9, px = x * l->stride_w - l->pad_left + tap % 9 / 3;
    if (tap == 27) {
        return 0;
    }
    if (py < 0 || py >= l->in_h || px < 0 || px >= l->in_w) {
        return l->in_zp;
    }
    return (uint8_t)l->in[((py - l->in_top) * l->in_w + px) * 3 + tap % 3] - 128;
}

static void exact(uint32_t *planes, const struct kernel_layer *l, int32_t channel, int32_t first, int32_t rows)
{
    const int32_t k = block_k(l);
    const int32_t pitch = block_pitch(l->out_w);
    const int8_t *weights = l->weights + channel * k;
    for (int32_t y = 0; y < rows; y++) {
        for (int32_t x = 0; x < l->out_w; x++) {
            int32_t sums[BLOCK_QUAD] = {0};
            for (int32_t i = 0; i < k; i++) {
                const int32_t value = input(l, first + y, x, i);
                for (int32_t c = 0; c < BLOCK_QUAD; c++) {
                    sums[c] += value * weights[i / 4 * 16 + c * 4 + i % 4];
                }
            }
            for (int32_t c = 0; c < BLOCK_QUAD; c++) {
                int16_t *row = (int16_t *)(void *)(planes + (y * BLOCK_QUAD + c) * pitch + 1);
                row[x] = block_exact(l, channel + c, sums[c]);
            }
        }
    }
}

void block_expand(uint32_t *planes, const uint32_t *tile, const struct kernel_layer *l, int32_t channel, int32_t first,
                  int32_t rows)
{
    if (block_is_fast(l, channel)) {
        fast(planes, tile, l, channel, rows);
    } else {
        exact(planes, l, channel, first, rows);
    }
    if (l->out_w % 2 != 0) { /* the second of the last pair is padding */
        const int32_t pitch = block_pitch(l->out_w);
        for (int32_t r = 0; r < rows * BLOCK_QUAD; r++) {
            int16_t *row = (int16_t *)(void *)(planes + r * pitch + 1);
            row[l->out_w] = (int16_t)l->out_zp;
        }
    }
}
