/* What the parts of a block share: the numbers that the exporter makes for them, how wide their buffers are, and the
 * steps that block.c runs one after another. */
#ifndef BLOCK_PARTS_H
#define BLOCK_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/kernels.h"

/* Channels are worked on four at a time, a quad.
 * In a layer's shift table: the quad takes the fast path, and the table's numbers are made for it:
 *   expand     b, m, FAST | g, where b allows for the tile's + 128   (block/expand.c)
 *   depthwise  bias * 2^g, multiplier, FAST | g with g = 11 - e     (block/depthwise.c)
 *   project    bias,       multiplier, FAST | e                     (block/project.c)
 * Without it they are kernels/kernels.h's and the quad takes kernel_scaled(). */
#define BLOCK_FAST 0x40

#define BLOCK_QUAD 4
#define BLOCK_MAX_K 2048
#define BLOCK_WEIGHT_SHIFT 8
#define BLOCK_STEM_K 28

static inline int32_t round_up(int32_t value, int32_t step)
{
    return (value + step - 1) / step * step;
}

static inline bool block_is_stem(const struct kernel_layer *l)
{
    return l->kernel_h == 3 && l->kernel_w == 3 && l->in_c == 3;
}

/* How wide a pixel of the expanding layer's weights and tile is: in_c, or for a 3x3x3 stem 28 in an order of its
 * own. */
static inline int32_t block_k(const struct kernel_layer *expand)
{
    return block_is_stem(expand) ? BLOCK_STEM_K : expand->in_c;
}

/* Words from one channel's row of the planes to the next, a constant that the assembler can use: padding, pixels,
 * padding. */
static inline int32_t block_pitch(int32_t width)
{
    const int32_t words = round_up(width, 2) / 2 + 2;
    return words <= 10 ? 10 : words <= 34 ? 34 : 58;
}

/* Inputs a pixel has in the tile; the loop over k takes 8 at a time, a stem's 28 stand in line. */
static inline int32_t block_tile_k(int32_t k)
{
    return k == BLOCK_STEM_K ? k : (k + 7) / 8 * 8;
}

/* Rows [first, first + rows) of the expanding layer's output as a tile: pixel pairs as block/tile.c describes. */
void block_tile(uint32_t *tile, const struct kernel_layer *expand, int32_t first, int32_t rows);

/* All pixels of the input, for a projection on its own. */
void block_plain_tile(uint32_t *tile, const struct kernel_layer *project);

/* The quad from `channel` on: rows [first, first + rows) to planes, the first of them to `planes`. */
void block_expand(uint32_t *planes, const uint32_t *tile, const struct kernel_layer *expand, int32_t channel,
                  int32_t first, int32_t rows);

/* A quad's depthwise outputs, `rows` rows, from `planes` to `products`. */
void block_depthwise(uint16_t *products, const uint32_t *planes, const struct kernel_layer *depthwise, int32_t channel,
                     int32_t rows);

/* All output channels of `pairs` pairs of pixels to `out`, out_c bytes a pixel. */
void block_project(int8_t *out, const uint32_t *products, const struct kernel_layer *project, int32_t pairs);

/* A quad's weights as int16 pairs up to the end of work memory; returns where they begin. */
uint32_t *block_weights(const int8_t *weights, int32_t k);
/* The same times 2^shift: BLOCK_WEIGHT_SHIFT costs nothing, one less a few instructions a weight. */
uint32_t *block_high_weights(const int8_t *weights, int32_t k, int32_t shift);

/* A sum of raw int8 to an output by the definition. */
static inline int8_t block_exact(const struct kernel_layer *l, int32_t channel, int32_t sum)
{
    const int32_t acc = (int32_t)((uint32_t)sum + (uint32_t)l->bias[channel]);
    const uint32_t v = (uint32_t)kernel_scaled(acc, l->multiplier[channel], l->shift[channel]) + (uint32_t)l->out_zp;
    const int32_t q = (int32_t)v;
    return (int8_t)(q < l->clamp_min ? l->clamp_min : q > l->clamp_max ? l->clamp_max : q);
}

static inline bool block_is_fast(const struct kernel_layer *l, int32_t channel)
{
    return l->shift[channel] >= BLOCK_FAST;
}

#endif
