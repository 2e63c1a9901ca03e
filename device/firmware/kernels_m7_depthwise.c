/* Depthwise 3x3, four channels at a time. Each channel's rows are laid out on their own as int16, with the padding filled in, so
 * that neighbours in a row stand in one word:
 *     P = (x, x+1), Q = (x+2, x+3):   out[x]   += P.(w0 w1) + Q.low * w2        stride 1: both, 2 outputs from 2 words
 *                                     out[x+1] += P.high * w0 + Q.(w1 w2)       stride 2: the first one only
 * The picture is worked off in strips of as many rows as fit in work memory. */
#include "kernels_m7.h"

#define CHANNELS 4

struct strip {
    const struct kernel_layer *layer;
    struct m7_clamp clamp;
    int32_t pitch; /* words of one row of one channel: what the outputs of a row read */
    int32_t plane; /* words of one channel */
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
static void lay_row(const struct strip *s, uint32_t *to, int32_t y, int32_t channel)
{
    const struct kernel_layer *l = s->layer;
    const uint32_t outside = ((uint32_t)l->in_zp & 255u) * 0x01010101u;
    const int32_t plane = s->plane;
    uint32_t *const end = to + s->pitch;
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

/* Doubled as m7_scaled() wants it: 2 * -128 fits in an int16. */
static struct taps taps_of(const struct kernel_layer *l, int32_t channel, enum m7_rounding rounding)
{
    struct taps t;
    const int32_t factor = rounding == M7_EXACT ? 1 : 2;
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
    int32_t pitch;
    int32_t in_step; /* words from one row of outputs to the next */
    int8_t *out;
    int32_t step; /* bytes from one output to the next */
    int32_t out_step; /* bytes from one row to the next */
    int32_t rows;
};

static inline int8_t finished(int32_t sum, const struct m7_channel *c, enum m7_rounding rounding, const struct m7_clamp *clamp)
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

#ifdef __ARM_FEATURE_DSP
/* The inner loops for M7_UP without a clamp, which is what a ReLU6 leaves: two outputs a round, everything in registers but the
 * channel's numbers, which are loaded from the stack while the sums are multiplied. */
#define FINISH                                                                                                                 \
    "ldr %[p], %[multiplier]\n ldr %[q], %[offset]\n"                                                                          \
    "smmlar %[a], %[a], %[p], %[q]\n smmlar %[b], %[b], %[p], %[q]\n"                                                          \
    "ldr %[p], %[shift]\n ldr %[q], %[step]\n"                                                                                 \
    "asr %[a], %[a], %[p]\n asr %[b], %[b], %[p]\n ldr %[p], %[end]\n"                                                         \
    "ssat %[a], #8, %[a]\n ssat %[b], #8, %[b]\n"                                                                              \
    "strb %[a], [%[out]]\n strb %[b], [%[out], %[q]]\n"                                                                        \
    "add %[out], %[out], %[q], lsl #1\n cmp %[i0], %[p]\n bne 1b\n"

#define OPERANDS                                                                                                               \
    [i0] "+r"(i0), [i1] "+r"(i1), [i2] "+r"(i2), [out] "+r"(out), [a] "=&r"(a), [b] "=&r"(b), [p] "=&r"(p), [q] "=&r"(q)     \
        : [f0] "r"(t->first[0]), [f1] "r"(t->first[1]), [f2] "r"(t->first[2]), [s0] "r"(t->second[0]),                         \
          [s1] "r"(t->second[1]), [s2] "r"(t->second[2]), [bias] "m"(k.bias), [multiplier] "m"(k.multiplier),                  \
          [offset] "m"(k.offset), [shift] "m"(k.shift), [step] "m"(step), [end] "m"(end)                                       \
        : "cc", "memory"

static __attribute__((noinline)) void fast_stride1(const struct rows *r, int32_t count, const struct taps *t,
                                                   const struct m7_channel *c)
{
    const struct m7_channel k = *c;
    const int32_t step = r->step;
    const uint32_t *in = r->in;
    int8_t *row_out = r->out;
    for (int32_t y = r->rows; y > 0; y--, in += r->in_step, row_out += r->out_step) {
        const uint32_t *i0 = in, *i1 = i0 + r->pitch, *i2 = i1 + r->pitch;
        const uint32_t *const end = i0 + count / 2;
        int8_t *out = row_out;
        int32_t a, b;
        uint32_t p, q;
        __asm volatile("1:\n"
                       "ldr %[p], [%[i0]], #4\n ldr %[a], %[bias]\n ldr %[q], [%[i0]]\n mov %[b], %[a]\n"
                       "smlad %[a], %[p], %[f0], %[a]\n smlatb %[b], %[p], %[f0], %[b]\n ldr %[p], [%[i1]], #4\n"
                       "smlabt %[a], %[q], %[s0], %[a]\n smlad %[b], %[q], %[s0], %[b]\n ldr %[q], [%[i1]]\n"
                       "smlad %[a], %[p], %[f1], %[a]\n smlatb %[b], %[p], %[f1], %[b]\n ldr %[p], [%[i2]], #4\n"
                       "smlabt %[a], %[q], %[s1], %[a]\n smlad %[b], %[q], %[s1], %[b]\n ldr %[q], [%[i2]]\n"
                       "smlad %[a], %[p], %[f2], %[a]\n smlatb %[b], %[p], %[f2], %[b]\n"
                       "smlabt %[a], %[q], %[s2], %[a]\n smlad %[b], %[q], %[s2], %[b]\n" FINISH
                       : OPERANDS);
    }
}

static __attribute__((noinline)) void fast_stride2(const struct rows *r, int32_t count, const struct taps *t,
                                                   const struct m7_channel *c)
{
    const struct m7_channel k = *c;
    const int32_t step = r->step;
    const uint32_t *in = r->in;
    int8_t *row_out = r->out;
    for (int32_t y = r->rows; y > 0; y--, in += r->in_step, row_out += r->out_step) {
        const uint32_t *i0 = in, *i1 = i0 + r->pitch, *i2 = i1 + r->pitch;
        const uint32_t *const end = i0 + count;
        int8_t *out = row_out;
        int32_t a, b;
        uint32_t p, q;
        __asm volatile("1:\n"
                       "ldr %[p], [%[i0]], #8\n ldr %[a], %[bias]\n ldr %[q], [%[i0], #-4]\n mov %[b], %[a]\n"
                       "smlad %[a], %[p], %[f0], %[a]\n ldr %[p], [%[i0]]\n"
                       "smlad %[b], %[q], %[f0], %[b]\n smlabt %[a], %[q], %[s0], %[a]\n ldr %[q], [%[i1], #4]\n"
                       "smlabt %[b], %[p], %[s0], %[b]\n ldr %[p], [%[i1]], #8\n"
                       "smlad %[b], %[q], %[f1], %[b]\n smlabt %[a], %[q], %[s1], %[a]\n ldr %[q], [%[i1]]\n"
                       "smlad %[a], %[p], %[f1], %[a]\n ldr %[p], [%[i2]], #8\n"
                       "smlabt %[b], %[q], %[s1], %[b]\n ldr %[q], [%[i2], #-4]\n"
                       "smlad %[a], %[p], %[f2], %[a]\n ldr %[p], [%[i2]]\n"
                       "smlad %[b], %[q], %[f2], %[b]\n smlabt %[a], %[q], %[s2], %[a]\n"
                       "smlabt %[b], %[p], %[s2], %[b]\n" FINISH
                       : OPERANDS);
    }
}
#else
static void fast_stride1(const struct rows *r, int32_t count, const struct taps *t, const struct m7_channel *c)
{
    struct rows row = *r;
    for (int32_t y = 0; y < r->rows; y++, row.in += r->in_step, row.out += r->out_step) {
        row_stride1(row, count, t, c, &(const struct m7_clamp){.min = -128, .max = 127}, M7_UP);
    }
}

static void fast_stride2(const struct rows *r, int32_t count, const struct taps *t, const struct m7_channel *c)
{
    struct rows row = *r;
    for (int32_t y = 0; y < r->rows; y++, row.in += r->in_step, row.out += r->out_step) {
        row_stride2(row, count, t, c, &(const struct m7_clamp){.min = -128, .max = 127}, M7_UP);
    }
}
#endif

static inline __attribute__((always_inline)) void run_plane(const struct strip *s, const uint32_t *in, int32_t first, int32_t rows,
                                                            int32_t channel, enum m7_rounding rounding)
{
    const struct kernel_layer *l = s->layer;
    const struct taps taps = taps_of(l, channel, rounding);
    const struct m7_channel c = m7_channel(l, channel, l->bias[channel], rounding);
    struct rows r = {
        .in = in,
        .pitch = s->pitch,
        .in_step = s->pitch * l->stride_h,
        .out = l->out + first * l->out_w * l->out_c + channel,
        .step = l->out_c,
        .out_step = l->out_w * l->out_c,
        .rows = rows,
    };
    const bool narrow = l->stride_w == 1;
    int32_t count = l->out_w;
    if (rounding == M7_UP && s->clamp.whole && count >= 2) {
        const int32_t even = count & ~1;
        (narrow ? fast_stride1 : fast_stride2)(&r, even, &taps, &c);
        r.in += narrow ? even / 2 : even;
        r.out += even * r.step;
        count &= 1;
    }
    for (int32_t y = 0; count > 0 && y < rows; y++, r.in += r.in_step, r.out += r.out_step) {
        if (narrow) {
            row_stride1(r, count, &taps, &c, &s->clamp, rounding);
        } else {
            row_stride2(r, count, &taps, &c, &s->clamp, rounding);
        }
    }
}

static void run_strip(const struct strip *s, int32_t first, int32_t rows, int32_t channel, enum m7_rounding rounding)
{
    const struct kernel_layer *l = s->layer;
    uint32_t *to = m7_work;
    const int32_t in_rows = (rows - 1) * l->stride_h + 3;
    const int32_t top = first * l->stride_h - l->pad_top;
    for (int32_t i = 0; i < in_rows; i++) {
        lay_row(s, to + i * s->pitch, top + i, channel);
    }
    for (int32_t c = 0; c < CHANNELS; c++, to += s->plane) {
        switch (rounding) {
        case M7_UP:
            run_plane(s, to, first, rows, channel + c, M7_UP);
            break;
        case M7_AWAY:
            run_plane(s, to, first, rows, channel + c, M7_AWAY);
            break;
        case M7_EXACT:
            run_plane(s, to, first, rows, channel + c, M7_EXACT);
            break;
        }
    }
}

void m7_depthwise(const struct kernel_layer *l)
{
    const int32_t pitch = l->stride_w == 1 ? (l->out_w + 1) / 2 + 1 : l->out_w + 1;
    struct strip s = {.layer = l, .clamp = m7_clamp(l), .pitch = pitch};
    const int32_t room_rows = M7_WORK_WORDS / CHANNELS / s.pitch;
    const int32_t most = (room_rows - 3) / l->stride_h + 1;
    if (l->kernel_h != 3 || l->kernel_w != 3 || l->stride_h != l->stride_w || l->stride_w > 2 || l->pad_left > 1 ||
        l->in_c % CHANNELS != 0 || room_rows < 3) {
        kernels_ref.depthwise(l);
        return;
    }
    const enum m7_rounding rounding = m7_rounding(l, l->out_c, 9 * 128 * 128);
    for (int32_t first = 0; first < l->out_h; first += most) {
        const int32_t rows = l->out_h - first < most ? l->out_h - first : most;
        s.plane = ((rows - 1) * l->stride_h + 3) * s.pitch;
        for (int32_t channel = 0; channel < l->in_c; channel += CHANNELS) {
            run_strip(&s, first, rows, channel, rounding);
        }
    }
}
