#include "app/commands.h"

#include <stddef.h>

#include "app/inference.h"
#include "app/version.h"
#include "board.h"
#include "libc/mem.h"

static uint32_t capabilities(const struct session *session)
{
    const struct board_id *id = board_id();
    uint32_t bits = WIRE_CAPABILITY_DOOR;
    bits |= id->max_baud > 0 ? WIRE_CAPABILITY_BAUD : 0u;
    bits |= id->counts_cycles ? WIRE_CAPABILITY_CYCLES : 0u;
    bits |= id->counts_instructions ? WIRE_CAPABILITY_INSTRUCTIONS : 0u;
    if (session->has_network) {
        const uint32_t frame_bytes = network_input_bytes(&session->network) + FRAME_OVERHEAD_BYTES;
        bits |= WIRE_CAPABILITY_INFER | WIRE_CAPABILITY_PROFILE;
        if (id->receives_meanwhile && (id->ring_bytes == 0 || frame_bytes <= id->ring_bytes)) {
            bits |= WIRE_CAPABILITY_OVERLAP;
        }
        bits |= session_flips(session) ? WIRE_CAPABILITY_FLIP : 0u;
        bits |= session_decodes(session) ? WIRE_CAPABILITY_CODED : 0u;
    }
    return bits;
}

static void hello(struct session *session, const struct frame *frame, struct reply *reply)
{
    (void)frame;
    const struct board_id *id = board_id();
    struct wire_hello_reply hello = {
        .protocol_version = WIRE_PROTOCOL_VERSION,
        .capabilities = capabilities(session),
        .clock_hz = id->clock_hz,
        .max_baud = id->max_baud,
        .flash_bytes = id->code_bytes,
        .fault_status = id->fault_status,
        .fault_address = id->fault_address,
        .firmware = FIRMWARE_VERSION,
    };
    memcpy(hello.board, id->name, sizeof hello.board);
    memcpy(hello.unique_id, id->unique_id, sizeof hello.unique_id);
    if (session->has_network) {
        const struct network_header *h = session->network.header;
        hello.input_height = h->input_height;
        hello.input_width = h->input_width;
        hello.input_channels = h->input_channels;
        hello.fingerprint_length = h->output_length;
        hello.layer_count = h->layer_count;
        hello.arena_bytes = network_memory_bytes(&session->network);
        hello.network_bytes = h->total_bytes;
        hello.flash_bytes += h->total_bytes;
        hello.zero_point = h->output_zero_point;
        hello.scale = h->output_scale;
        memcpy(hello.network_hash, h->hash, sizeof hello.network_hash);
    }
    memcpy(reply->payload, &hello, sizeof hello);
    reply->length = sizeof hello;
}

/* Decodes a crop of so many bytes at `to`. */
static bool decode(struct crop_code *code, const struct network_header *h, const uint8_t *coded, uint32_t bytes,
                   uint8_t *to)
{
    enum crop_code_status status = CROP_CODE_ROW;
    if (!crop_code_begin(code, h->input_width, h->input_height, bytes)) {
        return false;
    }
    while (status == CROP_CODE_ROW || status == CROP_CODE_NEEDS_MORE) {
        status = crop_code_row(code, to);
        if (status == CROP_CODE_ROW) {
            to += 3u * h->input_width;
        } else if (status == CROP_CODE_NEEDS_MORE) {
            uint8_t *at;
            const uint32_t room = crop_code_room(code, &at);
            memcpy(at, coded, room);
            crop_code_added(code, room);
            coded += room;
        }
    }
    return status == CROP_CODE_COMPLETE;
}

/* A crop that is there whole, where the parser has put it: in the arena. A network that takes rows one by one works
 * there, so it goes behind first; a coded one goes behind that, and is decoded from there. */
static void infer_frame(struct session *session, const struct frame *frame, struct reply *reply)
{
    const struct wire_header header = frame->header;
    struct memory memory = {.at = frame->payload};
    if (network_streams(&session->network)) {
        const bool coded = infer_is_coded(header.type);
        uint8_t *behind = session_behind_network(session);
        uint8_t *at = coded ? behind + network_input_bytes(&session->network) : behind;
        memmove(at, frame->payload, header.length);
        if (coded && !decode(&session->code, session->network.header, at, header.length, behind)) {
            reply->status = WIRE_STATUS_BAD_VALUE;
            return;
        }
        memory.at = behind;
    }
    const struct crop crop = {
        .source = memory_source(&memory),
        .whole = infer_is_flipped(header.type) ? memory.at : NULL,
    };
    (void)infer(session, &crop, reply);
}

