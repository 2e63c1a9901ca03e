/* What a file must be, so that no kernel leaves the file or the arena. */
#include "network/network.h"

#include <stdbool.h>
#include <stddef.h>

#include "link/protocol.h"

static bool inside(uint32_t offset, uint64_t bytes, uint32_t room)
{
    return bytes <= room && offset <= room - bytes;
}

static uint64_t volume(uint32_t h, uint32_t w, uint32_t c)
{
    return (uint64_t)h * w * c;
}

/* The last row or column read from, counted from the input's edge, must not lie a whole kernel outside. */
static bool window_fits(uint32_t in, uint32_t out, uint32_t taps, uint32_t stride, uint32_t pad)
{
    return taps > 0 && stride > 0 && pad < taps && (out - 1) * stride < in + pad;
}

/* Entries of the multiplier and shift tables. */
static uint32_t table_entries(const struct network_layer *l)
{
    switch (l->kind) {
    case WIRE_LAYER_KIND_ADD:
        return 3;
    case WIRE_LAYER_KIND_MEAN:
        return l->flags & NETWORK_AVERAGE ? 0 : 1;
    default:
        return l->out_c;
    }
}

static uint64_t weights_bytes(const struct network_layer *l)
{
    if (l->flags & NETWORK_BLOCKS && l->kind == WIRE_LAYER_KIND_CONV) {
        return (uint64_t)FUSED_STEM_K * l->out_c;
    }
    return volume(l->kernel_h, l->kernel_w, l->out_c) * (l->kind == WIRE_LAYER_KIND_DEPTHWISE ? 1u : l->in_c);
}

static bool tables_fit(const struct network_header *h, const struct network_layer *l)
{
    const uint64_t table_bytes = 4u * (uint64_t)table_entries(l);
    if ((l->multiplier_offset & 3) != 0 || !inside(l->multiplier_offset, table_bytes, h->total_bytes) ||
        !inside(l->shift_offset, table_entries(l), h->total_bytes)) {
        return false;
    }
    if (l->kind == WIRE_LAYER_KIND_ADD || l->kind == WIRE_LAYER_KIND_MEAN) {
        return true;
    }
    const uint64_t weights = weights_bytes(l);
    return ((l->bias_offset | l->weights_offset) & 3) == 0 && inside(l->bias_offset, table_bytes, h->total_bytes) &&
           inside(l->weights_offset, weights, h->total_bytes);
}

/* A shift as the kernels take it; `low` to `high` is what a fused layer's path bears. */
static bool shift_fits(int32_t shift, int32_t low, int32_t high)
{
    const int32_t g = shift - FUSED_FAST;
    return shift >= FUSED_FAST ? g >= low && g <= high : shift >= -31 && shift <= 30;
}

static bool numbers_fit(const struct network_layer *l, const uint8_t *file, int32_t low, int32_t high)
{
    const uint32_t entries = table_entries(l);
    const int32_t *multiplier = (const int32_t *)(const void *)(file + l->multiplier_offset);
    const int8_t *shift = (const int8_t *)(file + l->shift_offset);
    for (uint32_t i = 0; i < entries; i++) {
        if (multiplier[i] < 0 || !shift_fits(shift[i], low, high)) {
            return false;
        }
    }
    const int32_t points[] = {l->in_zp, l->in2_zp, l->out_zp, l->clamp_min, l->clamp_max};
    for (uint32_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        if (points[i] < -128 || points[i] > 127) {
            return false;
        }
    }
    return l->clamp_min <= l->clamp_max && l->left_shift >= 0 && l->left_shift <= 22;
}

