#include "app/session.h"

#include <stddef.h>

#include "board.h"
#include "libc/mem.h"

#define ARENA_PAINT 0xa5u

void session_init(struct session *session, uint8_t *arena, uint32_t arena_room_bytes, const uint8_t *network,
                 uint32_t network_room_bytes)
{
    memset(session, 0, sizeof *session);
    session->arena = arena;
    session->arena_room_bytes = arena_room_bytes;
    memset(arena, ARENA_PAINT, arena_room_bytes);
    frame_parser_init(&session->parser, arena);
    session->has_network =
        network_open(&session->network, network, network_room_bytes, arena, arena_room_bytes, &KERNELS) == NETWORK_OK &&
        (!network_streams(&session->network) ||
         network_input_bytes(&session->network) <= arena_room_bytes - session->network.header->arena_bytes);
    struct board_count count;
    board_count(&count);
    session->clock.last_cycles = count.cycles;
    door_lock(&session->door);
}

uint32_t session_arena_used_bytes(const struct session *session)
{
    const uint32_t *words = (const void *)session->arena;
    uint32_t used = session->arena_room_bytes / sizeof *words;
    while (used > 0 && words[used - 1] == ARENA_PAINT * 0x01010101u) {
        used--;
    }
    return (uint32_t)(used * sizeof *words);
}

bool session_flips(const struct session *session)
{
    return session->has_network && network_streams(&session->network) &&
           sizeof(struct wire_infer_reply) + 2u * session->network.header->output_length <= SESSION_REPLY_BYTES;
}

bool session_decodes(const struct session *session)
{
    if (!session->has_network || !network_streams(&session->network)) {
        return false;
    }
    const struct network_header *h = session->network.header;
    return h->input_width <= CROP_CODE_MAX_WIDTH &&
           network_input_bytes(&session->network) <= (session->arena_room_bytes - h->arena_bytes) / 2;
}

uint8_t *session_behind_network(const struct session *session)
{
    return session->arena + session->network.header->arena_bytes;
}

static void clock_tick(struct session_clock *clock, uint32_t cycles)
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
uint32_t session_tick(struct session *session)
{
    struct board_count count;
    board_count(&count);
    clock_tick(&session->clock, count.cycles);
    door_tick(&session->door, session->clock.now_ms);
    struct session_backlog *backlog = &session->backlog;
    const uint32_t waiting = board_read(NULL, 0);
    if (waiting > backlog->seen_bytes) {
        if (backlog->seen_bytes == 0) {
            backlog->first_cycles = count.cycles;
        }
        backlog->last_cycles = count.cycles;
        backlog->seen_bytes = waiting;
    }
    session->ring_bytes = waiting > session->ring_bytes ? waiting : session->ring_bytes;
    return waiting;
}

void session_took(struct session *session, uint32_t n)
{
    struct session_backlog *backlog = &session->backlog;
    session->last_byte_cycles = n <= backlog->seen_bytes ? backlog->last_cycles : session->clock.last_cycles;
    session->last_byte_ms = session->clock.now_ms;
    backlog->seen_bytes -= n < backlog->seen_bytes ? n : backlog->seen_bytes;
}

bool session_answered(const struct session *session, const struct wire_header *header, uint32_t crc)
{
    return session->last_known && crc == session->last_crc && header->sequence == session->last.sequence &&
           header->type == session->last.type;
}

void session_remember(struct session *session, const struct wire_header *header, uint32_t crc)
{
    session->last_known = true;
    session->last = *header;
    session->last_crc = crc;
}
