/* An inverted-residual block in one go: expand, depthwise, project and the residual, strip by strip of output rows.
 *
 * What the exporter (device/model/export/execution_plan.py) has chosen and proven, and what is executed here: of the widest tensor, the expanded
 * one, only the rows under one strip of four channels are ever there.
 *
 *     for every strip of `rows` output rows:
 *         window    uint8  of a stem: the rows of the crop that the strip needs, as they come
 *         tile      int16  the block's input for the strip's new rows, as the matrix product wants it (block/tile.c)
 *         for every 4 expanded channels:
 *             planes    int16  their rows, `carry` brings those that the strip before had already (block/expand.c)
 *             products  int16  their depthwise outputs, in the order of the next matrix product (block/depthwise.c)
 *         strip     int8   the projection (block/project.c), where it does not go straight to the output: what is added to the
 *                          residual, with `tables` of what the addition makes of every int8, and rows of an odd width
 *
 * All of them lie in the arena, in that order (fused_sizes). Output may lie over the input: the exporter has made sure that no row
 * is overwritten that is still to be read. */
#ifndef BLOCK_BLOCK_H
#define BLOCK_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/kernels.h"

/* In a layer's shift table: the four channels of a block take the fast path, and the table's numbers are made for it:
 *   expand     b, m, FAST | g, where b allows for the tile's + 128   (block/expand.c)
 *   depthwise  bias * 2^g, multiplier, FAST | g with g = 11 - e     (block/depthwise.c)
 *   project    bias,       multiplier, FAST | e                     (block/project.c)
 * Without it they are kernels/kernels.h's and the block takes kernel_scaled(). */
#define FUSED_FAST 0x40

#define FUSED_CHANNELS 4 /* worked on together, everywhere */
#define FUSED_MAX_K 2048
#define FUSED_WEIGHT_SHIFT 8
#define FUSED_STEM_K 28

/* The crop's next `bytes`; false: it has come to nothing. */
typedef bool fused_rows(void *context, uint8_t *to, uint32_t bytes);

struct fused_group {
    struct kernel_layer expand, depthwise, project, add;
    bool has_expand; /* else only `project`, on the block's input as it is */
    bool has_add;
    int32_t rows; /* output rows of a strip */
    uint8_t *scratch;
    fused_rows *next; /* of a stem: where its crop comes from */
    void *source;
};

struct fused_sizes {
    uint32_t tables, tile, planes, carry, products, strip, window; /* bytes */
};

/* Whether the engine has a path for these shapes; nothing is said of the numbers. */
bool fused_fits(const struct fused_group *group);
struct fused_sizes fused_sizes(const struct fused_group *group);

/* Called before a part with its number among the group's layers. */
typedef void fused_step(void *context, uint32_t part);

/* `step` may be NULL. False where the crop came to nothing. */
bool fused_run(const struct fused_group *group, fused_step *step, void *context);

/* How wide a pixel of the expanding layer's weights and tile is: in_c, or for a 3x3x3 stem 28 in an order of its own. */
int32_t fused_k(const struct kernel_layer *expand);

/* Words from one channel's row of the planes to the next, a constant that the assembler can use: padding, pixels, padding. */
int32_t fused_pitch(int32_t width);

/* Inputs a pixel has in the tile; the loop over k takes 8 at a time, a stem's 28 stand in line. */
static inline int32_t fused_tile_k(int32_t k)
{
    return k == FUSED_STEM_K ? k : (k + 7) / 8 * 8;
}

static inline int32_t fused_up(int32_t value, int32_t step)
{
    return (value + step - 1) / step * step;
}

/* Rows [first, first + rows) of the expanding layer's output as a tile: pixel pairs as block/tile.c describes. */
void fused_tile(uint32_t *tile, const struct kernel_layer *expand, int32_t first, int32_t rows);

/* All of a picture's pixels, for a projection on its own. */
void fused_plain_tile(uint32_t *tile, const struct kernel_layer *project);

/* Four channels from `channel` on: rows [first, first + rows) to planes, the first of them to `planes`. */
void fused_expand(uint32_t *planes, const uint32_t *tile, const struct kernel_layer *expand, int32_t channel, int32_t first,
                  int32_t rows);

/* Four channels' depthwise outputs, `rows` rows, from `planes` to `products`. */
void fused_depthwise(uint16_t *products, const uint32_t *planes, const struct kernel_layer *depthwise, int32_t channel,
                     int32_t rows);

/* All output channels of `pairs` pairs of pixels to `out`, out_c bytes a pixel. */
void fused_project(int8_t *out, const uint32_t *products, const struct kernel_layer *project, int32_t pairs);

/* Four channels' weights of a layer in block order, as int16 pairs up to the end of work memory; returns where they begin. */
uint32_t *fused_weights(const int8_t *weights, int32_t k);
/* The same times 2^shift: FUSED_WEIGHT_SHIFT costs nothing, one less a few instructions a weight. */
uint32_t *fused_high_weights(const int8_t *weights, int32_t k, int32_t shift);

/* A sum of raw int8 to an output by the definition. */
static inline int8_t fused_exact(const struct kernel_layer *l, int32_t channel, int32_t sum)
{
    const int32_t acc = (int32_t)((uint32_t)sum + (uint32_t)l->bias[channel]);
    const uint32_t v = (uint32_t)kernel_scaled(acc, l->multiplier[channel], l->shift[channel]) + (uint32_t)l->out_zp;
    const int32_t q = (int32_t)v;
    return (int8_t)(q < l->clamp_min ? l->clamp_min : q > l->clamp_max ? l->clamp_max : q);
}

static inline bool fused_fast(const struct kernel_layer *l, int32_t channel)
{
    return l->shift[channel] >= FUSED_FAST;
}

#endif
