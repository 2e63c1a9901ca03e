#include "app/server.h"

#include <stddef.h>

#include "board.h"
#include "app/commands.h"
#include "libc/mem.h"
#include "app/stream.h"

#define ARENA_PAINT 0xa5u

void server_init(struct server *server, uint8_t *arena, uint32_t arena_room_bytes, const uint8_t *network,
                 uint32_t network_room_bytes)
{
    memset(server, 0, sizeof *server);
    server->arena = arena;
    server->arena_room_bytes = arena_room_bytes;
    memset(arena, ARENA_PAINT, arena_room_bytes);
    frame_parser_init(&server->parser, arena);
    server->has_network =
        network_open(&server->network, network, network_room_bytes, arena, arena_room_bytes, &KERNELS) == NETWORK_OK &&
        (!network_streams(&server->network) ||
         network_input_bytes(&server->network) <= arena_room_bytes - server->network.header->arena_bytes);
    struct board_count count;
    board_count(&count);
    server->clock.last_cycles = count.cycles;
    door_lock(&server->door);
}

uint32_t server_arena_used_bytes(const struct server *server)
{
    const uint32_t *words = (const void *)server->arena;
    uint32_t used = server->arena_room_bytes / sizeof *words;
    while (used > 0 && words[used - 1] == ARENA_PAINT * 0x01010101u) {
        used--;
    }
    return (uint32_t)(used * sizeof *words);
}

bool server_mirrors(const struct server *server)
{
    return server->has_network && network_streams(&server->network) &&
           sizeof(struct wire_infer_reply) + 2u * server->network.header->output_length <= SERVER_REPLY_BYTES;
}

uint8_t *server_behind_network(const struct server *server)
{
    return server->arena + server->network.header->arena_bytes;
}

static void clock_tick(struct server_clock *clock, uint32_t cycles)
{
    const uint32_t cycles_per_ms = board_id()->clock_hz / 1000;
    const uint32_t passed = cycles - clock->last_cycles;
    clock->last_cycles = cycles;
    clock->now_ms += passed / cycles_per_ms;
    clock->rest_cycles += passed % cycles_per_ms;
    if (clock->rest_cycles >= cycles_per_ms) {
        clock->rest_cycles -= cycles_per_ms;
        clock->now_ms++;
    }
}

/* Nothing is taken from the board here: while the network runs, bytes wait in its ring. */
uint32_t server_tick(struct server *server)
{
    struct board_count count;
    board_count(&count);
    clock_tick(&server->clock, count.cycles);
    door_tick(&server->door, server->clock.now_ms);
    struct server_backlog *backlog = &server->backlog;
    const uint32_t waiting = board_read(NULL, 0);
    if (waiting > backlog->seen_bytes) {
        if (backlog->seen_bytes == 0) {
            backlog->first_cycles = count.cycles;
        }
        backlog->last_cycles = count.cycles;
        backlog->seen_bytes = waiting;
    }
    server->ring_bytes = waiting > server->ring_bytes ? waiting : server->ring_bytes;
    return waiting;
}

void server_took(struct server *server, uint32_t n)
{
    struct server_backlog *backlog = &server->backlog;
    server->last_byte_cycles = n <= backlog->seen_bytes ? backlog->last_cycles : server->clock.last_cycles;
    server->last_byte_ms = server->clock.now_ms;
    backlog->seen_bytes -= n < backlog->seen_bytes ? n : backlog->seen_bytes;
}

static void send(struct server *server, uint8_t *frame, const struct wire_header *request, uint16_t status, uint32_t length)
{
    const uint8_t type = (uint8_t)(request->type | WIRE_REPLY_FLAG);
    const uint32_t bytes = frame_seal(frame, type, request->sequence, status, length);
    if (frame == server->reply) {
        server->reply_bytes = bytes;
    }
    board_write(frame, bytes);
}

static void refuse(struct server *server, const struct wire_header *request, uint16_t status)
{
    server->refused_frames++;
    send(server, server->short_reply, request, status, 0);
}

static void set_rate(struct server *server, uint32_t baud)
{
    board_init(baud);
    /* What came in meanwhile was sampled at the wrong rate. */
    (void)frame_parser_take(&server->parser, server->carry, 0);
    server->rate_since_ms = server->clock.now_ms;
}

static void after_reply(struct server *server)
{
    if (server->wanted_reset) {
        board_control(BOARD_RESET);
    }
    if (server->wanted_baud > 0) {
        set_rate(server, server->wanted_baud);
        server->rate_pending = true;
        server->wanted_baud = 0;
    }
}

