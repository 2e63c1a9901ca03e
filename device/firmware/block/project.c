/* The projection: from the depthwise layer's products, or an input's tile, to bytes; kernels/m7.h's roundings UP and
 * AWAY.
 *
 * The exporter has proven |acc| < 2^30. Sums are doubled at the end, as SMMLAR wants them. */
#include "block/parts.h"
#include "kernels/m7.h"
#include "kernels/m7_block.h"

static int32_t dot(const uint32_t *x, const uint32_t *w)
{
    int32_t sum = 0;
    for (; w < M7_WEIGHTS + M7_WEIGHTS_WORDS; w += BLOCK_QUAD, x += 2) {
        sum = dsp_dot(*w, *x, sum);
    }
    return sum;
}

/* In C, a sum at a time: the exact rounding, and all of them on a PC. */
static void plain_pairs(int8_t *out, const uint32_t *x, const uint32_t *weights, const struct kernel_layer *l,
                        int32_t channel, int32_t pairs, const struct m7_channel *ch, enum m7_rounding rounding)
{
    const struct m7_clamp clamp = m7_clamp(l);
    for (int32_t p = 0; p < 2 * pairs; p++, out += l->out_c, x += p % 2 != 0 ? 1 : l->in_c - 1) {
        for (int32_t c = 0; c < BLOCK_QUAD; c++) {
            const int32_t sum = dot(x, weights + c);
            if (rounding == M7_EXACT) {
                out[c] = block_exact(l, channel + c, sum);
            } else {
                /* Unsigned: a damaged network may wrap around here, as it does on the board. */
                const uint32_t doubled = 2u * ((uint32_t)sum + (uint32_t)ch[c].bias);
                out[c] = (int8_t)m7_scaled((int32_t)doubled, &ch[c], rounding, &clamp);
            }
        }
    }
}

void block_project(int8_t *out, const uint32_t *products, const struct kernel_layer *l, int32_t pairs)
{
    const enum m7_rounding fast = l->clamp_min >= l->out_zp ? M7_UP : M7_AWAY;
    for (int32_t o = 0; o < l->out_c; o += BLOCK_QUAD) {
        struct m7_channel ch[BLOCK_QUAD];
        const bool is_fast = block_is_fast(l, o);
        const uint32_t *weights = block_weights(l->weights + o * l->in_c, l->in_c);
#pragma GCC unroll 4
        for (int32_t c = 0; c < BLOCK_QUAD; c++) {
            const int32_t e = is_fast ? l->shift[o + c] & 31 : 1;
            ch[c].bias = l->bias[o + c];
            ch[c].multiplier = l->multiplier[o + c];
            ch[c].offset = l->out_zp * (1 << e) + (1 << (e - 1));
            ch[c].shift = e;
        }
#ifdef __ARM_FEATURE_DSP
        if (is_fast) {
            const int32_t round = l->in_c % 32 == 0 ? 32 : l->in_c % 16 == 0 ? 16 : 8;
            if (fast == M7_UP && round == 32) {
                m7_plain_block(ch, M7_UP, products, weights, 2 * pairs, out + o, l->out_c, 32);
            } else if (fast == M7_UP) {
                m7_plain_block(ch, M7_UP, products, weights, 2 * pairs, out + o, l->out_c, 8);
            } else if (round == 32) {
                m7_plain_block(ch, M7_AWAY, products, weights, 2 * pairs, out + o, l->out_c, 32);
            } else if (round == 16) {
                m7_plain_block(ch, M7_AWAY, products, weights, 2 * pairs, out + o, l->out_c, 16);
            } else {
                m7_plain_block(ch, M7_AWAY, products, weights, 2 * pairs, out + o, l->out_c, 8);
            }
            continue;
        }
#endif
        plain_pairs(out + o, products, weights, l, o, pairs, ch, is_fast ? fast : M7_EXACT);
    }
}
