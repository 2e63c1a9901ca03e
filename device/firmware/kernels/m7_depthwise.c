/* Depthwise 3x3, four channels at a time. Each channel's rows are laid out on their own as int16, with the padding
 * filled in, so that neighbours in a row stand in one word:
 *     P = (x, x+1), Q = (x+2, x+3):   out[x]   += P.(w0 w1) + Q.low * w2        stride 1: both, 2 outputs from 2 words
 *                                     out[x+1] += P.high * w0 + Q.(w1 w2)       stride 2: the first one only
 * The rows of the four channels alternate. Where the words from row to row are a constant (PITCH), the inner loop has
 * one pointer for all of its inputs. The input is worked off in strips of as many rows as fit in work memory. */
#include "kernels/m7.h"
#include "kernels/m7_patch.h"

#define CHANNELS 4

/* The most that leaves 64 x 64 outputs in one strip; enough for 74 outputs a row. What is wider hardly fits in the
 * arena. */
#define PITCH 38

struct strip {
    const struct kernel_layer *layer;
    struct m7_clamp clamp;
    int32_t words; /* of one row of one channel that the outputs read */
    int32_t pitch; /* words from one channel's row to the next channel's; 4 of them to its next row */
    bool fast; /* pitch is PITCH, and nothing stands in the way of M7_SCALED but the channels' numbers */
};

static inline __attribute__((always_inline)) void put(uint32_t *to, int32_t plane, uint32_t left, uint32_t right)
{
    const uint32_t le = dsp_even(left), re = dsp_even(right), lo = dsp_odd(left), ro = dsp_odd(right);
    uint32_t *const to2 = to + 2 * plane;
    to[0] = dsp_pair_low(le, re);
    to[plane] = dsp_pair_low(lo, ro);
    to2[0] = dsp_pair_high(le, re);
    to2[plane] = dsp_pair_high(lo, ro);
}

/* One row of the input, or of padding, of four channels. */
static inline __attribute__((always_inline)) void lay_row(const struct strip *s, uint32_t *to, int32_t y,
                                                          int32_t channel, const int32_t plane)
{
    const struct kernel_layer *l = s->layer;
    const uint32_t outside = ((uint32_t)l->in_zp & 255u) * 0x01010101u;
    uint32_t *const end = to + s->words;
    if (y >= 0 && y < l->in_h) {
        const int32_t step = l->in_c;
        const int8_t *from = l->in + y * l->in_w * step + channel;
        int32_t left = l->in_w;
        if (l->pad_left > 0) {
            put(to++, plane, outside, dsp_load(from));
            from += step;
            left--;
        }
        const int32_t room = (int32_t)(end - to);
        const int32_t pairs = left / 2 < room ? left / 2 : room;
        for (uint32_t *const last = to + pairs; to != last; to++, from += 2 * step) {
            put(to, plane, dsp_load(from), dsp_load(from + step));
        }
        if (to != end && left % 2 != 0) {
            put(to++, plane, dsp_load(from), outside);
        }
    }
    const uint32_t pair = dsp_even(outside);
    for (; to != end; to++) {
        uint32_t *const to2 = to + 2 * plane;
        to[0] = to[plane] = to2[0] = to2[plane] = pair;
    }
}

struct taps {
    uint32_t first[3]; /* (w0, w1) of each row */
    uint32_t second[3]; /* (w1, w2) */
};

/* Multiplied as m7_scaled() wants it: 2^8 * -128 fits in an int16. */
static inline struct taps taps_of(const struct kernel_layer *l, int32_t channel, int32_t factor)
{
    struct taps t;
    for (int32_t r = 0; r < 3; r++) {
        const int8_t *w = l->weights + 3 * r * l->out_c + channel;
        const uint32_t middle = (uint32_t)(factor * w[l->out_c]);
        t.first[r] = dsp_pair_low((uint32_t)(factor * w[0]), middle);
        t.second[r] = dsp_pair_low(middle, (uint32_t)(factor * w[2 * l->out_c]));
    }
    return t;
}

/* Rows of outputs of one channel. */
struct rows {
    const uint32_t *in; /* the words under the first output */
    int32_t pitch; /* words from one row to the next */
    int32_t in_step; /* words from one row of outputs to the next */
    int8_t *out;
    int32_t step; /* bytes from one output to the next */
    int32_t out_step; /* bytes from one row to the next */
    int32_t rows;
};