static bool shapes_fit(const struct network_layer *l)
{
    if (volume(l->in_h, l->in_w, l->in_c) == 0 || volume(l->out_h, l->out_w, l->out_c) == 0) {
        return false;
    }
    const bool same_picture = l->in_h == l->out_h && l->in_w == l->out_w;
    const bool same_channels = l->in_c == l->out_c;
    switch (l->kind) {
    case WIRE_LAYER_KIND_POINTWISE:
        return same_picture && l->kernel_h == 1 && l->kernel_w == 1;
    case WIRE_LAYER_KIND_DEPTHWISE:
    case WIRE_LAYER_KIND_CONV:
        return (l->kind == WIRE_LAYER_KIND_CONV || same_channels) &&
               window_fits(l->in_h, l->out_h, l->kernel_h, l->stride_h, l->pad_top) &&
               window_fits(l->in_w, l->out_w, l->kernel_w, l->stride_w, l->pad_left);
    case WIRE_LAYER_KIND_ADD:
        return same_picture && same_channels;
    case WIRE_LAYER_KIND_MEAN:
        return l->out_h == 1 && l->out_w == 1 && same_channels;
    default:
        return false;
    }
}

/* What a layer of a fused group takes from the arena is looked at with the group. */
static bool layer_fits(const struct network_header *h, const struct network_layer *l)
{
    const uint64_t in_bytes = volume(l->in_h, l->in_w, l->in_c);
    return (l->in_offset & 3) == 0 && (l->in2_offset & 3) == 0 && (l->out_offset & 3) == 0 &&
           (l->flags & NETWORK_BLOCKS) == 0 && inside(l->in_offset, in_bytes, h->arena_bytes) &&
           (l->kind != WIRE_LAYER_KIND_ADD || inside(l->in2_offset, in_bytes, h->arena_bytes)) &&
           inside(l->out_offset, volume(l->out_h, l->out_w, l->out_c), h->arena_bytes);
}

/* The numbers of a block of four channels go one way: all fast or none. */
static bool blocks_agree(const struct network_layer *l, const uint8_t *file)
{
    const int8_t *shift = (const int8_t *)(file + l->shift_offset);
    for (uint32_t i = 0; i < l->out_c; i++) {
        if ((shift[i] >= FUSED_FAST) != (shift[i & ~3u] >= FUSED_FAST)) {
            return false;
        }
    }
    return true;
}

static bool fused_layer_fits(const struct network *network, uint32_t index, int32_t low, int32_t high)
{
    const struct network_layer *l = &network->layers[index];
    const bool in_blocks = (l->flags & NETWORK_BLOCKS) != 0;
    const bool weighs = l->kind == WIRE_LAYER_KIND_POINTWISE || l->kind == WIRE_LAYER_KIND_CONV;
    return in_blocks == weighs && tables_fit(network->header, l) && numbers_fit(l, network->file, low, high) &&
           (l->kind == WIRE_LAYER_KIND_ADD || blocks_agree(l, network->file));
}

static uint64_t in_bytes_of(const struct network_layer *l)
{
    return volume(l->in_h, l->in_w, l->in_c);
}

static uint64_t input_bytes_of(const struct network_header *h)
{
    return volume(h->input_h, h->input_w, h->input_c);
}

static bool group_fits(const struct network *network, const struct network_group *g)
{
    const struct network_layer *l = network->layers + g->first;
    const struct network_header *h = network->header;
    if (g->count != 1 && g->count != 3 && g->count != 4) {
        return false;
    }
    const bool block = g->count >= 3;
    const struct network_layer *project = block ? l + 2 : l;
    const bool stem = l->kind == WIRE_LAYER_KIND_CONV;
    const int32_t tile_shift = l->left_shift;
    if (project->kind != WIRE_LAYER_KIND_POINTWISE || (block && l[1].kind != WIRE_LAYER_KIND_DEPTHWISE) ||
        (block && l->kind != WIRE_LAYER_KIND_POINTWISE && !stem) || (stem && (g->first != 0 || l->in_c != 3 || in_bytes_of(l) != input_bytes_of(h))) ||
        (g->count == 4 && l[3].kind != WIRE_LAYER_KIND_ADD)) {
        return false;
    }
    const int32_t most = tile_shift + FUSED_WEIGHT_SHIFT;
    if (block && (tile_shift > 7 || tile_shift < 0 || !fused_layer_fits(network, g->first, most - 1, most) ||
                  !fused_layer_fits(network, g->first + 1u, 2, 8))) {
        return false;
    }
    if (!fused_layer_fits(network, g->first + (block ? 2u : 0u), 1, 22) ||
        (g->count == 4 && !fused_layer_fits(network, g->first + 3u, 1, 0))) {
        return false;
    }
    const struct fused_group group = network_fused_group(network, g);
    if (!fused_fits(&group)) {
        return false;
    }
    const struct fused_sizes s = fused_sizes(&group);
    const uint64_t scratch = (uint64_t)s.tables + s.tile + s.planes + s.carry + s.products + s.strip + s.window;
    const struct network_layer *last = l + g->count - 1;
    const uint64_t in_bytes = volume(l->in_h, l->in_w, l->in_c);
    const uint64_t out_bytes = volume(last->out_h, last->out_w, last->out_c);
    /* Without a depthwise layer pixels are written in pairs, the last one over the end. */
    const uint64_t over = block ? 0u : last->out_c;
    const uint32_t residual = g->count == 4 ? (group.add.in == NULL ? last->in2_offset : last->in_offset) : 0u;
    return ((g->scratch_offset | l->in_offset | last->out_offset | residual) & 3) == 0 && scratch <= g->scratch_bytes &&
           inside(g->scratch_offset, g->scratch_bytes, h->arena_bytes) &&
           (stem || inside(l->in_offset, in_bytes, h->arena_bytes)) &&
           inside(last->out_offset, out_bytes + over, h->arena_bytes) && inside(residual, out_bytes, h->arena_bytes);
}

