#include "network/validate.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

#include "block/block.h"
#include "block/parts.h"

static_assert(NETWORK_FAST == BLOCK_FAST && NETWORK_STEM_INPUTS == BLOCK_STEM_K, "the file's numbers are the blocks'");

static bool inside(uint32_t offset, uint64_t bytes, uint32_t room)
{
    return bytes <= room && offset <= room - bytes;
}

static uint64_t volume(uint32_t h, uint32_t w, uint32_t c)
{
    return (uint64_t)h * w * c;
}

static uint64_t in_bytes_of(const struct network_layer *l)
{
    return volume(l->in_height, l->in_width, l->in_channels);
}

static uint64_t out_bytes_of(const struct network_layer *l)
{
    return volume(l->out_height, l->out_width, l->out_channels);
}

static uint64_t input_bytes_of(const struct network_header *h)
{
    return volume(h->input_height, h->input_width, h->input_channels);
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
    case NETWORK_LAYER_KIND_ADD:
        return 3;
    case NETWORK_LAYER_KIND_MEAN:
        return l->flags & NETWORK_LAYER_FLAG_AVERAGE ? 0 : 1;
    default:
        return l->out_channels;
    }
}

static uint64_t weights_bytes(const struct network_layer *l)
{
    if (l->flags & NETWORK_LAYER_FLAG_QUADS && l->kind == NETWORK_LAYER_KIND_CONV) {
        return (uint64_t)BLOCK_STEM_K * l->out_channels;
    }
    return volume(l->kernel_height, l->kernel_width, l->out_channels) *
           (l->kind == NETWORK_LAYER_KIND_DEPTHWISE ? 1u : l->in_channels);
}

static bool tables_fit(const struct network_header *h, const struct network_layer *l)
{
    const uint64_t table_bytes = 4u * (uint64_t)table_entries(l);
    if ((l->multiplier_offset & 3) != 0 || !inside(l->multiplier_offset, table_bytes, h->total_bytes) ||
        !inside(l->shift_offset, table_entries(l), h->total_bytes)) {
        return false;
    }
    if (l->kind == NETWORK_LAYER_KIND_ADD || l->kind == NETWORK_LAYER_KIND_MEAN) {
        return true;
    }
    const uint64_t weights = weights_bytes(l);
    return ((l->bias_offset | l->weights_offset) & 3) == 0 && inside(l->bias_offset, table_bytes, h->total_bytes) &&
           inside(l->weights_offset, weights, h->total_bytes);
}

/* A shift as the kernels take it; `low` to `high` is what a block's layer bears on its fast path. */
static bool shift_fits(int32_t shift, int32_t low, int32_t high)
{
    const int32_t g = shift - BLOCK_FAST;
    return shift >= BLOCK_FAST ? g >= low && g <= high : shift >= -31 && shift <= 30;
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
    if (in_bytes_of(l) == 0 || out_bytes_of(l) == 0) {
        return false;
    }
    const bool same_size = l->in_height == l->out_height && l->in_width == l->out_width;
    const bool same_channels = l->in_channels == l->out_channels;
    switch (l->kind) {
    case NETWORK_LAYER_KIND_POINTWISE:
        return same_size && l->kernel_height == 1 && l->kernel_width == 1;
    case NETWORK_LAYER_KIND_DEPTHWISE:
    case NETWORK_LAYER_KIND_CONV:
        return (l->kind == NETWORK_LAYER_KIND_CONV || same_channels) &&
               window_fits(l->in_height, l->out_height, l->kernel_height, l->stride_height, l->pad_top) &&
               window_fits(l->in_width, l->out_width, l->kernel_width, l->stride_width, l->pad_left);
    case NETWORK_LAYER_KIND_ADD:
        return same_size && same_channels;
    case NETWORK_LAYER_KIND_MEAN:
        return l->out_height == 1 && l->out_width == 1 && same_channels;
    default:
        return false;
    }
}

/* What a block's layer takes from the arena is validated with the block. */
static bool layer_fits(const struct network_header *h, const struct network_layer *l)
{
    const uint64_t in_bytes = in_bytes_of(l);
    return (l->in_offset & 3) == 0 && (l->in2_offset & 3) == 0 && (l->out_offset & 3) == 0 &&
           (l->flags & NETWORK_LAYER_FLAG_QUADS) == 0 && inside(l->in_offset, in_bytes, h->arena_bytes) &&
           (l->kind != NETWORK_LAYER_KIND_ADD || inside(l->in2_offset, in_bytes, h->arena_bytes)) &&
           inside(l->out_offset, out_bytes_of(l), h->arena_bytes);
}

/* The four channels of a quad are all fast or none is. */
static bool quads_agree(const struct network_layer *l, const uint8_t *file)
{
    const int8_t *shift = (const int8_t *)(file + l->shift_offset);
    for (uint32_t i = 0; i < l->out_channels; i++) {
        if ((shift[i] >= BLOCK_FAST) != (shift[i & ~3u] >= BLOCK_FAST)) {
            return false;
        }
    }
    return true;
}

static bool block_layer_fits(const struct network *network, uint32_t index, int32_t low, int32_t high)
{
    const struct network_layer *l = &network->layers[index];
    const bool in_quads = (l->flags & NETWORK_LAYER_FLAG_QUADS) != 0;
    const bool weighs = l->kind == NETWORK_LAYER_KIND_POINTWISE || l->kind == NETWORK_LAYER_KIND_CONV;
    return in_quads == weighs && tables_fit(network->header, l) && numbers_fit(l, network->file, low, high) &&
           (l->kind == NETWORK_LAYER_KIND_ADD || quads_agree(l, network->file));
}

