#include "network/view.h"

#include <stddef.h>

#include "kernels/m7.h"

uint32_t network_input_bytes(const struct network *network)
{
    const struct network_header *h = network->header;
    return (uint32_t)h->input_height * h->input_width * h->input_channels;
}

uint32_t network_memory_bytes(const struct network *network)
{
    const struct network_plan *plan = network->plan;
    return network->header->arena_bytes + (plan ? plan->work_bytes : (uint32_t)sizeof m7_work);
}

bool network_streams(const struct network *network)
{
    return network->plan && network_groups(network)[0].rows > 0 && network->layers[0].kernel_height == 3;
}

const int8_t *network_golden_output(const struct network *network)
{
    return (const int8_t *)(network->file + network->header->golden_offset);
}

const int8_t *network_output(const struct network *network)
{
    return (const int8_t *)(network->arena + network->header->output_offset);
}

struct kernel_layer network_kernel_layer(const struct network *network, uint32_t index)
{
    const struct network_layer *l = &network->layers[index];
    const uint8_t *file = network->file;
    uint8_t *arena = network->arena;
    return (struct kernel_layer){
        .in = (const int8_t *)(arena + l->in_offset),
        .in2 = (const int8_t *)(arena + l->in2_offset),
        .out = (int8_t *)(arena + l->out_offset),
        .weights = (const int8_t *)(file + l->weights_offset),
        .bias = (const void *)(file + l->bias_offset),
        .multiplier = (const void *)(file + l->multiplier_offset),
        .shift = (const void *)(file + l->shift_offset),
        .in_h = l->in_height,
        .in_w = l->in_width,
        .in_c = l->in_channels,
        .out_h = l->out_height,
        .out_w = l->out_width,
        .out_c = l->out_channels,
        .kernel_h = l->kernel_height,
        .kernel_w = l->kernel_width,
        .stride_h = l->stride_height,
        .stride_w = l->stride_width,
        .pad_top = l->pad_top,
        .pad_left = l->pad_left,
        .in_zp = l->in_zp,
        .in2_zp = l->in2_zp,
        .out_zp = l->out_zp,
        .clamp_min = l->clamp_min,
        .clamp_max = l->clamp_max,
        .left_shift = l->left_shift,
        .average = (l->flags & NETWORK_LAYER_FLAG_AVERAGE) != 0,
    };
}

struct block network_block(const struct network *network, const struct network_group *group)
{
    struct block b = {.rows = group->rows, .scratch = network->arena + group->scratch_offset};
    b.has_expand = group->count >= 3;
    b.has_add = group->count == 4;
    b.project = network_kernel_layer(network, group->first + (b.has_expand ? 2u : 0u));
    if (b.has_expand) {
        b.expand = network_kernel_layer(network, group->first);
        b.depthwise = network_kernel_layer(network, group->first + 1u);
    }
    if (b.has_add) {
        b.add = network_kernel_layer(network, group->first + 3u);
        /* The operand that is the projection has no address of its own. */
        if (network->layers[group->first + 3u].source == group->first + 3u) {
            b.add.in = NULL;
        } else {
            b.add.in2 = NULL;
        }
    }
    return b;
}
