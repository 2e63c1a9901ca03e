#include "app/stream.h"

#include <stddef.h>

#include "board.h"
#include "libc/mem.h"
#include "link/crc32.h"

bool stream_begins(struct session *session, struct stream *stream)
{
    struct wire_header header;
    if (!session->has_network || !network_streams(&session->network) ||
        !frame_parser_at_payload(&session->parser, &header)) {
        return false;
    }
    const bool flips = header.type == WIRE_TYPE_INFER_FLIP && session_flips(session);
    if ((header.type != WIRE_TYPE_INFER && !flips) || header.version != WIRE_PROTOCOL_VERSION ||
        header.length != network_input_bytes(&session->network) ||
        header.length + WIRE_FRAME_CRC_BYTES > board_id()->kept_bytes) {
        return false;
    }
    *stream = (struct stream){
        .session = session,
        .header = header,
        .crc = header.header_crc,
        .seen_bytes = session_tick(session),
        .seen_ms = session->clock.now_ms,
        .copy = flips ? session_behind_network(session) : NULL,
    };
    return true;
}

/* Until so many bytes wait in the ring. */
static bool wait_for(struct stream *stream, uint32_t bytes)
{
    struct session *session = stream->session;
    uint32_t waiting = session_tick(session);
    while (waiting < bytes && stream->state == STREAM_OPEN) {
        if (waiting != stream->seen_bytes) {
            stream->seen_bytes = waiting;
            stream->seen_ms = session->clock.now_ms;
        } else if (session->clock.now_ms - stream->seen_ms >= SESSION_FRAME_TIMEOUT_MS) {
            stream->state = STREAM_LATE;
        }
        waiting = session_tick(session);
    }
    return stream->state == STREAM_OPEN;
}

static bool next(void *context, uint8_t *to, uint32_t bytes)
{
    struct stream *stream = context;
    if (!wait_for(stream, stream->taken + bytes)) {
        return false;
    }
    board_peek(stream->taken, to, bytes);
    stream->crc = crc32_add(stream->crc, to, bytes);
    if (stream->copy) {
        memcpy(stream->copy + stream->taken, to, bytes);
    }
    stream->taken += bytes;
    return true;
}

static bool end(void *context)
{
    struct stream *stream = context;
    const uint32_t bytes = stream->taken + WIRE_FRAME_CRC_BYTES;
    if (!wait_for(stream, bytes)) {
        return false;
    }
    uint8_t crc[WIRE_FRAME_CRC_BYTES];
    board_peek(stream->taken, crc, sizeof crc);
    memcpy(&stream->frame_crc, crc, sizeof crc);
    if (stream->frame_crc != stream->crc) {
        stream->state = STREAM_BAD;
        return false;
    }
    stream->state = STREAM_GOOD;
    session_took(stream->session, bytes);
    (void)board_read(NULL, bytes);
    return !session_answered(stream->session, &stream->header, stream->frame_crc);
}

struct crop stream_crop(struct stream *stream)
{
    return (struct crop){.source = {.next = next, .end = end, .context = stream}, .whole = stream->copy};
}
