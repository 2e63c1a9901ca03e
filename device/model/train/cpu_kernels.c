/* Batch normalisation with ReLU6, and 3x3 depthwise convolution, forward and backward, for training; fused.py loads it.
 *
 * A small network's training on a CPU is bound by memory: PyTorch reads or writes an activation 13 times for one
 * normalisation and its ReLU6, this 8 times; as bfloat16 each is half as long (with FLOAT32 they are float). Sums are
 * float over a tile and double over tiles.
 *
 * Activations are [pixels][channels] (channels last over all pictures), channels a multiple of 8. The vectors are those
 * of GCC and Clang, which make the best of whatever processor -march=native finds. */
#include <stdint.h>
#include <string.h>
#ifdef __AVX512BF16__
#include <immintrin.h>
#endif

#ifdef FLOAT32
typedef float number;
#else
typedef uint16_t number; /* bfloat16 */
#endif

enum { MOST = 4, TILE = 32768 }; /* vectors side by side; numbers of each array that stay in the second-level cache */

#define INLINE static inline __attribute__((always_inline))

/* 3x3 depthwise. Height and width are even where stride is 2. SAME padding: one pixel around for stride 1, one below
 * and right for 2. */
struct shape {
    int32_t pictures, height, width, channels, stride;
};

/* The three input rows under output row h, NULL outside the picture; the middle one is always inside. */
INLINE void rows_under(const number *picture, const struct shape *shape, int h, const number *rows[3])
{
    for (int i = 0; i < 3; i++) {
        const int row = h * shape->stride + i - (shape->stride == 1);
        rows[i] = row >= 0 && row < shape->height ? picture + (int64_t)row * shape->width * shape->channels : NULL;
    }
}

/* GCC makes poor code of vectors that are longer than the processor's. */
#ifdef __AVX512F__
#define LANES 16
#include "cpu_kernels_lanes.h"
#define WIDE(name) name##_16
enum { WIDE_LANES = 16 };
#else
#define WIDE(name) name##_8
enum { WIDE_LANES = 8 };
#endif
#define LANES 8 /* and what is left of 24, 40, 56 channels */
#include "cpu_kernels_lanes.h"

/* name(width, ...) for each group of channels from c on */
#define FOR_CHANNELS(channels, c, name, ...)                                                                           \
    for (int c = 0, left; (left = (channels) - c) > 0;                                                                 \
         c += left >= 4 * WIDE_LANES ? 4 * WIDE_LANES : left >= WIDE_LANES ? left / WIDE_LANES * WIDE_LANES : 8) {     \
        if (left >= 4 * WIDE_LANES) {                                                                                  \
            WIDE(name)(4, __VA_ARGS__);                                                                                \
        } else if (left >= 3 * WIDE_LANES) {                                                                           \
            WIDE(name)(3, __VA_ARGS__);                                                                                \
        } else if (left >= 2 * WIDE_LANES) {                                                                           \
            WIDE(name)(2, __VA_ARGS__);                                                                                \
        } else if (left >= WIDE_LANES) {                                                                               \
            WIDE(name)(1, __VA_ARGS__);                                                                                \
        } else {                                                                                                       \
            name##_8(1, __VA_ARGS__);                                                                                  \
        }                                                                                                              \
    }

/* The same where no vectors are side by side. */
#define FOR_SINGLE_CHANNELS(channels, c, name, ...)                                                                    \
    for (int c = 0; c < (channels); c += (channels) - c >= WIDE_LANES ? WIDE_LANES : 8) {                              \
        if ((channels) - c >= WIDE_LANES) {                                                                            \
            WIDE(name)(__VA_ARGS__);                                                                                   \
        } else {                                                                                                       \
            name##_8(__VA_ARGS__);                                                                                     \
        }                                                                                                              \
    }

INLINE int64_t tile_pixels(int channels)
{
    return TILE / channels > 16 ? TILE / channels : 16;
}

/* sums [2][channels]: of x, of its squares */
void normal_sums(const number *x, int64_t pixels, int channels, double *sums)
{
    memset(sums, 0, 2 * sizeof *sums * (size_t)channels);
    const int64_t most = tile_pixels(channels);
    for (int64_t done = 0; done < pixels; done += most, x += most * channels) {
        const int64_t now = pixels - done < most ? pixels - done : most;
        FOR_CHANNELS(channels, c, sums_tile, x + c, now, channels, sums + c, sums + channels + c)
    }
}

