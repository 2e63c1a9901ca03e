#include "link/frame.h"

#include "link/crc32.h"
#include "libc/mem.h"

void frame_parser_init(struct frame_parser *parser, uint8_t *buffer)
{
    *parser = (struct frame_parser){.buffer = buffer};
}

static uint32_t frame_bytes(const struct frame_parser *parser)
{
    struct wire_header header;
    memcpy(&header, parser->buffer + parser->start, sizeof header);
    return FRAME_OVERHEAD_BYTES + header.length;
}

static void forget(struct frame_parser *parser, uint32_t bytes)
{
    parser->start += bytes;
    parser->in_frame = false;
    parser->crc_done = 0;
    parser->crc = 0;
    if (parser->start == parser->fill) {
        parser->start = parser->fill = 0;
    }
}

uint32_t frame_parser_room(struct frame_parser *parser, uint8_t **at)
{
    if (parser->start > 0) {
        memmove(parser->buffer, parser->buffer + parser->start, parser->fill - parser->start);
        parser->fill -= parser->start;
        parser->start = 0;
    }
    *at = parser->buffer + parser->fill;
    const uint32_t wanted = parser->in_frame ? frame_bytes(parser) : WIRE_HEADER_BYTES;
    return wanted > parser->fill ? wanted - parser->fill : 0;
}

void frame_parser_added(struct frame_parser *parser, uint32_t n)
{
    parser->fill += n;
}

/* Only the magic goes: a header cut short may have been completed by the start of the frame behind it. */
static void reject_header(struct frame_parser *parser)
{
    parser->skipped_bytes += WIRE_MAGIC_BYTES;
    forget(parser, WIRE_MAGIC_BYTES);
}

/* Moves `start` to the next byte that may begin a header. */
static void hunt(struct frame_parser *parser)
{
    const uint8_t *b = parser->buffer;
    uint32_t at = parser->start;
    while (at < parser->fill) {
        if (b[at] == (WIRE_MAGIC & 255) && (at + 1 == parser->fill || b[at + 1] == WIRE_MAGIC >> 8)) {
            break;
        }
        at++;
    }
    parser->skipped_bytes += at - parser->start;
    forget(parser, at - parser->start);
}

static enum frame_event check_header(struct frame_parser *parser, struct frame *frame)
{
    struct wire_header *header = &frame->header;
    while (hunt(parser), parser->fill - parser->start >= WIRE_HEADER_BYTES) {
        memcpy(header, parser->buffer + parser->start, sizeof *header);
        if (crc32_add(0, parser->buffer + parser->start, WIRE_HEADER_CRC_OFFSET) != header->header_crc) {
            parser->header_errors++;
            parser->skipped_bytes++;
            forget(parser, 1);
        } else if (header->length > WIRE_MAX_PAYLOAD_BYTES) {
            reject_header(parser);
            return FRAME_TOO_LARGE;
        } else {
            parser->in_frame = true;
            parser->crc = header->header_crc; /* the frame CRC goes on where the header's stopped */
            parser->crc_done = WIRE_HEADER_BYTES;
            break;
        }
    }
    return FRAME_NONE;
}

enum frame_event frame_parser_next(struct frame_parser *parser, struct frame *frame)
{
    if (!parser->in_frame) {
        const enum frame_event event = check_header(parser, frame);
        if (!parser->in_frame) {
            return event;
        }
    }
    const uint8_t *begin = parser->buffer + parser->start;
    const uint32_t whole = frame_bytes(parser);
    const uint32_t body = whole - WIRE_FRAME_CRC_BYTES;
    const uint32_t there = parser->fill - parser->start;
    const uint32_t countable = there < body ? there : body;
    parser->crc = crc32_add(parser->crc, begin + parser->crc_done, countable - parser->crc_done);
    parser->crc_done = countable;
    if (there < whole) {
        return FRAME_NONE;
    }
    memcpy(&frame->header, begin, sizeof frame->header);
    memcpy(&frame->crc, begin + body, sizeof frame->crc);
    frame->payload = begin + WIRE_HEADER_BYTES;
    const bool good = parser->crc == frame->crc;
    if (good) {
        parser->frames++;
        forget(parser, whole);
    } else {
        parser->frame_crc_errors++;
        reject_header(parser);
    }
    return good ? FRAME_GOOD : FRAME_BAD_CRC;
}

bool frame_parser_at_payload(const struct frame_parser *parser, struct wire_header *header)
{
    memcpy(header, parser->buffer + parser->start, sizeof *header);
    return parser->in_frame && parser->fill - parser->start == WIRE_HEADER_BYTES;
}

bool frame_parser_busy(const struct frame_parser *parser)
{
    return parser->fill > parser->start;
}

void frame_parser_timeout(struct frame_parser *parser)
{
    parser->timeouts++;
    if (parser->in_frame) {
        reject_header(parser);
    } else {
        parser->skipped_bytes += parser->fill - parser->start;
        forget(parser, parser->fill - parser->start);
    }
}

uint32_t frame_parser_take(struct frame_parser *parser, uint8_t *to, uint32_t room)
{
    const uint32_t left = parser->fill - parser->start;
    const uint32_t kept = left < room ? left : room;
    memcpy(to, parser->buffer + parser->start, kept);
    parser->skipped_bytes += left - kept;
    forget(parser, left);
    return kept;
}

void frame_parser_give(struct frame_parser *parser, const uint8_t *from, uint32_t n)
{
    memcpy(parser->buffer, from, n);
    parser->start = 0;
    parser->fill = n;
}

uint32_t frame_seal(uint8_t *frame, uint8_t type, uint16_t sequence, uint16_t status, uint32_t length)
{
    struct wire_header header = {
        .magic = WIRE_MAGIC,
        .version = WIRE_PROTOCOL_VERSION,
        .type = type,
        .sequence = sequence,
        .status = status,
        .length = length,
    };
    memcpy(frame, &header, sizeof header);
    header.header_crc = crc32_add(0, frame, WIRE_HEADER_CRC_OFFSET);
    memcpy(frame, &header, sizeof header);
    const uint32_t crc = crc32_add(header.header_crc, frame + WIRE_HEADER_BYTES, length);
    memcpy(frame + WIRE_HEADER_BYTES + length, &crc, sizeof crc);
    return length + FRAME_OVERHEAD_BYTES;
}
