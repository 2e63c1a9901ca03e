/* An inverted-residual block in one go: expand, depthwise, project and the residual, strip by strip of output rows.
 *
 * What the exporter (device/model/export/execution_plan.py) has chosen and proven, and what is executed here: of the
 * widest tensor, the expanded one, only the rows under one strip of one quad of channels are ever there.
 *
 *     for every strip of `rows` output rows:
 *         window    uint8  of a stem: the rows of the crop that the strip needs, as they come
 *         tile      int16  the block's input for the strip's new rows, as the matrix product wants it (block/tile.c)
 *         for every quad of expanded channels:
 *             planes    int16  their rows, `carry` brings those that the strip before had already (block/expand.c)
 *             products  int16  their depthwise outputs, in the order of the next matrix product (block/depthwise.c)
 *         strip     int8   the projection (block/project.c), where it does not go straight to the output: what is added
 *                          to the residual, with `tables` of what the addition makes of every int8, and rows of an odd
 *                          width
 *
 * All of them lie in the arena, in that order (block_sizes). Output may lie over the input: the exporter has made sure
 * that no row is overwritten that is still to be read. */
#ifndef BLOCK_BLOCK_H
#define BLOCK_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/kernels.h"

/* The crop's next `bytes`; false: it has come to nothing. */
typedef bool block_rows(void *context, uint8_t *to, uint32_t bytes);

struct block {
    struct kernel_layer expand, depthwise, project, add;
    bool has_expand; /* else only `project`, on the block's input as it is */
    bool has_add;
    int32_t rows; /* output rows of a strip */
    uint8_t *scratch;
    block_rows *next; /* of a stem: where its crop comes from */
    void *source;
};

struct block_sizes {
    uint32_t tables, tile, planes, carry, products, strip, window; /* bytes */
};

/* Whether the engine has a path for these shapes; nothing is said of the numbers. */
bool block_fits(const struct block *block);
struct block_sizes block_sizes(const struct block *block);

/* Called before a part with its number among the block's layers. */
typedef void block_step(void *context, uint32_t part);

/* `step` may be NULL. False where the crop came to nothing. */
bool block_run(const struct block *block, block_step *step, void *context);

#endif
