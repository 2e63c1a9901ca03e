/* Depthwise 3x3 of a quad of channels, from planes to the tile of the projection.
 *
 * kernels/m7.h's derivation with a shift by 10: with everything below the zero point clamped away,
 *     out = ((2^g acc m >> 32) + 2^(9-e) + 2^9 + zp 2^10) >> 10,  g = 11 - e
 * and the factor 2^g in the weights, where -128 * 2^8 is the most that fits: e from 3 to 9. The exporter has proven
 * |2^g acc| < 2^31. SSAT has the shift built in.
 *
 * A row's words are (x, x+1) with x even, a word of padding before and behind. Of a row, with A, B, C the words from
 * x-2 on:
 *     stride 1:  out[x]   += A.high * w0 + B.(w1 w2)      stride 2:  out[x/2]   += B.(w0 w1) + C.low * w2
 *                out[x+1] += B.(w0 w1) + C.low * w2
 * Rows and channels: planes[row][channel][word]. Outputs are halfwords of the next tile; see block/tile.c for the
 * order: a pixel pair has 2 words a channel pair, its second pixel 4 bytes further, the next pixel pair 4 bytes a
 * channel further. */
#include "block/depthwise_patch.h"
#include "block/parts.h"
#include "kernels/m7.h"

/* One output: `in` is the word that the output's even column is in. */
static int32_t sum_at(const uint32_t *in, int32_t row_words, const struct taps *t, bool odd_column)
{
    const uint32_t first[3] = {t->f0, t->f1, t->f2}, second[3] = {t->s0, t->s1, t->s2};
    int32_t a = 0;
    for (int32_t r = 0; r < 3; r++, in += row_words) {
        a = odd_column ? dsp_low_high(in[1], second[r], dsp_dot(in[0], first[r], a))
                       : dsp_high_low(in[-1], first[r], dsp_dot(in[0], second[r], a));
    }
    return a;
}

static uint16_t finished(const struct kernel_layer *l, int32_t channel, int32_t sum)
{
    if (!block_is_fast(l, channel)) {
        return (uint16_t)block_exact(l, channel, sum);
    }
    const int32_t acc = (int32_t)((uint32_t)sum + (uint32_t)l->bias[channel]);
    return (uint16_t)dsp_to_int8(dsp_high_sum(acc, l->multiplier[channel], block_offset(l, channel)) >> 10);
}

/* Outputs [from, to) of the rows [top, bottom) in C: those without a fast path, odd rows and columns, and all of them
 * on a PC. */
static void part(uint16_t *out, const uint32_t *in, const struct kernel_layer *l, int32_t channel, int32_t top,
                 int32_t bottom, int32_t from, int32_t to)
{
    const int32_t row_words = BLOCK_QUAD * block_pitch(l->in_w);
    const int32_t pair_step = 2 * l->out_c;
    const struct taps taps = taps_of(l, channel, block_is_fast(l, channel) ? l->shift[channel] & 31 : 0);
    for (int32_t y = top; y < bottom; y++) {
        const uint32_t *row = in + y * l->stride_h * row_words;
        uint16_t *out_row = out + y * round_up(l->out_w, 2) / 2 * pair_step;
        for (int32_t x = from; x < to; x++) {
            const bool odd_column = l->stride_w == 2 || (x & 1) != 0;
            const uint32_t *word = row + (l->stride_w == 2 ? x : x / 2);
            out_row[x / 2 * pair_step + (x & 1) * 2] = finished(l, channel, sum_at(word, row_words, &taps, odd_column));
        }
    }
}

void block_depthwise(uint16_t *products, const uint32_t *planes, const struct kernel_layer *l, int32_t channel,
                     int32_t rows)
{
    const int32_t pitch = block_pitch(l->in_w);
    int32_t even_rows = 0, even = 0;
#ifdef __ARM_FEATURE_DSP
    if (block_is_fast(l, channel) && rows > 1 && l->out_w > 1) {
        even_rows = rows & ~1;
        even = l->out_w & ~1;
        block_patches(products, planes + 1, l, channel, even, even_rows, pitch);
    }
#endif
    if (even_rows == rows && even == l->out_w) {
        return;
    }
    for (int32_t c = 0; c < BLOCK_QUAD; c++) {
        uint16_t *out = products + (c & 1) * 4 + (c >> 1);
        const uint32_t *in = planes + c * pitch + 1;
        part(out, in, l, channel + c, 0, even_rows, even, l->out_w);
        part(out, in, l, channel + c, even_rows, rows, 0, l->out_w);
    }
}