/* y = x * scale + offset, through ReLU6 if asked for */
void normal_apply(const number *x, int64_t pixels, int channels, const float *scale, const float *offset, int rectify,
                  number *y)
{
    const int64_t most = tile_pixels(channels);
    for (int64_t done = 0; done < pixels; done += most, x += most * channels, y += most * channels) {
        const int64_t now = pixels - done < most ? pixels - done : most;
        FOR_CHANNELS(channels, c, apply_tile, x + c, y + c, now, channels, scale + c, offset + c, rectify)
    }
}

/* sums [2][channels]: of the gradient g that comes through ReLU6, of g times x */
void normal_back_sums(const number *x, const number *g, int64_t pixels, int channels, const float *scale,
                      const float *offset, int rectify, double *sums)
{
    memset(sums, 0, 2 * sizeof *sums * (size_t)channels);
    const int64_t most = tile_pixels(channels);
    for (int64_t done = 0; done < pixels; done += most, x += most * channels, g += most * channels) {
        const int64_t now = pixels - done < most ? pixels - done : most;
        double *products = sums + channels;
        FOR_CHANNELS(channels, c, back_sums_tile, x + c, g + c, now, channels, scale + c, offset + c, rectify, sums + c,
                     products + c)
    }
}

/* gx = scale * g + slope * x + level, g being what comes through ReLU6 */
void normal_back(const number *x, const number *g, int64_t pixels, int channels, const float *scale,
                 const float *offset, int rectify, const float *slope, const float *level, number *gx)
{
    const int64_t most = tile_pixels(channels);
    for (int64_t done = 0; done < pixels;
         done += most, x += most * channels, g += most * channels, gx += most * channels) {
        const int64_t now = pixels - done < most ? pixels - done : most;
        FOR_CHANNELS(channels, c, back_tile, x + c, g + c, gx + c, now, channels, scale + c, offset + c, rectify,
                     slope + c, level + c)
    }
}

/* weights [9][channels] */
void depthwise(const number *x, const struct shape *shape, const float *weights, number *y)
{
    const int64_t picture = (int64_t)shape->height * shape->width * shape->channels;
    for (int n = 0; n < shape->pictures; n++, x += picture) {
        for (int h = 0; h < shape->height / shape->stride; h++, y += shape->width / shape->stride * shape->channels) {
            const number *rows[3];
            rows_under(x, shape, h, rows);
            FOR_SINGLE_CHANNELS(shape->channels, c, depthwise_row, rows, c, shape, weights, y)
        }
    }
}

/* Stride 2: an input row of odd number met the kernel's middle row only, an even one its first and, from the output row
 * before, its last; likewise for columns. */
INLINE void depthwise2_back(const number *g, const struct shape *shape, const float *weights, number *gx)
{
    const int channels = shape->channels;
    const int64_t row = (int64_t)shape->width / 2 * channels;
    for (int h = 0; h < shape->height; h++, gx += 2 * row) {
        const number *first = g + h / 2 * row;
        const number *last = h % 2 || h == 0 ? NULL : first - row;
        FOR_SINGLE_CHANNELS(channels, c, depthwise2_back_row, first, last, c, shape, h % 2, weights, gx)
    }
}

/* From the gradient g of the output: gx of the input, gw [9][channels] of the weights; ``turned`` are the weights in
 * reverse order. */
void depthwise_back(const number *x, const number *g, const struct shape *shape, const float *weights,
                    const float *turned, number *gx, float *gw)
{
    const int channels = shape->channels;
    const int64_t inputs = (int64_t)shape->height * shape->width * channels;
    const int64_t row = (int64_t)shape->width / shape->stride * channels, outputs = shape->height / shape->stride * row;
    struct shape one = *shape;
    one.pictures = 1;
    memset(gw, 0, 9 * sizeof *gw * (size_t)channels);
    for (int n = 0; n < shape->pictures; n++, x += inputs, g += outputs, gx += inputs) {
        if (shape->stride == 1) {
            depthwise(g, &one, turned, gx);
        } else {
            depthwise2_back(g, &one, weights, gx);
        }
        for (int h = 0; h < shape->height / shape->stride; h++) {
            const number *rows[3];
            rows_under(x, shape, h, rows);
            FOR_SINGLE_CHANNELS(channels, c, weights_back_row, rows, g + h * row, c, &one, gw)
        }
    }
}
