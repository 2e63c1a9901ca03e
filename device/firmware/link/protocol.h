/* Generated from device/link/protocol.py by `python -m device.link.protocol`: do not edit. */
#ifndef LINK_PROTOCOL_H
#define LINK_PROTOCOL_H

#include <assert.h>
#include <stdint.h>

#define WIRE_PROTOCOL_VERSION 1u
#define WIRE_MAGIC 52986u
#define WIRE_MAGIC_BYTES 2u
#define WIRE_HEADER_BYTES 16u
#define WIRE_HEADER_CRC_OFFSET 12u
#define WIRE_FRAME_CRC_BYTES 4u
#define WIRE_MAX_PAYLOAD_BYTES 262144u
#define WIRE_START_BAUD 115200u
#define WIRE_FAST_BAUD 2000000u
#define WIRE_BAUD_CONFIRM_MS 1000u
#define WIRE_DOOR_MAX_OPEN_MS 60000u
#define WIRE_IN_FLIGHT 2u
#define WIRE_NETWORK_HASH_BYTES 16u
#define WIRE_UNIQUE_ID_BYTES 12u
#define WIRE_NAME_BYTES 16u
#define WIRE_REPLY_FLAG 128u

enum wire_type {
    WIRE_TYPE_HELLO = 1,
    WIRE_TYPE_INFER = 2,
    WIRE_TYPE_PROFILE = 3,
    WIRE_TYPE_SELFTEST = 4,
    WIRE_TYPE_DOOR = 5,
    WIRE_TYPE_STATS = 6,
    WIRE_TYPE_BAUD = 7,
    WIRE_TYPE_RESET = 8,
    WIRE_TYPE_INFER_FLIP = 9,
    WIRE_TYPE_INFER_CODED = 10,
    WIRE_TYPE_INFER_CODED_FLIP = 11,
};

enum wire_status {
    WIRE_STATUS_OK = 0,
    WIRE_STATUS_UNKNOWN_TYPE = 1,
    WIRE_STATUS_BAD_VERSION = 2,
    WIRE_STATUS_BAD_LENGTH = 3,
    WIRE_STATUS_BAD_VALUE = 4,
    WIRE_STATUS_BAD_CRC = 5,
    WIRE_STATUS_TOO_LARGE = 6,
    WIRE_STATUS_NO_NETWORK = 7,
    WIRE_STATUS_SELFTEST_FAILED = 8,
};

enum wire_capability {
    WIRE_CAPABILITY_INFER = 1,
    WIRE_CAPABILITY_PROFILE = 2,
    WIRE_CAPABILITY_DOOR = 4,
    WIRE_CAPABILITY_BAUD = 8,
    WIRE_CAPABILITY_OVERLAP = 16,
    WIRE_CAPABILITY_CYCLES = 32,
    WIRE_CAPABILITY_INSTRUCTIONS = 64,
    WIRE_CAPABILITY_FLIP = 128,
    WIRE_CAPABILITY_CODED = 256,
};

enum wire_door_action {
    WIRE_DOOR_ACTION_STATE = 0,
    WIRE_DOOR_ACTION_OPEN = 1,
    WIRE_DOOR_ACTION_CLOSE = 2,
};

enum wire_door_state {
    WIRE_DOOR_STATE_LOCKED = 0,
    WIRE_DOOR_STATE_OPEN = 1,
};

enum wire_layer_kind {
    WIRE_LAYER_KIND_CONV = 1,
    WIRE_LAYER_KIND_POINTWISE = 2,
    WIRE_LAYER_KIND_DEPTHWISE = 3,
    WIRE_LAYER_KIND_ADD = 4,
    WIRE_LAYER_KIND_MEAN = 5,
};

struct __attribute__((packed)) wire_header {
    uint16_t magic;
    uint8_t version;
    uint8_t type;
    uint16_t sequence;
    uint16_t status;
    uint32_t length;
    uint32_t header_crc;
};
static_assert(sizeof(struct wire_header) == 16, "wire_header");

struct __attribute__((packed)) wire_hello_reply {
    uint16_t protocol_version;
    uint16_t input_height;
    uint16_t input_width;
    uint16_t input_channels;
    uint16_t fingerprint_length;
    uint16_t layer_count;
    uint32_t capabilities;
    uint32_t clock_hz;
    uint32_t max_baud;
    uint32_t arena_bytes;
    uint32_t flash_bytes;
    uint32_t network_bytes;
    int32_t zero_point;
    float scale;
    uint32_t fault_status;
    uint32_t fault_address;
    char board[16];
    char firmware[16];
    char unique_id[12];
    char network_hash[16];
};
static_assert(sizeof(struct wire_hello_reply) == 112, "wire_hello_reply");

struct __attribute__((packed)) wire_infer_reply {
    uint32_t receive_cycles;
    uint32_t network_cycles;
    uint32_t total_cycles;
    uint32_t network_instructions;
};
static_assert(sizeof(struct wire_infer_reply) == 16, "wire_infer_reply");

struct __attribute__((packed)) wire_profile_reply {
    uint32_t network_cycles;
    uint32_t network_instructions;
    uint16_t layer_count;
    uint16_t reserved;
};
static_assert(sizeof(struct wire_profile_reply) == 12, "wire_profile_reply");

struct __attribute__((packed)) wire_layer_profile {
    char name[16];
    uint16_t kind;
    uint16_t out_height;
    uint16_t out_width;
    uint16_t out_channels;
    uint32_t macs;
    uint32_t cycles;
    uint32_t instructions;
};
static_assert(sizeof(struct wire_layer_profile) == 36, "wire_layer_profile");

struct __attribute__((packed)) wire_selftest_reply {
    uint32_t mismatches;
    uint32_t length;
    uint32_t network_cycles;
    uint32_t network_instructions;
};
static_assert(sizeof(struct wire_selftest_reply) == 16, "wire_selftest_reply");

struct __attribute__((packed)) wire_door_request {
    uint32_t action;
    uint32_t open_ms;
};
static_assert(sizeof(struct wire_door_request) == 8, "wire_door_request");

struct __attribute__((packed)) wire_door_reply {
    uint32_t state;
    uint32_t remaining_ms;
};
static_assert(sizeof(struct wire_door_reply) == 8, "wire_door_reply");

struct __attribute__((packed)) wire_stats_reply {
    uint32_t frames;
    uint32_t header_errors;
    uint32_t frame_crc_errors;
    uint32_t overruns;
    uint32_t skipped_bytes;
    uint32_t repeated_frames;
    uint32_t refused_frames;
    uint32_t timeouts;
    uint32_t uptime_ms;
    uint32_t stack_bytes;
    uint32_t arena_bytes;
    uint32_t ring_bytes;
};
static_assert(sizeof(struct wire_stats_reply) == 48, "wire_stats_reply");

struct __attribute__((packed)) wire_baud_request {
    uint32_t baud;
};
static_assert(sizeof(struct wire_baud_request) == 4, "wire_baud_request");

#endif