static void profile(struct session *session, const struct frame *frame, struct reply *reply)
{
    (void)frame;
    const struct network *network = &session->network;
    const uint32_t layers = network->header->layer_count;
    struct wire_layer_profile *profiles = (void *)(reply->payload + sizeof(struct wire_profile_reply));
    for (uint32_t i = 0; i < layers; i++) {
        const struct network_layer *l = &network->layers[i];
        struct wire_layer_profile p = {
            .kind = l->kind,
            .out_height = l->out_height,
            .out_width = l->out_width,
            .out_channels = l->out_channels,
            .macs = l->macs,
        };
        memcpy(p.name, l->name, sizeof p.name);
        profiles[i] = p;
    }
    const struct outcome outcome = infer_golden(session, profiles);
    const struct wire_profile_reply head = {
        .network_cycles = outcome.cycles,
        .network_instructions = outcome.instructions,
        .layer_count = (uint16_t)layers,
    };
    memcpy(reply->payload, &head, sizeof head);
    reply->length = (uint32_t)(sizeof head + layers * sizeof *profiles);
}

static void selftest(struct session *session, const struct frame *frame, struct reply *reply)
{
    (void)frame;
    const struct network *network = &session->network;
    const struct outcome outcome = infer_golden(session, NULL);
    struct wire_selftest_reply result = {
        .length = network->header->output_length,
        .network_cycles = outcome.cycles,
        .network_instructions = outcome.instructions,
    };
    const int8_t *golden = network_golden_output(network);
    const int8_t *output = network_output(network);
    for (uint32_t i = 0; i < result.length; i++) {
        result.mismatches += golden[i] != output[i] ? 1u : 0u;
    }
    reply->status = result.mismatches == 0 ? WIRE_STATUS_OK : WIRE_STATUS_SELFTEST_FAILED;
    memcpy(reply->payload, &result, sizeof result);
    reply->length = sizeof result;
}

static void door(struct session *session, const struct frame *frame, struct reply *reply)
{
    struct wire_door_request request;
    memcpy(&request, frame->payload, sizeof request);
    bool good = true;
    if (request.action == WIRE_DOOR_ACTION_OPEN) {
        good = door_open(&session->door, session->clock.now_ms, request.open_ms);
    } else if (request.action == WIRE_DOOR_ACTION_CLOSE) {
        door_lock(&session->door);
    } else {
        good = request.action == WIRE_DOOR_ACTION_STATE;
    }
    if (!good) {
        reply->status = WIRE_STATUS_BAD_VALUE;
        return;
    }
    const struct wire_door_reply state = {
        .state = session->door.open ? WIRE_DOOR_STATE_OPEN : WIRE_DOOR_STATE_LOCKED,
        .remaining_ms = door_remaining_ms(&session->door, session->clock.now_ms),
    };
    memcpy(reply->payload, &state, sizeof state);
    reply->length = sizeof state;
}

static void stats(struct session *session, const struct frame *frame, struct reply *reply)
{
    (void)frame;
    struct board_count count;
    board_count(&count);
    const struct wire_stats_reply numbers = {
        .frames = session->parser.frames,
        .header_errors = session->parser.header_errors,
        .frame_crc_errors = session->parser.frame_crc_errors,
        .overruns = count.overruns,
        .skipped_bytes = session->parser.skipped_bytes,
        .repeated_frames = session->repeated_frames,
        .refused_frames = session->refused_frames,
        .timeouts = session->parser.timeouts,
        .uptime_ms = session->clock.now_ms,
        .stack_bytes = stack_used_bytes(),
        .arena_bytes = session_arena_used_bytes(session),
        .ring_bytes = session->ring_bytes,
    };
    memcpy(reply->payload, &numbers, sizeof numbers);
    reply->length = sizeof numbers;
}

/* A UART divides its clock by a whole number; a rate is within reach where that comes within 2 % of it. */
static bool reaches(const struct board_id *id, uint32_t baud)
{
    if (baud == 0 || baud > id->max_baud) {
        return false;
    }
    const uint32_t divider = (id->rate_clock_hz + baud / 2) / baud;
    const uint32_t real = id->rate_clock_hz / divider;
    const uint32_t off = real > baud ? real - baud : baud - real;
    return divider <= id->max_divider && off <= baud / 50;
}

