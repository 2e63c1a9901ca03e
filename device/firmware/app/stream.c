#include "app/stream.h"

#include <stddef.h>

#include "board.h"
#include "libc/mem.h"
#include "link/crc32.h"

/* Whether a request is for a crop that this board can take while it comes. */
static bool takes(const struct session *session, const struct wire_header *header)
{
    const bool coded = infer_is_coded(header->type), flipped = infer_is_flipped(header->type);
    if (header->version != WIRE_PROTOCOL_VERSION || (header->type != WIRE_TYPE_INFER && !coded && !flipped) ||
        (coded && !session_decodes(session)) || (flipped && !session_flips(session))) {
        return false;
    }
    const uint32_t crop_bytes = network_input_bytes(&session->network);
    const bool fits = coded ? header->length > 0 && header->length < crop_bytes : header->length == crop_bytes;
    return fits && header->length + WIRE_FRAME_CRC_BYTES <= board_id()->kept_bytes;
}

bool stream_begins(struct session *session, struct stream *stream)
{
    struct wire_header header;
    if (!session->has_network || !network_streams(&session->network) ||
        !frame_parser_at_payload(&session->parser, &header) || !takes(session, &header)) {
        return false;
    }
    *stream = (struct stream){
        .session = session,
        .header = header,
        .crc = header.header_crc,
        .seen_bytes = session_tick(session),
        .seen_ms = session->clock.now_ms,
        .copy = infer_is_flipped(header.type) ? session_behind_network(session) : NULL,
    };
    const struct network_header *h = session->network.header;
    return !infer_is_coded(header.type) ||
           crop_code_begin(&session->code, h->input_width, h->input_height, header.length);
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

/* The next bytes of the payload, once they have come. */
static bool take(struct stream *stream, uint8_t *to, uint32_t bytes)
{
    if (!wait_for(stream, stream->taken + bytes)) {
        return false;
    }
    board_peek(stream->taken, to, bytes);
    stream->crc = crc32_add(stream->crc, to, bytes);
    stream->taken += bytes;
    return true;
}

static void keep(struct stream *stream, const uint8_t *from, uint32_t bytes)
{
    if (stream->copy) {
        memcpy(stream->copy + stream->given, from, bytes);
    }
    stream->given += bytes;
}

static bool next(void *context, uint8_t *to, uint32_t bytes)
{
    struct stream *stream = context;
    if (!take(stream, to, bytes)) {
        return false;
    }
    keep(stream, to, bytes);
    return true;
}

/* Waits for the frame's checksum and, where it is right, drops the frame from the ring. */
static bool take_checksum(struct stream *stream)
{
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
    return true;
}

static bool end(void *context)
{
    struct stream *stream = context;
    return take_checksum(stream) && !session_answered(stream->session, &stream->header, stream->frame_crc);
}

/* Gives the decoder of what waits as much as it takes, but at least a byte. */
static bool feed(struct stream *stream, struct crop_code *code)
{
    uint8_t *at;
    const uint32_t room = crop_code_room(code, &at);
    if (!wait_for(stream, stream->taken + 1)) {
        return false;
    }
    const uint32_t waiting = session_tick(stream->session) - stream->taken;
    const uint32_t bytes = waiting < room ? waiting : room;
    if (!take(stream, at, bytes)) {
        return false;
    }
    crop_code_added(code, bytes);
    return true;
}

/* What is no coding may have been damaged on the wire: the checksum behind the rest of it tells. */
static void give_up(struct stream *stream)
{
    uint8_t rest[64];
    while (stream->taken < stream->header.length) {
        const uint32_t left = stream->header.length - stream->taken;
        if (!take(stream, rest, left < sizeof rest ? left : (uint32_t)sizeof rest)) {
            return;
        }
    }
    if (take_checksum(stream)) {
        stream->state = STREAM_NO_CROP;
    }
}

static bool next_decoded(void *context, uint8_t *to, uint32_t bytes)
{
    struct stream *stream = context;
    struct crop_code *code = &stream->session->code;
    const uint32_t row_bytes = 3 * code->width;
    for (; bytes >= row_bytes; bytes -= row_bytes) {
        enum crop_code_status status;
        while ((status = crop_code_row(code, to)) == CROP_CODE_NEEDS_MORE) {
            if (!feed(stream, code)) {
                return false;
            }
        }
        if (status == CROP_CODE_DAMAGED) {
            give_up(stream);
            return false;
        }
        keep(stream, to, row_bytes);
        to += row_bytes;
    }
    return true;
}

struct crop stream_crop(struct stream *stream)
{
    return (struct crop){
        .source = {.next = infer_is_coded(stream->header.type) ? next_decoded : next, .end = end, .context = stream},
        .whole = stream->copy,
    };
}
