/* A network.bin that lies in memory, and its layers and groups as kernels and blocks take them. The file's layout is
 * format.h's; device/network/format.py tells what its fields mean. */
#ifndef NETWORK_VIEW_H
#define NETWORK_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "block/block.h"
#include "kernels/kernels.h"
#include "network/format.h"

struct network {
    const struct network_header *header;
    const struct network_layer *layers;
    const struct network_plan *plan; /* NULL: layer by layer */
    const uint8_t *file;
    uint8_t *arena;
    const struct kernel_set *kernels;
};

/* The plan's groups; there is a plan. */
static inline const struct network_group *network_groups(const struct network *network)
{
    return (const void *)(network->plan + 1);
}

uint32_t network_input_bytes(const struct network *network);

/* Activation memory in all: arena and work memory. */
uint32_t network_memory_bytes(const struct network *network);

/* True where the crop is never whole in the arena: the first group takes it a few rows at a time. */
bool network_streams(const struct network *network);

/* The golden input's fingerprint, output_length numbers. */
const int8_t *network_golden_output(const struct network *network);

/* output_length numbers in the arena; they stand until something else is put there. */
const int8_t *network_output(const struct network *network);

/* A layer of a file as the kernels take it. */
struct kernel_layer network_kernel_layer(const struct network *network, uint32_t index);

/* A group of layers that is a block, as the engine of blocks takes it. */
struct block network_block(const struct network *network, const struct network_group *group);

#endif