/* A projection by itself; or expanding layer or stem, depthwise layer, projection, and perhaps an addition. */
static bool is_block(const struct network_header *h, const struct network_group *g, const struct network_layer *l)
{
    if (g->count == 1) {
        return l->kind == NETWORK_LAYER_KIND_POINTWISE;
    }
    const bool stem = l->kind == NETWORK_LAYER_KIND_CONV;
    return (g->count == 3 || g->count == 4) && (stem || l->kind == NETWORK_LAYER_KIND_POINTWISE) &&
           l[1].kind == NETWORK_LAYER_KIND_DEPTHWISE && l[2].kind == NETWORK_LAYER_KIND_POINTWISE &&
           (!stem || (g->first == 0 && l->in_channels == 3 && in_bytes_of(l) == input_bytes_of(h))) &&
           (g->count == 3 || l[3].kind == NETWORK_LAYER_KIND_ADD);
}

/* Each layer's tables and numbers, the shifts within what its fast path bears. */
static bool block_layers_fit(const struct network *network, const struct network_group *g)
{
    if (g->count == 1) {
        return block_layer_fits(network, g->first, 1, 22);
    }
    const int32_t tile_shift = network->layers[g->first].left_shift;
    const int32_t most = tile_shift + BLOCK_WEIGHT_SHIFT;
    return tile_shift >= 0 && tile_shift <= 7 && block_layer_fits(network, g->first, most - 1, most) &&
           block_layer_fits(network, g->first + 1u, 2, 8) && block_layer_fits(network, g->first + 2u, 1, 22) &&
           (g->count == 3 || block_layer_fits(network, g->first + 3u, 1, 0));
}

static bool block_group_fits(const struct network *network, const struct network_group *g)
{
    const struct network_header *h = network->header;
    const struct network_layer *l = network->layers + g->first;
    if (!is_block(h, g, l) || !block_layers_fit(network, g)) {
        return false;
    }
    const struct block block = network_block(network, g);
    if (!block_fits(&block)) {
        return false;
    }
    const struct block_sizes s = block_sizes(&block);
    const uint64_t scratch = (uint64_t)s.tables + s.tile + s.planes + s.carry + s.products + s.strip + s.window;
    const struct network_layer *last = l + g->count - 1;
    const uint64_t out_bytes = out_bytes_of(last);
    /* Without a depthwise layer pixels are written in pairs, the last one over the end. */
    const uint64_t over = block.has_expand ? 0u : last->out_channels;
    const uint32_t residual = !block.has_add ? 0u : block.add.in == NULL ? last->in2_offset : last->in_offset;
    const bool stem = l->kind == NETWORK_LAYER_KIND_CONV;
    return ((g->scratch_offset | l->in_offset | last->out_offset | residual) & 3) == 0 && scratch <= g->scratch_bytes &&
           inside(g->scratch_offset, g->scratch_bytes, h->arena_bytes) &&
           (stem || inside(l->in_offset, in_bytes_of(l), h->arena_bytes)) &&
           inside(last->out_offset, out_bytes + over, h->arena_bytes) && inside(residual, out_bytes, h->arena_bytes);
}

/* The groups are the layers, each once and in order. */
static bool plan_fits(const struct network *network)
{
    const struct network_plan *plan = network->plan;
    const uint32_t layers = network->header->layer_count;
    uint32_t next = 0;
    for (uint32_t i = 0; i < plan->group_count; i++) {
        const struct network_group *g = &network_groups(network)[i];
        if (g->first != next || g->count == 0 || g->count > layers - next) {
            return false;
        }
        next += g->count;
        if (g->rows > 0 ? !block_group_fits(network, g)
                        : g->count != 1 || !layer_fits(network->header, &network->layers[g->first]) ||
                              !numbers_fit(&network->layers[g->first], network->file, 1, 0)) {
            return false;
        }
    }
    return next == layers;
}

enum network_status network_validate(const struct network *network, uint32_t room_bytes, uint32_t arena_room_bytes)
{
    const struct network_header *h = network->header;
    const uint64_t table_bytes = (uint64_t)h->layer_count * sizeof(struct network_layer);
    if (h->total_bytes > room_bytes || (h->layers_offset & 3) != 0 ||
        !inside(h->layers_offset, table_bytes, h->total_bytes) ||
        !inside(h->golden_offset, h->output_length, h->total_bytes)) {
        return NETWORK_BAD_SIZE;
    }
    const struct network_plan *plan = network->plan;
    if (plan &&
        ((h->plan_offset & 3) != 0 || !inside(h->plan_offset, sizeof *plan, h->total_bytes) ||
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
        input_bytes_of(h) > NETWORK_MAX_INPUT_BYTES ||
        (!network_streams(network) && !inside(h->input_offset, input_bytes_of(h), h->arena_bytes)) ||
        !inside(h->output_offset, h->output_length, h->arena_bytes)) {
        return NETWORK_BAD_LAYER;
    }
    for (uint32_t i = 0; i < h->layer_count; i++) {
        const struct network_layer *l = &network->layers[i];
        if (!shapes_fit(l) || !tables_fit(h, l) ||
            (!plan && (!layer_fits(h, l) || !numbers_fit(l, network->file, 1, 0)))) {
            return NETWORK_BAD_LAYER;
        }
    }
    return !plan || plan_fits(network) ? NETWORK_OK : NETWORK_BAD_LAYER;
}
