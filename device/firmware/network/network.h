/* network.bin: the network as data. The layout is device/network/format.py's; all numbers are little-endian. */
#ifndef NETWORK_NETWORK_H
#define NETWORK_NETWORK_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "block/block.h"
#include "kernels/kernels.h"

#define NETWORK_FORMAT 3u
#define NETWORK_MAX_LAYERS 128u

struct network_header {
    char magic[4]; /* "FNET" */
    uint16_t format;
    uint16_t layer_count;
    uint32_t total_bytes;
    uint8_t hash[16];
    uint16_t input_h, input_w, input_c;
    uint16_t output_length;
    float input_scale;
    int32_t input_zp;
    float output_scale;
    int32_t output_zp;
    uint32_t arena_bytes;
    uint32_t input_offset, output_offset; /* in the arena */
    uint32_t layers_offset; /* in the file, as the rest */
    uint32_t golden_seed;
    uint32_t golden_offset;
    char name[16];
    uint32_t plan_offset; /* in the file; 0: every layer is a group of its own */
};
static_assert(sizeof(struct network_header) == 96, "network_header");

struct network_layer {
    char name[16];
    uint16_t kind; /* wire_layer_kind */
    uint16_t flags;
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint8_t kernel_h, kernel_w;
    uint8_t stride_h, stride_w;
    uint8_t pad_top, pad_left;
    uint16_t reserved;
    int32_t in_zp, in2_zp, out_zp;
    int32_t clamp_min, clamp_max;
    uint32_t in_offset, in2_offset, out_offset; /* in the arena */
    uint32_t weights_offset, bias_offset, multiplier_offset, shift_offset; /* in the file */
    int32_t left_shift;
    uint32_t macs;
    uint16_t source, source2; /* what the inputs are: 0 the crop, else the number of a layer from 1 */
    uint32_t reserved2[3];
};
static_assert(sizeof(struct network_layer) == 112, "network_layer");

enum network_flag {
    NETWORK_RELU = 1,
    NETWORK_AVERAGE = 2,
    NETWORK_BLOCKS = 4, /* weights in block order, for block/block.h */
};

/* What is run in one go. */
struct network_group {
    uint16_t first, count; /* layers */
    uint16_t rows; /* of a strip; 0: one layer, by the kernel set */
    uint16_t reserved;
    uint32_t scratch_offset, scratch_bytes; /* in the arena */
};
static_assert(sizeof(struct network_group) == 16, "network_group");

struct network_plan {
    uint32_t group_count;
    uint32_t work_bytes; /* of the kernels' own work memory, beside the arena */
    uint32_t reserved[2];
    struct network_group groups[];
};
static_assert(sizeof(struct network_plan) == 16, "network_plan");

enum network_status {
    NETWORK_OK,
    NETWORK_NO_FILE, /* no magic, or another format */
    NETWORK_BAD_SIZE, /* the file does not fit its place, or a table reaches out of it */
    NETWORK_BAD_LAYER, /* a shape, an offset or a number that no kernel takes */
    NETWORK_NO_ROOM, /* the arena is too small */
};

struct network {
    const struct network_header *header;
    const struct network_layer *layers;
    const struct network_plan *plan; /* NULL: layer by layer */
    const uint8_t *file;
    uint8_t *arena;
    const struct kernel_set *kernels;
};

/* From here on, layer `index` is being computed; layer_count: none any more. */
typedef void network_step(void *context, uint32_t index);

/* Checks everything the kernels rely on, so that no file makes them leave file or arena. On failure header is NULL. */
enum network_status network_open(struct network *network, const uint8_t *file, uint32_t room_bytes, uint8_t *arena,
                                 uint32_t arena_room_bytes, const struct kernel_set *kernels);

uint32_t network_input_bytes(const struct network *network);

/* Activation memory in all: arena and work memory. */
uint32_t network_memory_bytes(const struct network *network);

/* Where a crop comes from: network_input_bytes of it (uint8, height x width x channels), in order. */
struct network_source {
    fused_rows *next;
    bool (*end)(void *context); /* called once, when every byte was taken and before anything is lost that holds them; NULL: none */
    void *context;
};

/* True where the crop is never whole in the arena: the first group takes it a few rows at a time. */
bool network_streams(const struct network *network);

/* The golden picture. */
struct network_golden {
    uint32_t state;
};
struct network_source network_golden_source(const struct network *network, struct network_golden *golden);

/* Takes the whole crop into the arena, where the first layer reads it. */
bool network_load(const struct network *network, const struct network_source *source);

/* The golden picture's fingerprint, output_length numbers. */
const int8_t *network_golden_output(const struct network *network);

/* Layers outside of fused groups only. */
void network_run_layer(const struct network *network, uint32_t index);

/* From the crop to the output; false, and no output, where the source gave up. `detailed`: step is told of every change of layer inside fused groups too, often; else only of the groups' first layers. */
bool network_run(const struct network *network, const struct network_source *source, network_step *step, void *context,
                 bool detailed);

/* A layer of a file as the kernels take it. */
struct kernel_layer network_kernel_layer(const struct network *network, uint32_t index);

struct fused_group network_fused_group(const struct network *network, const struct network_group *group);

/* Everything about the file and its numbers that the kernels rely on: network/validate.c. */
enum network_status network_check(const struct network *network, uint32_t room_bytes, uint32_t arena_room_bytes);

/* output_length numbers in the arena; they stand until something else is put there. */
const int8_t *network_output(const struct network *network);

#endif
