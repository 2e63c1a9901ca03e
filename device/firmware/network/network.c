#include "network/network.h"

#include <stdbool.h>
#include <stddef.h>

#include "libc/mem.h"

enum network_status network_open(struct network *network, const uint8_t *file, uint32_t room_bytes, uint8_t *arena,
                                 uint32_t arena_room_bytes, const struct kernel_set *kernels)
{
    *network = (struct network){.file = file, .arena = arena, .kernels = kernels};
    const struct network_header *h = (const void *)file;
    if (room_bytes < sizeof *h || memcmp(h->magic, NETWORK_MAGIC, sizeof h->magic) != 0 ||
        h->version != NETWORK_FORMAT) {
        return NETWORK_NO_FILE;
    }
    struct network found = *network;
    found.header = h;
    found.layers = (const void *)(file + h->layers_offset);
    found.plan = h->plan_offset != 0 ? (const void *)(file + h->plan_offset) : NULL;
    const enum network_status status = network_validate(&found, room_bytes, arena_room_bytes);
    if (status == NETWORK_OK) {
        *network = found;
    }
    return status;
}

static bool golden_next(void *context, uint8_t *to, uint32_t bytes)
{
    struct network_golden *golden = context;
    for (uint32_t i = 0; i < bytes; i++) {
        golden->state = golden->state * 1664525u + 1013904223u;
        to[i] = (uint8_t)(golden->state >> 24);
    }
    return true;
}

struct network_source network_golden_source(const struct network *network, struct network_golden *golden)
{
    golden->state = network->header->golden_seed;
    return (struct network_source){.next = golden_next, .context = golden};
}

/* uint8 to int8 is minus 128, which is the top bit turned over. */
bool network_load(const struct network *network, const struct network_source *source)
{
    uint8_t *input = network->arena + network->header->input_offset;
    const uint32_t n = network_input_bytes(network);
    if (!source->next(source->context, input, n) || (source->end && !source->end(source->context))) {
        return false;
    }
    uint32_t i = 0;
    for (; i + 4 <= n; i += 4) {
        uint32_t word;
        memcpy(&word, input + i, 4);
        word ^= 0x80808080u;
        memcpy(input + i, &word, 4);
    }
    for (; i < n; i++) {
        input[i] ^= 0x80;
    }
    return true;
}

void network_run_layer(const struct network *network, uint32_t index)
{
    const struct kernel_layer layer = network_kernel_layer(network, index);
    const struct kernel_set *set = network->kernels;
    kernel *const run[] = {
        [NETWORK_LAYER_KIND_CONV] = set->conv,
        [NETWORK_LAYER_KIND_POINTWISE] = set->pointwise,
        [NETWORK_LAYER_KIND_DEPTHWISE] = set->depthwise,
        [NETWORK_LAYER_KIND_ADD] = set->add,
        [NETWORK_LAYER_KIND_MEAN] = set->mean,
    };
    run[network->layers[index].kind](&layer);
}

struct part {
    network_step *step;
    void *context;
    uint32_t first;
};

static void part_step(void *context, uint32_t part)
{
    const struct part *p = context;
    p->step(p->context, p->first + part);
}

bool network_run(const struct network *network, const struct network_source *source, network_step *step, void *context,
                 bool detailed)
{
    const struct network_plan *plan = network->plan;
    const uint32_t layers = network->header->layer_count;
    const uint32_t count = plan ? plan->group_count : layers;
    const struct network_group *groups = plan ? network_groups(network) : NULL;
    const bool streams = network_streams(network);
    bool good = streams || network_load(network, source);
    for (uint32_t i = 0; good && i < count; i++) {
        const uint32_t first = groups ? groups[i].first : i;
        step(context, first);
        if (groups && groups[i].rows > 0) {
            struct block block = network_block(network, &groups[i]);
            struct part part = {step, context, first};
            if (i == 0 && streams) {
                block.next = source->next;
                block.source = source->context;
            }
            good = block_run(&block, detailed ? part_step : NULL, &part);
        } else {
            network_run_layer(network, first);
        }
        if (i == 0 && good && streams && source->end) {
            good = source->end(source->context);
        }
    }
    step(context, layers);
    return good;
}