static inline int8_t finished(int32_t sum, const struct m7_channel *c, enum m7_rounding rounding,
                              const struct m7_clamp *clamp)
{
    const int32_t v = m7_scaled(sum, c, rounding, clamp);
    return (int8_t)(v < clamp->min ? clamp->min : v > clamp->max ? clamp->max : v);
}

static inline __attribute__((always_inline)) void row_stride1(struct rows r, int32_t count, const struct taps *t,
                                                              const struct m7_channel *c, const struct m7_clamp *clamp,
                                                              enum m7_rounding rounding)
{
    for (int32_t x = 0; x < count; x += 2, r.in++) {
        int32_t a = c->bias;
        int32_t b = c->bias;
        for (int32_t i = 0; i < 3; i++) {
            const uint32_t p = r.in[i * r.pitch], q = r.in[i * r.pitch + 1];
            a = dsp_low_high(q, t->second[i], dsp_dot(p, t->first[i], a));
            b = dsp_dot(q, t->second[i], dsp_high_low(p, t->first[i], b));
        }
        *r.out = finished(a, c, rounding, clamp);
        r.out += r.step;
        if (x + 1 < count) {
            *r.out = finished(b, c, rounding, clamp);
            r.out += r.step;
        }
    }
}

static inline __attribute__((always_inline)) void row_stride2(struct rows r, int32_t count, const struct taps *t,
                                                              const struct m7_channel *c, const struct m7_clamp *clamp,
                                                              enum m7_rounding rounding)
{
    for (int32_t x = 0; x < count; x++, r.in++, r.out += r.step) {
        int32_t a = c->bias;
        for (int32_t i = 0; i < 3; i++) {
            const uint32_t p = r.in[i * r.pitch], q = r.in[i * r.pitch + 1];
            a = dsp_low_high(q, t->second[i], dsp_dot(p, t->first[i], a));
        }
        *r.out = finished(a, c, rounding, clamp);
    }
}

static inline __attribute__((always_inline)) void run_rows(struct rows r, const struct kernel_layer *l, int32_t count,
                                                           const struct taps *t, const struct m7_channel *c,
                                                           const struct m7_clamp *clamp, enum m7_rounding rounding)
{
    for (int32_t y = 0; y < r.rows; y++, r.in += r.in_step, r.out += r.out_step) {
        if (l->stride_w == 1) {
            row_stride1(r, count, t, c, clamp, rounding);
        } else {
            row_stride2(r, count, t, c, clamp, rounding);
        }
    }
}

static void run_plane(const struct strip *s, struct rows r, int32_t channel, enum m7_rounding rounding)
{
    const struct kernel_layer *l = s->layer;
    const struct m7_channel c = m7_channel(l, channel, l->bias[channel], rounding);
    const struct taps taps = taps_of(l, channel, rounding == M7_EXACT ? 1 : 2);
    switch (rounding) {
    case M7_UP:
    case M7_SCALED:
        run_rows(r, l, l->out_w, &taps, &c, &s->clamp, M7_UP);
        break;
    case M7_AWAY:
        run_rows(r, l, l->out_w, &taps, &c, &s->clamp, M7_AWAY);
        break;
    case M7_EXACT:
        run_rows(r, l, l->out_w, &taps, &c, &s->clamp, M7_EXACT);
        break;
    }
}

/* M7_SCALED without a clamp, which is what a ReLU6 leaves: blocks of 2 x 2 outputs on the M7; the odd row and column,
 * and all of it on a PC, in C. */
