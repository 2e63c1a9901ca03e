#include "network.h"

#include <stdbool.h>
#include <stddef.h>

#include "mem.h"
#include "protocol.h"

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

static bool tables_fit(const struct network_header *h, const struct network_layer *l)
{
    const uint64_t table_bytes = 4u * (uint64_t)table_entries(l);
    if (((l->multiplier_offset | l->shift_offset) & 3) != 0 || !inside(l->multiplier_offset, table_bytes, h->total_bytes) ||
        !inside(l->shift_offset, table_bytes, h->total_bytes)) {
        return false;
    }
    if (l->kind == WIRE_LAYER_KIND_ADD || l->kind == WIRE_LAYER_KIND_MEAN) {
        return true;
    }
    const uint32_t inputs = l->kind == WIRE_LAYER_KIND_DEPTHWISE ? 1 : l->in_c;
    const uint64_t weights = volume(l->kernel_h, l->kernel_w, l->out_c) * inputs;
    return ((l->bias_offset | l->weights_offset) & 3) == 0 && inside(l->bias_offset, table_bytes, h->total_bytes) &&
           inside(l->weights_offset, weights, h->total_bytes);
}

static bool numbers_fit(const struct network_layer *l, const uint8_t *file)
{
    const uint32_t entries = table_entries(l);
    const int32_t *multiplier = (const int32_t *)(const void *)(file + l->multiplier_offset);
    const int32_t *shift = (const int32_t *)(const void *)(file + l->shift_offset);
    for (uint32_t i = 0; i < entries; i++) {
        if (multiplier[i] < 0 || shift[i] < -31 || shift[i] > 30) {
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

static bool layer_fits(const struct network_header *h, const struct network_layer *l, const uint8_t *file)
{
    const uint64_t in_bytes = volume(l->in_h, l->in_w, l->in_c);
    return shapes_fit(l) && tables_fit(h, l) && numbers_fit(l, file) && (l->in_offset & 3) == 0 &&
           (l->in2_offset & 3) == 0 && (l->out_offset & 3) == 0 && inside(l->in_offset, in_bytes, h->arena_bytes) &&
           (l->kind != WIRE_LAYER_KIND_ADD || inside(l->in2_offset, in_bytes, h->arena_bytes)) &&
           inside(l->out_offset, volume(l->out_h, l->out_w, l->out_c), h->arena_bytes);
}

enum network_status network_open(struct network *network, const uint8_t *file, uint32_t room_bytes, uint8_t *arena,
                                 uint32_t arena_room_bytes, const struct kernel_set *kernels)
{
    *network = (struct network){.file = file, .arena = arena, .kernels = kernels};
    const struct network_header *h = (const void *)file;
    if (room_bytes < sizeof *h || memcmp(h->magic, "FNET", 4) != 0 || h->format != NETWORK_FORMAT) {
        return NETWORK_NO_FILE;
    }
    const uint64_t table_bytes = (uint64_t)h->layer_count * sizeof(struct network_layer);
    if (h->total_bytes > room_bytes || (h->layers_offset & 3) != 0 || !inside(h->layers_offset, table_bytes, h->total_bytes) ||
        !inside(h->golden_offset, h->output_length, h->total_bytes)) {
        return NETWORK_BAD_SIZE;
    }
    if (h->arena_bytes > arena_room_bytes) {
        return NETWORK_NO_ROOM;
    }
    if (h->layer_count == 0 || h->layer_count > NETWORK_MAX_LAYERS || h->output_length == 0 ||
        volume(h->input_h, h->input_w, h->input_c) > WIRE_MAX_PAYLOAD_BYTES ||
        !inside(h->input_offset, volume(h->input_h, h->input_w, h->input_c), h->arena_bytes) ||
        !inside(h->output_offset, h->output_length, h->arena_bytes)) {
        return NETWORK_BAD_LAYER;
    }
    const struct network_layer *layers = (const void *)(file + h->layers_offset);
    for (uint32_t i = 0; i < h->layer_count; i++) {
        if (!layer_fits(h, &layers[i], file)) {
            return NETWORK_BAD_LAYER;
        }
    }
    network->header = h;
    network->layers = layers;
    return NETWORK_OK;
}

uint32_t network_input_bytes(const struct network *network)
{
    const struct network_header *h = network->header;
    return (uint32_t)h->input_h * h->input_w * h->input_c;
}

/* uint8 to int8 is minus 128, which is the top bit turned over. */
void network_set_input(const struct network *network, const uint8_t *crop)
{
    uint8_t *input = network->arena + network->header->input_offset;
    const uint32_t n = network_input_bytes(network);
    memmove(input, crop, n);
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
}

void network_set_golden_input(const struct network *network)
{
    uint8_t *input = network->arena + network->header->input_offset;
    uint32_t x = network->header->golden_seed;
    for (uint32_t i = 0; i < network_input_bytes(network); i++) {
        x = x * 1664525u + 1013904223u;
        input[i] = (uint8_t)(x >> 24 ^ 0x80u);
    }
}

const int8_t *network_golden_output(const struct network *network)
{
    return (const int8_t *)(network->file + network->header->golden_offset);
}

void network_run_layer(const struct network *network, uint32_t index)
{
    const struct network_layer *l = &network->layers[index];
    const uint8_t *file = network->file;
    uint8_t *arena = network->arena;
    const struct kernel_layer layer = {
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
    const struct kernel_set *set = network->kernels;
    kernel *const run[] = {
        [WIRE_LAYER_KIND_CONV] = set->conv,
        [WIRE_LAYER_KIND_POINTWISE] = set->pointwise,
        [WIRE_LAYER_KIND_DEPTHWISE] = set->depthwise,
        [WIRE_LAYER_KIND_ADD] = set->add,
        [WIRE_LAYER_KIND_MEAN] = set->mean,
    };
    run[l->kind](&layer);
}

void network_run(const struct network *network, network_step *step, void *context)
{
    const uint32_t layers = network->header->layer_count;
    for (uint32_t i = 0; i < layers; i++) {
        step(context, i);
        network_run_layer(network, i);
    }
    step(context, layers);
}

const int8_t *network_output(const struct network *network)
{
    return (const int8_t *)(network->arena + network->header->output_offset);
}