bool server_answered(const struct server *server, const struct wire_header *header, uint32_t crc)
{
    return server->last_known && crc == server->last_crc && header->sequence == server->last.sequence &&
           header->type == server->last.type;
}

static void answer_again(struct server *server)
{
    server->repeated_frames++;
    board_write(server->reply, server->reply_bytes);
}

static void remember(struct server *server, const struct wire_header *header, uint32_t crc)
{
    server->last_known = true;
    server->last = *header;
    server->last_crc = crc;
}

static void good_frame(struct server *server, const struct frame *frame)
{
    server->rate_pending = false;
    const bool again = command_runs_again(frame->header.type);
    if (!again && server_answered(server, &frame->header, frame->crc)) {
        answer_again(server);
        return;
    }
    uint8_t *answer = again ? server->short_reply : server->reply;
    server->last_known = server->last_known && again;
    struct reply reply = {.payload = answer + WIRE_HEADER_BYTES};
    /* The arena, and the frame in it, may be overwritten by what the frame asks for. */
    const struct frame copy = *frame;
    command_execute(server, frame, &reply);
    if (reply.status != WIRE_STATUS_OK) {
        server->refused_frames++;
    }
    send(server, answer, &copy.header, reply.status, reply.length);
    if (!again) {
        remember(server, &copy.header, copy.crc);
    }
    after_reply(server);
    server->last_byte_ms = server->clock.now_ms;
}

/* Takes what the parser wants next; notes when a frame's first and last byte came. */
static bool receive(struct server *server)
{
    uint8_t *at;
    const bool fresh = !frame_parser_busy(&server->parser);
    const uint32_t room = frame_parser_room(&server->parser, &at);
    const uint32_t n = room > 0 ? board_read(at, room) : 0;
    if (n == 0) {
        return false;
    }
    frame_parser_added(&server->parser, n);
    const struct server_backlog *backlog = &server->backlog;
    if (fresh) {
        server->first_byte_cycles = backlog->seen_bytes > 0 ? backlog->first_cycles : server->clock.last_cycles;
    }
    server_took(server, n);
    return true;
}

static void parse(struct server *server)
{
    struct frame frame;
    enum frame_event event;
    while ((event = frame_parser_next(&server->parser, &frame)) != FRAME_NONE) {
        if (event == FRAME_GOOD) {
            good_frame(server, &frame);
        } else {
            refuse(server, &frame.header, event == FRAME_BAD_CRC ? WIRE_STATUS_BAD_CRC : WIRE_STATUS_TOO_LARGE);
        }
    }
}

/* A crop taken while it comes. Where it turns out to be none, its header without the magic goes back to the parser. */
static void stream(struct server *server, struct stream *crop)
{
    (void)frame_parser_take(&server->parser, server->carry, WIRE_HEADER_BYTES);
    struct reply reply = {.payload = server->reply + WIRE_HEADER_BYTES};
    const bool done = command_infer_stream(crop, &reply);
    struct frame_parser *parser = &server->parser;
    if (crop->state == STREAM_GOOD) {
        parser->frames++;
        server->rate_pending = false;
        if (done) {
            send(server, server->reply, &crop->header, reply.status, reply.length);
            remember(server, &crop->header, crop->frame_crc);
        } else {
            answer_again(server);
        }
        server->last_byte_ms = server->clock.now_ms;
        return;
    }
    frame_parser_give(parser, server->carry + WIRE_MAGIC_BYTES, WIRE_HEADER_BYTES - WIRE_MAGIC_BYTES);
    parser->skipped_bytes += WIRE_MAGIC_BYTES;
    if (crop->state == STREAM_BAD) {
        parser->frame_crc_errors++;
        refuse(server, &crop->header, WIRE_STATUS_BAD_CRC);
    } else {
        parser->timeouts++;
    }
    parse(server);
}

void server_poll(struct server *server)
{
    (void)server_tick(server);
    struct stream crop;
    if (receive(server)) {
        parse(server);
        if (stream_begins(server, &crop)) {
            stream(server, &crop);
        }
    } else if (frame_parser_busy(&server->parser) &&
               server->clock.now_ms - server->last_byte_ms >= SERVER_FRAME_TIMEOUT_MS) {
        server->last_byte_ms = server->clock.now_ms;
        frame_parser_timeout(&server->parser);
        parse(server);
    }
    if (server->rate_pending && server->clock.now_ms - server->rate_since_ms >= WIRE_BAUD_CONFIRM_MS) {
        server->rate_pending = false;
        set_rate(server, WIRE_START_BAUD);
    }
}
