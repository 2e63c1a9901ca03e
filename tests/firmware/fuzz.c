/* Throws damaged input at the portable firmware, built with AddressSanitizer and UBSan:
 *     fuzz server SEED ROUNDS             streams of good, odd and damaged frames, noise, and headers that lie about
 *                                         their length; every answer must be a sound frame
 *     fuzz network SEED ROUNDS FILE       a network.bin with bytes changed: refused, or run within its file and
 *                                         arena
 *     fuzz crop SEED ROUNDS FILE          coded crops, each behind its width, height and length (uint16), with bytes
 *                                         changed, cut, added or made up: decoded or refused, within its memory, in
 *                                         as many steps as there are pieces */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/server.h"
#include "app/session.h"
#include "board.h"
#include "link/crc32.h"
#include "link/crop_code.h"
#include "link/frame.h"
#include "network/network.h"

static const struct board_id id = {
    .name = "fuzz", .clock_hz = 1000000, .max_baud = 3375000, .rate_clock_hz = 54000000, .max_divider = 65535};
static uint64_t state;
static uint8_t input[1 << 16];
static bool silent;
static uint32_t input_bytes, input_at, now_cycles, answers;
static uint8_t answer_buffer[FRAME_BUFFER_BYTES];
static struct frame_parser answer_parser;

static uint32_t rnd(uint32_t below)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

void board_init(uint32_t baud)
{
    (void)baud;
}

void board_peek(uint32_t at, uint8_t *to, uint32_t n)
{
    if (at + n > input_bytes - input_at) {
        abort();
    }
    memcpy(to, input + input_at + at, n);
}

uint32_t board_read(uint8_t *to, uint32_t n)
{
    const uint32_t left = silent ? 0 : input_bytes - input_at;
    if (!to) {
        input_at += n < left ? n : left;
        return left - (n < left ? n : left);
    }
    uint32_t taken = rnd(64) + 1;
    taken = taken < n ? taken : n;
    taken = taken < left ? taken : left;
    memcpy(to, input + input_at, taken);
    input_at += taken;
    return taken;
}

void board_write(const uint8_t *bytes, uint32_t n)
{
    while (n > 0) {
        uint8_t *at;
        const uint32_t room = frame_parser_room(&answer_parser, &at);
        const uint32_t taken = room < n ? room : n;
        memcpy(at, bytes, taken);
        frame_parser_added(&answer_parser, taken);
        bytes += taken;
        n -= taken;
        struct frame frame;
        while (frame_parser_next(&answer_parser, &frame) == FRAME_GOOD) {
            answers++;
            if (!(frame.header.type & WIRE_REPLY_FLAG)) {
                abort();
            }
        }
    }
    if (frame_parser_busy(&answer_parser) || answer_parser.skipped_bytes > 0) {
        abort(); /* an answer that is no sound frame */
    }
}

void board_count(struct board_count *count)
{
    now_cycles += rnd(40000);
    *count = (struct board_count){.cycles = now_cycles};
}

const struct board_id *board_id(void)
{
    return &id;
}

void board_control(enum board_action action)
{
    (void)action;
}

uint32_t stack_used_bytes(void)
{
    return 0;
}

static void put_frame(void)
{
    static const uint8_t lengths[] = {0, 0, 0, 8, 4, 1, 20, 200};
    uint8_t *frame = input + input_bytes;
    const uint32_t length = rnd(40) == 0 ? rnd(3000) : lengths[rnd(sizeof lengths)];
    for (uint32_t i = 0; i < length; i++) {
        frame[WIRE_HEADER_BYTES + i] = (uint8_t)(rnd(3) == 0 ? 0 : rnd(2) ? rnd(256) : (i % 2 ? 0xce : 0xfa));
    }
    uint32_t bytes = frame_seal(frame, (uint8_t)rnd(12), (uint16_t)rnd(50), 0, length);
    for (uint32_t i = rnd(4) == 0 ? rnd(4) : 0; i > 0; i--) {
        frame[rnd(bytes)] ^= (uint8_t)(1u << rnd(8));
    }
    if (rnd(8) == 0) { /* lost bytes */
        const uint32_t from = rnd(bytes), cut = rnd(bytes - from) + 1;
        memmove(frame + from, frame + from + cut, bytes - from - cut);
        bytes -= cut;
    } else if (rnd(8) == 0) { /* repeated bytes */
        const uint32_t from = rnd(bytes), again = rnd(bytes - from) + 1;
        memmove(frame + from + again, frame + from, bytes - from);
        bytes += again;
    }
    input_bytes += bytes;
}

