/* The definition: what every other kernel set must equal bit for bit. Written to be read, not to be fast. */
#include "kernels/kernels.h"

/* Sums are taken modulo 2^32, as the fast kernels' accumulators do. */
static int32_t wrapped_add(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

static int32_t high(int32_t x, int32_t multiplier)
{
    return (int32_t)(((int64_t)x * multiplier + (INT64_C(1) << 30)) >> 31);
}

static int32_t rounded_shift(int32_t x, int32_t exponent)
{
    const int32_t mask = (int32_t)((1u << exponent) - 1u);
    const int32_t remainder = x & mask;
    const int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
    return (x >> exponent) + (remainder > threshold ? 1 : 0);
}

int32_t kernel_scaled(int32_t x, int32_t multiplier, int32_t shift)
{
    const int32_t shifted = shift > 0 ? (int32_t)((uint32_t)x << shift) : x;
    return rounded_shift(high(shifted, multiplier), shift > 0 ? 0 : -shift);
}

static int8_t clamped(const struct kernel_layer *layer, int32_t value)
{
    const int32_t v = wrapped_add(value, layer->out_zp);
    return (int8_t)(v < layer->clamp_min ? layer->clamp_min : v > layer->clamp_max ? layer->clamp_max : v);
}

/* The input at (y, x, c), or what counts as the input beyond the edges. */
static int32_t pixel(const struct kernel_layer *l, int32_t y, int32_t x, int32_t c)
{
    if (y < 0 || y >= l->in_h || x < 0 || x >= l->in_w) {
        return l->in_zp;
    }
    return l->in[(y * l->in_w + x) * l->in_c + c];
}

static void conv(const struct kernel_layer *l)
{
    int8_t *out = l->out;
    for (int32_t y = 0; y < l->out_h; y++) {
        for (int32_t x = 0; x < l->out_w; x++) {
            const int8_t *w = l->weights;
            for (int32_t o = 0; o < l->out_c; o++) {
                int32_t acc = 0;
                for (int32_t ky = 0; ky < l->kernel_h; ky++) {
                    for (int32_t kx = 0; kx < l->kernel_w; kx++) {
                        for (int32_t c = 0; c < l->in_c; c++) {
                            acc += *w++ *
                                   pixel(l, y * l->stride_h + ky - l->pad_top, x * l->stride_w + kx - l->pad_left, c);
                        }
                    }
                }
                *out++ = clamped(l, kernel_scaled(wrapped_add(acc, l->bias[o]), l->multiplier[o], l->shift[o]));
            }
        }
    }
}

static void pointwise(const struct kernel_layer *l)
{
    int8_t *out = l->out;
    const int8_t *in = l->in;
    for (int32_t p = 0; p < l->in_h * l->in_w; p++, in += l->in_c) {
        const int8_t *w = l->weights;
        for (int32_t o = 0; o < l->out_c; o++) {
            int32_t acc = 0;
            for (int32_t c = 0; c < l->in_c; c++) {
                acc += *w++ * in[c];
            }
            *out++ = clamped(l, kernel_scaled(wrapped_add(acc, l->bias[o]), l->multiplier[o], l->shift[o]));
        }
    }
}

static void depthwise(const struct kernel_layer *l)
{
    int8_t *out = l->out;
    for (int32_t y = 0; y < l->out_h; y++) {
        for (int32_t x = 0; x < l->out_w; x++) {
            for (int32_t c = 0; c < l->out_c; c++) {
                int32_t acc = 0;
                for (int32_t ky = 0; ky < l->kernel_h; ky++) {
                    for (int32_t kx = 0; kx < l->kernel_w; kx++) {
                        acc += l->weights[(ky * l->kernel_w + kx) * l->out_c + c] *
                               pixel(l, y * l->stride_h + ky - l->pad_top, x * l->stride_w + kx - l->pad_left, c);
                    }
                }
                *out++ = clamped(l, kernel_scaled(wrapped_add(acc, l->bias[c]), l->multiplier[c], l->shift[c]));
            }
        }
    }
}

static void add(const struct kernel_layer *l)
{
    const int32_t n = l->out_h * l->out_w * l->out_c;
    const int32_t one = (int32_t)(1u << l->left_shift);
    for (int32_t i = 0; i < n; i++) {
        const int32_t a = kernel_scaled((l->in[i] - l->in_zp) * one, l->multiplier[0], l->shift[0]);
        const int32_t b = kernel_scaled((l->in2[i] - l->in2_zp) * one, l->multiplier[1], l->shift[1]);
        l->out[i] = clamped(l, kernel_scaled(a + b, l->multiplier[2], l->shift[2]));
    }
}

static int8_t averaged(const struct kernel_layer *l, int32_t c)
{
    const int32_t pixels = l->in_h * l->in_w;
    int32_t sum = 0;
    for (int32_t p = 0; p < pixels; p++) {
        sum += l->in[p * l->in_c + c];
    }
    const int32_t v = (sum > 0 ? sum + pixels / 2 : sum - pixels / 2) / pixels;
    return (int8_t)(v < l->clamp_min ? l->clamp_min : v > l->clamp_max ? l->clamp_max : v);
}

static void mean(const struct kernel_layer *l)
{
    const int32_t pixels = l->in_h * l->in_w;
    for (int32_t c = 0; c < l->in_c; c++) {
        if (l->average) {
            l->out[c] = averaged(l, c);
            continue;
        }
        int32_t sum = 0;
        for (int32_t p = 0; p < pixels; p++) {
            sum += l->in[p * l->in_c + c] - l->in_zp;
        }
        l->out[c] = clamped(l, kernel_scaled(sum, l->multiplier[0], l->shift[0]));
    }
}

const struct kernel_set kernels_ref = {
    .name = "ref",
    .conv = conv,
    .pointwise = pointwise,
    .depthwise = depthwise,
    .add = add,
    .mean = mean,
};
