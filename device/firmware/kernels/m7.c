/* The fast set for Cortex-M7: equal to kernels/reference.c bit for bit, which also does whatever shape is not worth a
 * fast path. */
#include "kernels/m7.h"

#include <stddef.h>

#include "board_memory.h"

BOARD_WORK_SECTION uint32_t m7_work[M7_WORK_WORDS + M7_BLOCK_WORDS];

#define SUM_LIMIT (1 << 30)
#define MAX_FAST_SHIFT 22 /* 127 * 2^22 + 2^21 + y stays in int32 for |y| < 2^30 */

enum m7_rounding m7_rounding(const struct kernel_layer *l, int32_t channels, int32_t products)
{
    if (l->clamp_max < 0 || l->clamp_min >= 0) {
        return M7_EXACT; /* the byte-wise clamp needs a range around 0 */
    }
    const bool up = l->clamp_min >= l->out_zp;
    for (int32_t i = 0; i < channels; i++) {
        const int32_t bias = l->bias ? l->bias[i] : 0;
        const int32_t room = SUM_LIMIT - 1 - products;
        if (room < 0 || bias > room || bias < -room || l->shift[i] > (up ? 0 : -1) || l->shift[i] < -MAX_FAST_SHIFT) {
            return M7_EXACT;
        }
    }
    return up ? M7_UP : M7_AWAY;
}

bool m7_scales(const struct kernel_layer *l, int32_t index, int32_t products, int32_t least)
{
    const int32_t e = -l->shift[index];
    if (e < least || e >= M7_SCALED_SHIFT) {
        return false;
    }
    const int32_t room = (INT32_MAX >> (M7_SCALED_SHIFT + 1 - e)) - products;
    return l->bias[index] < room && l->bias[index] > -room;
}

struct m7_channel m7_channel(const struct kernel_layer *l, int32_t index, int32_t bias, enum m7_rounding rounding)
{
    struct m7_channel c = {
        .bias = bias, .multiplier = l->multiplier[index], .offset = l->out_zp, .shift = l->shift[index]};
    if (rounding == M7_SCALED) {
        const int32_t more = M7_SCALED_SHIFT + c.shift;
        c.shift = more + 1;
        c.bias = bias * (1 << c.shift);
        c.offset = (1 << (more - 1)) + (1 << (M7_SCALED_SHIFT - 1)) + l->out_zp * (1 << M7_SCALED_SHIFT);
    } else if (rounding != M7_EXACT) {
        c.bias = 2 * bias;
        c.shift = -c.shift;
        c.offset = l->out_zp * (1 << c.shift) + (c.shift > 0 ? 1 << (c.shift - 1) : 0);
    }
    return c;
}

struct m7_clamp m7_clamp(const struct kernel_layer *l)
{
    const bool around_zero = l->clamp_min < 0 && l->clamp_max >= 0;
    return (struct m7_clamp){
        /* Otherwise the rounding is M7_EXACT, which clamps by itself. */
        .whole = !around_zero || (l->clamp_min == -128 && l->clamp_max == 127),
        .above = around_zero ? (uint32_t)(127 - l->clamp_max) * 0x01010101u : 0,
        .below = around_zero ? (uint32_t)(l->clamp_min + 128) * 0x01010101u : 0,
        .min = l->clamp_min,
        .max = l->clamp_max,
    };
}

/* An int8 has 256 values: each input's scaled value is looked up. Returns the largest magnitude in the table. */
static int32_t scale_table(int32_t *table, const struct kernel_layer *l, int32_t zp, int32_t index)
{
    int32_t largest = 0;
    /* kernel_scaled() from one q to the next: the product grows by a constant, and half away from zero is half up less
     * 1 below 0. */
    const int64_t step = (int64_t)l->multiplier[index] << l->left_shift;
    int64_t product = step * (-128 - zp) + (INT64_C(1) << 30);
    const int32_t e = -l->shift[index];
    const int32_t half = e > 0 ? 1 << (e - 1) : 0;
    for (int32_t q = -128; q < 128; q++, product += step) {
        const int32_t y = (int32_t)(product >> 31);
        const int32_t v = e < 0 ? kernel_scaled((q - zp) * (1 << l->left_shift), l->multiplier[index], l->shift[index])
                          : e == 0 ? y
                                   : (y + half + (y >> 31)) >> e;
        const int32_t size = v == INT32_MIN ? INT32_MAX : v < 0 ? -v : v;
        largest = size > largest ? size : largest;
        table[q & 255] = v;
    }
    return largest;
}