/* The switch itself comes after the reply has left at the old rate. */
static void baud(struct session *session, const struct frame *frame, struct reply *reply)
{
    struct wire_baud_request request;
    memcpy(&request, frame->payload, sizeof request);
    const struct board_id *id = board_id();
    const bool has_rate = id->max_baud > 0;
    if (request.baud == 0 || (has_rate && !reaches(id, request.baud))) {
        reply->status = WIRE_STATUS_BAD_VALUE;
    } else if (has_rate) {
        session->wanted_baud = request.baud;
    }
}

static void reset(struct session *session, const struct frame *frame, struct reply *reply)
{
    (void)frame;
    (void)reply;
    session->wanted_reset = true;
}

enum {
    NEEDS_NETWORK = 1,
    TAKES_ARENA = 2,
    RUNS_AGAIN = 4,
    ANY_VERSION = 8,
    ONE_CROP = 16,
    FLIPS = 32,
    DECODES = 64,
};

struct command {
    uint8_t flags;
    uint8_t length; /* of the request's payload */
    void (*execute)(struct session *session, const struct frame *frame, struct reply *reply);
};

static const struct command commands[] = {
    [WIRE_TYPE_HELLO] = {RUNS_AGAIN | ANY_VERSION, 0, hello},
    [WIRE_TYPE_INFER] = {NEEDS_NETWORK | TAKES_ARENA | ONE_CROP, 0, infer_frame},
    [WIRE_TYPE_PROFILE] = {NEEDS_NETWORK | TAKES_ARENA, 0, profile},
    [WIRE_TYPE_SELFTEST] = {NEEDS_NETWORK | TAKES_ARENA, 0, selftest},
    [WIRE_TYPE_DOOR] = {0, sizeof(struct wire_door_request), door},
    [WIRE_TYPE_STATS] = {0, 0, stats},
    [WIRE_TYPE_BAUD] = {RUNS_AGAIN, sizeof(struct wire_baud_request), baud},
    [WIRE_TYPE_RESET] = {RUNS_AGAIN, 0, reset},
    [WIRE_TYPE_INFER_FLIP] = {NEEDS_NETWORK | TAKES_ARENA | ONE_CROP | FLIPS, 0, infer_frame},
    [WIRE_TYPE_INFER_CODED] = {NEEDS_NETWORK | TAKES_ARENA | DECODES, 0, infer_frame},
    [WIRE_TYPE_INFER_CODED_FLIP] = {NEEDS_NETWORK | TAKES_ARENA | DECODES | FLIPS, 0, infer_frame},
};

static const struct command *find(uint8_t type)
{
    const bool known = type < sizeof commands / sizeof commands[0] && commands[type].execute;
    return known ? &commands[type] : NULL;
}

bool command_runs_again(uint8_t type)
{
    const struct command *command = find(type);
    return command && (command->flags & RUNS_AGAIN) != 0;
}

static enum wire_status check(const struct session *session, const struct command *command,
                              const struct wire_header *header)
{
    if (header->version != WIRE_PROTOCOL_VERSION && !(command && (command->flags & ANY_VERSION))) {
        return WIRE_STATUS_BAD_VERSION;
    }
    if (!command) {
        return WIRE_STATUS_UNKNOWN_TYPE;
    }
    if ((command->flags & NEEDS_NETWORK) && !session->has_network) {
        return WIRE_STATUS_NO_NETWORK;
    }
    if (((command->flags & FLIPS) && !session_flips(session)) ||
        ((command->flags & DECODES) && !session_decodes(session))) {
        return WIRE_STATUS_UNKNOWN_TYPE;
    }
    if (command->flags & DECODES) {
        const bool fits = header->length > 0 && header->length < network_input_bytes(&session->network);
        return fits ? WIRE_STATUS_OK : WIRE_STATUS_BAD_LENGTH;
    }
    const uint32_t length = command->flags & ONE_CROP ? network_input_bytes(&session->network) : command->length;
    return header->length == length ? WIRE_STATUS_OK : WIRE_STATUS_BAD_LENGTH;
}

void command_execute(struct session *session, const struct frame *frame, struct reply *reply)
{
    const struct command *command = find(frame->header.type);
    reply->status = check(session, command, &frame->header);
    reply->length = 0;
    if (reply->status != WIRE_STATUS_OK) {
        return;
    }
    if (command->flags & TAKES_ARENA) {
        const uint32_t kept = frame_parser_take(&session->parser, session->carry, sizeof session->carry);
        command->execute(session, frame, reply);
        frame_parser_give(&session->parser, session->carry, kept);
    } else {
        command->execute(session, frame, reply);
    }
}
