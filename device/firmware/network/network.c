#include "network/network.h"

#include <stdbool.h>
#include <stddef.h>

#include "kernels/m7.h"
#include "libc/mem.h"
#include "link/protocol.h"

enum network_status network_open(struct network *network, const uint8_t *file, uint32_t room_bytes, uint8_t *arena,
                                 uint32_t arena_room_bytes, const struct kernel_set *kernels)
{
    *network = (struct network){.file = file, .arena = arena, .kernels = kernels};
    const struct network_header *h = (const void *)file;
    if (room_bytes < sizeof *h || memcmp(h->magic, "FNET", 4) != 0 || h->format != NETWORK_FORMAT) {
        return NETWORK_NO_FILE;
    }
    struct network found = *network;
    found.header = h;
    found.layers = (const void *)(file + h->layers_offset);
    found.plan = h->plan_offset != 0 ? (const void *)(file + h->plan_offset) : NULL;
    const enum network_status status = network_check(&found, room_bytes, arena_room_bytes);
    if (status == NETWORK_OK) {
        *network = found;
    }
    return status;
}

uint32_t network_input_bytes(const struct network *network)
{
    const struct network_header *h = network->header;
    return (uint32_t)h->input_h * h->input_w * h->input_c;
}

uint32_t network_memory_bytes(const struct network *network)
{
    const struct network_plan *plan = network->plan;
    return network->header->arena_bytes + (plan ? plan->work_bytes : (uint32_t)sizeof m7_work);
}

bool network_streams(const struct network *network)
{
    return network->plan && network->plan->groups[0].rows > 0 && network->layers[0].kernel_h == 3;
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

const int8_t *network_golden_output(const struct network *network)
{
    return (const int8_t *)(network->file + network->header->golden_offset);
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
        .in_h = l->in_h,
        .in_w = l->in_w,
        .in_c = l->in_c,
        .out_h = l->out_h,
        .out_w = l->out_w,
        .out_c = l->out_c,
        .kernel_h = l->kernel_h,
        .kernel_w = l->kernel_w,
        .stride_h = l->stride_h,
        .stride_w = l->stride_w,
        .pad_top = l->pad_top,
        .pad_left = l->pad_left,
        .in_zp = l->in_zp,
        .in2_zp = l->in2_zp,
        .out_zp = l->out_zp,
        .clamp_min = l->clamp_min,
        .clamp_max = l->clamp_max,
        .left_shift = l->left_shift,
        .average = (l->flags & NETWORK_AVERAGE) != 0,
    };
}

struct fused_group network_fused_group(const struct network *network, const struct network_group *group)
{
    struct fused_group g = {.rows = group->rows, .scratch = network->arena + group->scratch_offset};
    g.has_expand = group->count >= 3;
    g.has_add = group->count == 4;
    g.project = network_kernel_layer(network, group->first + (g.has_expand ? 2u : 0u));
    if (g.has_expand) {
        g.expand = network_kernel_layer(network, group->first);
        g.depthwise = network_kernel_layer(network, group->first + 1u);
    }
    if (g.has_add) {
        g.add = network_kernel_layer(network, group->first + 3u);
        /* The operand that is the projection has no address of its own. */
        if (network->layers[group->first + 3u].source == group->first + 3u) {
            g.add.in = NULL;
        } else {
            g.add.in2 = NULL;
        }
    }
    return g;
}

void network_run_layer(const struct network *network, uint32_t index)
{
    const struct kernel_layer layer = network_kernel_layer(network, index);
    const struct kernel_set *set = network->kernels;
    kernel *const run[] = {
        [WIRE_LAYER_KIND_CONV] = set->conv,
        [WIRE_LAYER_KIND_POINTWISE] = set->pointwise,
        [WIRE_LAYER_KIND_DEPTHWISE] = set->depthwise,
        [WIRE_LAYER_KIND_ADD] = set->add,
        [WIRE_LAYER_KIND_MEAN] = set->mean,
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
    const uint32_t groups = plan ? plan->group_count : layers;
    const bool streams = network_streams(network);
    bool good = streams || network_load(network, source);
    for (uint32_t i = 0; good && i < groups; i++) {
        const uint32_t first = plan ? plan->groups[i].first : i;
        step(context, first);
        if (plan && plan->groups[i].rows > 0) {
            struct fused_group group = network_fused_group(network, &plan->groups[i]);
            struct part part = {step, context, first};
            if (i == 0 && streams) {
                group.next = source->next;
                group.source = source->context;
            }
            good = fused_run(&group, detailed ? part_step : NULL, &part);
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

const int8_t *network_output(const struct network *network)
{
    return (const int8_t *)(network->arena + network->header->output_offset);
}
