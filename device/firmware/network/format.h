/* Generated from device/network/format.py by `python -m device.network.format`: do not edit. */
#ifndef NETWORK_FORMAT_H
#define NETWORK_FORMAT_H

#include <assert.h>
#include <stdint.h>

#define NETWORK_MAGIC "FNET"
#define NETWORK_FORMAT 3u
#define NETWORK_MAX_LAYERS 128u
#define NETWORK_MAX_INPUT_BYTES 262144u
#define NETWORK_FAST 64u
#define NETWORK_STEM_INPUTS 28u

enum network_layer_kind {
    NETWORK_LAYER_KIND_CONV = 1,
    NETWORK_LAYER_KIND_POINTWISE = 2,
    NETWORK_LAYER_KIND_DEPTHWISE = 3,
    NETWORK_LAYER_KIND_ADD = 4,
    NETWORK_LAYER_KIND_MEAN = 5,
};

enum network_layer_flag {
    NETWORK_LAYER_FLAG_RELU = 1,
    NETWORK_LAYER_FLAG_AVERAGE = 2,
    NETWORK_LAYER_FLAG_QUADS = 4,
};

struct network_header {
    char magic[4];
    uint16_t version;
    uint16_t layer_count;
    uint32_t total_bytes;
    char hash[16];
    uint16_t input_height;
    uint16_t input_width;
    uint16_t input_channels;
    uint16_t output_length;
    float input_scale;
    int32_t input_zero_point;
    float output_scale;
    int32_t output_zero_point;
    uint32_t arena_bytes;
    uint32_t input_offset;
    uint32_t output_offset;
    uint32_t layers_offset;
    uint32_t golden_seed;
    uint32_t golden_offset;
    char name[16];
    uint32_t plan_offset;
};
static_assert(sizeof(struct network_header) == 96, "network_header");

struct network_layer {
    char name[16];
    uint16_t kind;
    uint16_t flags;
    uint16_t in_height;
    uint16_t in_width;
    uint16_t in_channels;
    uint16_t out_height;
    uint16_t out_width;
    uint16_t out_channels;
    uint8_t kernel_height;
    uint8_t kernel_width;
    uint8_t stride_height;
    uint8_t stride_width;
    uint8_t pad_top;
    uint8_t pad_left;
    uint16_t reserved;
    int32_t in_zp;
    int32_t in2_zp;
    int32_t out_zp;
    int32_t clamp_min;
    int32_t clamp_max;
    uint32_t in_offset;
    uint32_t in2_offset;
    uint32_t out_offset;
    uint32_t weights_offset;
    uint32_t bias_offset;
    uint32_t multiplier_offset;
    uint32_t shift_offset;
    int32_t left_shift;
    uint32_t macs;
    uint16_t source;
    uint16_t source2;
    char reserved2[12];
};
static_assert(sizeof(struct network_layer) == 112, "network_layer");

struct network_plan {
    uint32_t group_count;
    uint32_t work_bytes;
    char reserved[8];
};
static_assert(sizeof(struct network_plan) == 16, "network_plan");

struct network_group {
    uint16_t first;
    uint16_t count;
    uint16_t rows;
    uint16_t reserved;
    uint32_t scratch_offset;
    uint32_t scratch_bytes;
};
static_assert(sizeof(struct network_group) == 16, "network_group");

#endif