/* A header with a good checksum and any length: the parser has to believe it. */
static void put_liar(void)
{
    const uint32_t lengths[] = {rnd(4000), WIRE_MAX_PAYLOAD_BYTES, WIRE_MAX_PAYLOAD_BYTES + 1, UINT32_MAX,
                                UINT32_MAX - 19};
    struct wire_header header = {.magic = WIRE_MAGIC, .version = (uint8_t)rnd(3), .type = (uint8_t)rnd(256)};
    header.length = lengths[rnd(sizeof lengths / sizeof lengths[0])];
    memcpy(input + input_bytes, &header, sizeof header);
    header.header_crc = crc32_add(0, input + input_bytes, WIRE_HEADER_CRC_OFFSET);
    memcpy(input + input_bytes, &header, sizeof header);
    input_bytes += sizeof header;
}

/* Any bytes, half of them the magic's. */
static void put_noise(void)
{
    for (uint32_t i = rnd(60); i > 0; i--) {
        input[input_bytes++] = (uint8_t)(rnd(2) ? rnd(256) : rnd(2) ? WIRE_MAGIC & 255 : WIRE_MAGIC >> 8);
    }
}

static void fuzz_server(uint32_t rounds)
{
    struct session *session = malloc(sizeof *session);
    uint8_t *arena = malloc(FRAME_BUFFER_BYTES);
    session_init(session, arena, FRAME_BUFFER_BYTES, NULL, 0);
    frame_parser_init(&answer_parser, answer_buffer);
    for (uint32_t i = 0; i < rounds; i++) {
        input_bytes = input_at = 0;
        for (uint32_t frames = rnd(6) + 1; frames > 0; frames--) {
            put_frame();
            if (rnd(8) == 0) {
                put_noise();
            }
            if (rnd(50) == 0) {
                put_liar();
            }
        }
        while (input_at < input_bytes) {
            silent = rnd(100) == 0;
            now_cycles += silent ? SESSION_FRAME_TIMEOUT_MS * 1000 : 0;
            server_poll(session);
        }
    }
    printf("%u answers, %u frames, %u timeouts\n", answers, session->parser.frames, session->parser.timeouts);
    free(arena);
    free(session);
}

static void nothing(void *context, uint32_t index)
{
    (void)context;
    (void)index;
}

static void fuzz_network(uint32_t rounds, const char *path)
{
    FILE *stream = fopen(path, "rb");
    static uint8_t original[1 << 23];
    const size_t bytes = stream ? fread(original, 1, sizeof original, stream) : 0;
    if (bytes == 0) {
        exit(2);
    }
    fclose(stream);
    const struct network_header *h = (const void *)original;
    const uint32_t records = (uint32_t)(h->layers_offset + h->layer_count * sizeof(struct network_layer)) + 16u * 24u;
    uint32_t opened = 0;
    for (uint32_t i = 0; i < rounds; i++) {
        uint8_t *file = malloc(bytes);
        uint8_t *arena = malloc(h->arena_bytes);
        memcpy(file, original, bytes);
        memset(arena, 0, h->arena_bytes);
        for (uint32_t n = rnd(3) + 1; n > 0; n--) {
            file[rnd(4) == 0 ? rnd((uint32_t)bytes) : rnd(records)] = (uint8_t)(rnd(2) ? rnd(256) : rnd(4) - 2u);
        }
        struct network network;
        const struct kernel_set *set = rnd(2) ? &kernels_m7 : &kernels_ref;
        if (network_open(&network, file, (uint32_t)bytes, arena, h->arena_bytes, set) == NETWORK_OK) {
            opened++;
            struct network_golden golden;
            const struct network_source source = network_golden_source(&network, &golden);
            (void)network_run(&network, &source, nothing, NULL, false);
        }
        free(arena);
        free(file);
    }
    printf("%u of %u opened\n", opened, rounds);
}