static inline __attribute__((always_inline)) void add_words(const struct kernel_layer *l, const int32_t *a,
                                                            const int32_t *b, enum m7_rounding rounding)
{
    const struct m7_channel c = m7_channel(l, 2, 0, rounding);
    const struct m7_clamp clamp = m7_clamp(l);
    const int32_t n = l->out_h * l->out_w * l->out_c;
    for (int32_t i = 0; i < n; i += 4) {
        const uint32_t x = dsp_load(l->in + i);
        const uint32_t y = dsp_load(l->in2 + i);
        const int32_t v0 = m7_scaled(a[x & 255u] + b[y & 255u], &c, rounding, &clamp);
        const int32_t v1 = m7_scaled(a[x >> 8 & 255u] + b[y >> 8 & 255u], &c, rounding, &clamp);
        const int32_t v2 = m7_scaled(a[x >> 16 & 255u] + b[y >> 16 & 255u], &c, rounding, &clamp);
        const int32_t v3 = m7_scaled(a[x >> 24] + b[y >> 24], &c, rounding, &clamp);
        dsp_store(l->out + i, m7_clamped(dsp_bytes(v0, v1, v2, v3), &clamp));
    }
}

static enum m7_rounding add_rounding;
static bool add_fast;

/* Doubled where the rounding wants it. */
void m7_add_tables(const struct kernel_layer *l, int32_t *a)
{
    const int64_t largest = (int64_t)scale_table(a, l, l->in_zp, 0) + scale_table(a + 256, l, l->in2_zp, 1);
    add_fast = largest < SUM_LIMIT;
    if (!add_fast) {
        return;
    }
    struct kernel_layer last = *l; /* the third factor alone decides */
    last.shift = l->shift + 2;
    last.bias = NULL;
    add_rounding = m7_rounding(&last, 1, (int32_t)largest);
    for (int32_t i = 0; add_rounding != M7_EXACT && i < 512; i++) {
        a[i] *= 2;
    }
}

void m7_add_row(const struct kernel_layer *l, const int32_t *a)
{
    if (!add_fast || l->out_h * l->out_w * l->out_c % 4 != 0) {
        kernels_ref.add(l);
        return;
    }
    switch (add_rounding) {
    case M7_UP:
    case M7_SCALED:
        add_words(l, a, a + 256, M7_UP);
        break;
    case M7_AWAY:
        add_words(l, a, a + 256, M7_AWAY);
        break;
    case M7_EXACT:
        add_words(l, a, a + 256, M7_EXACT);
        break;
    }
}

static void add(const struct kernel_layer *l)
{
    m7_add_tables(l, (int32_t *)M7_TILE);
    m7_add_row(l, (const int32_t *)M7_TILE);
}

static int32_t mean_value(const struct kernel_layer *l, int32_t sum)
{
    const int32_t pixels = l->in_h * l->in_w;
    const int32_t v = l->average ? (sum > 0 ? sum + pixels / 2 : sum - pixels / 2) / pixels
                                 : kernel_scaled(sum - pixels * l->in_zp, l->multiplier[0], l->shift[0]) + l->out_zp;
    return v < l->clamp_min ? l->clamp_min : v > l->clamp_max ? l->clamp_max : v;
}

/* Four channels at a time; 256 pixels of -128 still fit in an int16. */
static void mean(const struct kernel_layer *l)
{
    const int32_t pixels = l->in_h * l->in_w;
    if (l->in_c % 4 != 0 || pixels > 256) {
        kernels_ref.mean(l);
        return;
    }
    for (int32_t c = 0; c < l->in_c; c += 4) {
        uint32_t even = 0;
        uint32_t odd = 0;
        const int8_t *in = l->in + c;
        for (int32_t p = 0; p < pixels; p++, in += l->in_c) {
            const uint32_t word = dsp_load(in);
            even = dsp_add_pairs(even, dsp_even(word));
            odd = dsp_add_pairs(odd, dsp_odd(word));
        }
        dsp_store(l->out + c,
                  dsp_bytes(mean_value(l, (int16_t)(even & 0xffffu)), mean_value(l, (int16_t)(odd & 0xffffu)),
                            mean_value(l, (int16_t)(even >> 16)), mean_value(l, (int16_t)(odd >> 16))));
    }
}

const struct kernel_set kernels_m7 = {
    .name = "m7",
    .conv = m7_conv,
    .pointwise = m7_pointwise,
    .depthwise = m7_depthwise,
    .add = add,
    .mean = mean,
};
