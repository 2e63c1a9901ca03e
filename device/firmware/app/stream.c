#include "app/stream.h"

#include <stddef.h>

#include "board.h"
#include "link/crc32.h"
#include "libc/mem.h"

bool stream_begins(struct server *server, struct stream *stream)
{
    struct wire_header header;
    if (!server->has_network || !network_streams(&server->network) || !frame_parser_at_payload(&server->parser, &header)) {
        return false;
    }
    const bool mirrors = header.type == WIRE_TYPE_INFER_MIRROR && server_mirrors(server);
    if ((header.type != WIRE_TYPE_INFER && !mirrors) || header.version != WIRE_PROTOCOL_VERSION ||
        header.length != network_input_bytes(&server->network) ||
        header.length + WIRE_FRAME_CRC_BYTES > board_id()->kept_bytes) {
        return false;
    }
    *stream = (struct stream){
        .server = server,
        .header = header,
        .crc = header.header_crc,
        .seen_bytes = server_tick(server),
        .seen_ms = server->clock.now_ms,
        .copy = mirrors ? server_behind_network(server) : NULL,
    };
    return true;
}

/* Until so many bytes wait in the ring. */
static bool wait_for(struct stream *stream, uint32_t bytes)
{
    struct server *server = stream->server;
    uint32_t waiting = server_tick(server);
    while (waiting < bytes && stream->state == STREAM_OPEN) {
        if (waiting != stream->seen_bytes) {
            stream->seen_bytes = waiting;
            stream->seen_ms = server->clock.now_ms;
        } else if (server->clock.now_ms - stream->seen_ms >= SERVER_FRAME_TIMEOUT_MS) {
            stream->state = STREAM_LATE;
        }
        waiting = server_tick(server);
    }
    return stream->state == STREAM_OPEN;
}

bool stream_next(void *context, uint8_t *to, uint32_t bytes)
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

bool stream_end(void *context)
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
    server_took(stream->server, bytes);
    (void)board_read(NULL, bytes);
    return !server_answered(stream->server, &stream->header, stream->frame_crc);
}