/* One of the crops of the file, changed: its bytes in `stream`, how many are returned. */
static uint32_t put_stream(const uint8_t *crops, uint32_t crops_bytes, uint8_t *stream, uint32_t room, uint16_t head[3])
{
    uint32_t at = 0;
    for (uint32_t skip = rnd(64); skip > 0; skip--) {
        memcpy(head, crops + at, 6);
        at += 6u + head[2];
        at = at < crops_bytes ? at : 0;
    }
    memcpy(head, crops + at, 6);
    uint32_t bytes = head[2];
    memcpy(stream, crops + at + 6, bytes);
    for (uint32_t i = rnd(4); i > 0; i--) {
        stream[rnd(bytes)] ^= (uint8_t)(1u << rnd(8));
    }
    if (rnd(4) == 0) { /* made up from somewhere on: any bytes, or long runs of ones and zeros */
        const uint32_t kind = rnd(3);
        for (uint32_t i = rnd(bytes); i < bytes; i++) {
            stream[i] = (uint8_t)(kind == 0 ? rnd(256) : kind == 1 ? 0 : rnd(2) * 255);
        }
    }
    if (rnd(4) == 0) {
        bytes = rnd(bytes + 1);
    } else if (rnd(4) == 0) {
        for (uint32_t more = rnd(20); more > 0 && bytes < room; more--) {
            stream[bytes++] = (uint8_t)(rnd(2) ? rnd(256) : 0);
        }
    }
    if (rnd(8) == 0) { /* another shape than was coded */
        head[0] = (uint16_t)(rnd(2) ? rnd(CROP_CODE_MAX_WIDTH + 2) : rnd(9));
        head[1] = (uint16_t)rnd(9);
    }
    return bytes;
}

static void fuzz_crop(uint32_t rounds, const char *path)
{
    static uint8_t crops[1 << 16], stream[1 << 12];
    FILE *file = fopen(path, "rb");
    const uint32_t crops_bytes = file ? (uint32_t)fread(crops, 1, sizeof crops, file) : 0;
    if (crops_bytes == 0) {
        exit(2);
    }
    fclose(file);
    uint32_t complete = 0;
    struct crop_code *code = malloc(sizeof *code);
    for (uint32_t i = 0; i < rounds; i++) {
        uint16_t head[3];
        const uint32_t bytes = put_stream(crops, crops_bytes, stream, sizeof stream, head);
        if (!crop_code_begin(code, head[0], head[1], bytes)) {
            continue;
        }
        uint8_t *row = malloc(3u * head[0]);
        uint32_t fed = 0, rows = 0, steps = 0;
        enum crop_code_status status = CROP_CODE_ROW;
        while (status == CROP_CODE_ROW || status == CROP_CODE_NEEDS_MORE) {
            status = crop_code_row(code, row);
            if (status == CROP_CODE_NEEDS_MORE) {
                uint8_t *at;
                const uint32_t room = crop_code_room(code, &at);
                const uint32_t n = room > 1 && rnd(2) ? rnd(room) + 1 : room;
                if (n == 0 || n > bytes - fed) {
                    abort(); /* wants what there is not */
                }
                memcpy(at, stream + fed, n);
                crop_code_added(code, n);
                fed += n;
            } else {
                rows++;
            }
            if (++steps > bytes + head[1] + 1u) {
                abort(); /* does not end */
            }
        }
        if (status == CROP_CODE_COMPLETE && (rows != head[1] || fed != bytes)) {
            abort();
        }
        complete += status == CROP_CODE_COMPLETE;
        free(row);
    }
    free(code);
    printf("%u of %u decoded\n", complete, rounds);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        return 2;
    }
    state = strtoull(argv[2], NULL, 10);
    const uint32_t rounds = (uint32_t)strtoul(argv[3], NULL, 10);
    if (strcmp(argv[1], "server") == 0) {
        fuzz_server(rounds);
    } else if (strcmp(argv[1], "crop") == 0) {
        fuzz_crop(rounds, argv[4]);
    } else {
        fuzz_network(rounds, argv[4]);
    }
    return 0;
}