static inline __attribute__((always_inline)) void run_fast_plane(const struct strip *s, struct rows r, int32_t channel,
                                                                 const int32_t pitch)
{
    const struct kernel_layer *l = s->layer;
    const struct m7_channel c = m7_channel(l, channel, l->bias[channel], M7_SCALED);
    const struct taps taps = taps_of(l, channel, 1 << c.shift);
    int32_t count = l->out_w;
#ifdef __ARM_FEATURE_DSP
    const int32_t even = count & ~1;
    if (even > 0 && r.rows > 1) {
        const struct m7_patch patch = {
            .bias = c.bias,
            .multiplier = c.multiplier,
            .offset = c.offset,
            .step = r.step,
            .row_step = r.out_step,
        };
        if (l->stride_w == 1) {
            m7_patches_stride1(&patch, taps.first, taps.second, r.in, r.out, even, r.rows, pitch);
        } else {
            m7_patches_stride2(&patch, taps.first, taps.second, r.in, r.out, even, r.rows, pitch);
        }
        struct rows last = r;
        last.rows = r.rows & 1;
        last.in += (r.rows - last.rows) * r.in_step;
        last.out += (r.rows - last.rows) * r.out_step;
        if (last.rows != 0) {
            run_rows(last, l, even, &taps, &c, &s->clamp, M7_SCALED);
        }
        r.in += l->stride_w == 1 ? even / 2 : even;
        r.out += even * r.step;
        count &= 1;
    }
#else
    (void)pitch;
#endif
    if (count > 0) {
        run_rows(r, l, count, &taps, &c, &s->clamp, M7_SCALED);
    }
}

static inline __attribute__((always_inline)) void run_strip(const struct strip *s, int32_t first, int32_t rows,
                                                            int32_t channel, enum m7_rounding rounding, const bool fast,
                                                            const int32_t pitch)
{
    const struct kernel_layer *l = s->layer;
    uint32_t *to = m7_work;
    const int32_t in_rows = (rows - 1) * l->stride_h + 3;
    const int32_t top = first * l->stride_h - l->pad_top;
    for (int32_t i = 0; i < in_rows; i++) {
        lay_row(s, to + i * CHANNELS * pitch, top + i, channel, pitch);
    }
    struct rows r = {
        .in = to,
        .pitch = CHANNELS * pitch,
        .in_step = CHANNELS * pitch * l->stride_h,
        .out = l->out + first * l->out_w * l->out_c + channel,
        .step = l->out_c,
        .out_step = l->out_w * l->out_c,
        .rows = rows,
    };
    for (int32_t c = 0; c < CHANNELS; c++, r.in += pitch, r.out++) {
        if (fast && m7_scales(l, channel + c, 9 * 128 * 128, 5)) {
            run_fast_plane(s, r, channel + c, pitch);
        } else {
            run_plane(s, r, channel + c, rounding);
        }
    }
}

static __attribute__((noinline)) void run_fast_strip(const struct strip *s, int32_t first, int32_t rows,
                                                     int32_t channel)
{
    run_strip(s, first, rows, channel, M7_UP, true, PITCH);
}

static __attribute__((noinline)) void run_slow_strip(const struct strip *s, int32_t first, int32_t rows,
                                                     int32_t channel, enum m7_rounding rounding)
{
    run_strip(s, first, rows, channel, rounding, false, s->pitch);
}

void m7_depthwise(const struct kernel_layer *l)
{
    const int32_t words = l->stride_w == 1 ? (l->out_w + 1) / 2 + 1 : l->out_w + 1;
    const enum m7_rounding rounding = m7_rounding(l, l->out_c, 9 * 128 * 128);
    struct strip s = {.layer = l, .clamp = m7_clamp(l), .words = words, .pitch = words};
    if (rounding == M7_UP && s.clamp.whole && words <= PITCH) {
        s.fast = true;
        s.pitch = PITCH;
    }
    const int32_t room_rows = M7_WORK_WORDS / CHANNELS / s.pitch;
    if (l->kernel_h != 3 || l->kernel_w != 3 || l->stride_h != l->stride_w || l->stride_w > 2 || l->pad_left > 1 ||
        l->in_c % CHANNELS != 0 || room_rows < 5) {
        kernels_ref.depthwise(l);
        return;
    }
    const int32_t most = ((room_rows - 3) / l->stride_h + 1) & ~1;
    for (int32_t first = 0; first < l->out_h; first += most) {
        const int32_t rows = l->out_h - first < most ? l->out_h - first : most;
        for (int32_t channel = 0; channel < l->in_c; channel += CHANNELS) {
            if (s.fast) {
                run_fast_strip(&s, first, rows, channel);
            } else {
                run_slow_strip(&s, first, rows, channel, rounding);
            }
        }
    }
}
