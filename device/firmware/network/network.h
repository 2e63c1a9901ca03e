/* The network run from a crop to its fingerprint. */
#ifndef NETWORK_NETWORK_H
#define NETWORK_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "block/block.h"
#include "kernels/kernels.h"
#include "network/validate.h"
#include "network/view.h"

/* From here on, layer `index` is being computed; layer_count: none any more. */
typedef void network_step(void *context, uint32_t index);

/* Where a crop comes from: network_input_bytes of it (uint8, height x width x channels), in order. */
struct network_source {
    block_rows *next;
    /* Called once, when every byte was taken and before anything is lost that holds them; NULL: none. */
    bool (*end)(void *context);
    void *context;
};

/* The golden input: made up from a seed, so that it takes no flash. */
struct network_golden {
    uint32_t state;
};

/* Validates all that the kernels rely on, so that no file makes them leave file or arena. On failure header is NULL. */
enum network_status network_open(struct network *network, const uint8_t *file, uint32_t room_bytes, uint8_t *arena,
                                 uint32_t arena_room_bytes, const struct kernel_set *kernels);

struct network_source network_golden_source(const struct network *network, struct network_golden *golden);

/* Takes the whole crop into the arena, where the first layer reads it. */
bool network_load(const struct network *network, const struct network_source *source);

/* Layers outside of blocks only. */
void network_run_layer(const struct network *network, uint32_t index);

/* From the crop to the output; false, and no output, where the source gave up. `detailed`: step is told of every change
 * of layer inside blocks too, often; else only of the groups' first layers. */
bool network_run(const struct network *network, const struct network_source *source, network_step *step, void *context,
                 bool detailed);

#endif