/* The groups are the layers, each once and in order. */
static bool plan_fits(const struct network *network)
{
    const struct network_plan *plan = network->plan;
    const uint32_t layers = network->header->layer_count;
    uint32_t next = 0;
    for (uint32_t i = 0; i < plan->group_count; i++) {
        const struct network_group *g = &plan->groups[i];
        if (g->first != next || g->count == 0 || g->count > layers - next) {
            return false;
        }
        next += g->count;
        if (g->rows > 0 ? !group_fits(network, g)
                        : g->count != 1 || !layer_fits(network->header, &network->layers[g->first]) ||
                              !numbers_fit(&network->layers[g->first], network->file, 1, 0)) {
            return false;
        }
    }
    return next == layers;
}

enum network_status network_check(const struct network *network, uint32_t room_bytes, uint32_t arena_room_bytes)
{
    const struct network_header *h = network->header;
    const uint64_t table_bytes = (uint64_t)h->layer_count * sizeof(struct network_layer);
    if (h->total_bytes > room_bytes || (h->layers_offset & 3) != 0 || !inside(h->layers_offset, table_bytes, h->total_bytes) ||
        !inside(h->golden_offset, h->output_length, h->total_bytes)) {
        return NETWORK_BAD_SIZE;
    }
    const struct network_plan *plan = network->plan;
    if (plan && ((h->plan_offset & 3) != 0 || !inside(h->plan_offset, sizeof *plan, h->total_bytes) ||
                 plan->group_count > NETWORK_MAX_LAYERS ||
                 !inside(h->plan_offset, sizeof *plan + plan->group_count * sizeof(struct network_group), h->total_bytes))) {
        return NETWORK_BAD_SIZE;
    }
    if (h->arena_bytes > arena_room_bytes) {
        return NETWORK_NO_ROOM;
    }
    if (plan && plan->group_count == 0) {
        return NETWORK_BAD_LAYER;
    }
    if (h->layer_count == 0 || h->layer_count > NETWORK_MAX_LAYERS || h->output_length == 0 ||
        volume(h->input_h, h->input_w, h->input_c) > WIRE_MAX_PAYLOAD_BYTES ||
        (!network_streams(network) &&
         !inside(h->input_offset, volume(h->input_h, h->input_w, h->input_c), h->arena_bytes)) ||
        !inside(h->output_offset, h->output_length, h->arena_bytes)) {
        return NETWORK_BAD_LAYER;
    }
    for (uint32_t i = 0; i < h->layer_count; i++) {
        const struct network_layer *l = &network->layers[i];
        if (!shapes_fit(l) || !tables_fit(h, l) || (!plan && (!layer_fits(h, l) || !numbers_fit(l, network->file, 1, 0)))) {
            return NETWORK_BAD_LAYER;
        }
    }
    return !plan || plan_fits(network) ? NETWORK_OK : NETWORK_BAD_LAYER;
}
