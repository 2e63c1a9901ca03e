/* The packet layer: bytes in, frames out. It knows no port and no command.
 *
 * The parser keeps the bytes of the frame it is in, so that after a damaged frame it can hunt on through them: a lost
 * byte makes a frame reach into its neighbour, and that neighbour must not be lost with it. */
#ifndef LINK_FRAME_H
#define LINK_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "link/protocol.h"

#define FRAME_OVERHEAD_BYTES (WIRE_HEADER_BYTES + WIRE_FRAME_CRC_BYTES)
#define FRAME_BUFFER_BYTES (WIRE_MAX_PAYLOAD_BYTES + FRAME_OVERHEAD_BYTES)

struct frame {
    struct wire_header header;
    const uint8_t *payload; /* header.length bytes inside the parser's buffer, any alignment */
    uint32_t crc;
};

enum frame_event {
    FRAME_NONE, /* needs more bytes */
    FRAME_GOOD,
    FRAME_BAD_CRC, /* the header is sound, the whole is not; frame->header says whom to tell */
    FRAME_TOO_LARGE, /* the header is sound, no board takes such a length */
};

struct frame_parser {
    uint8_t *buffer;
    uint32_t start; /* of the frame, or of the hunt, in the buffer */
    uint32_t fill; /* bytes in the buffer, from 0 */
    uint32_t crc_done; /* bytes of the frame that are in `crc` */
    uint32_t crc;
    bool in_frame; /* the header at `start` is sound */
    uint32_t frames;
    uint32_t header_errors;
    uint32_t frame_crc_errors;
    uint32_t skipped_bytes;
    uint32_t timeouts;
};

/* `buffer` holds FRAME_BUFFER_BYTES. */
void frame_parser_init(struct frame_parser *parser, uint8_t *buffer);

/* How many bytes the parser wants next (at least 1 after FRAME_NONE), and where: never past the end of the frame it is
 * in. */
uint32_t frame_parser_room(struct frame_parser *parser, uint8_t **at);

/* `n` bytes were put where frame_parser_room said. */
void frame_parser_added(struct frame_parser *parser, uint32_t n);

/* The next event among the bytes there; call until FRAME_NONE. A frame stands until the next call on the parser. */
enum frame_event frame_parser_next(struct frame_parser *parser, struct frame *frame);

/* True where a sound header is all that there is of a frame: the next byte to come is its payload's first. */
bool frame_parser_at_payload(const struct frame_parser *parser, struct wire_header *header);

/* True while a frame has begun and not ended. */
bool frame_parser_busy(const struct frame_parser *parser);

/* The rest of the frame did not come in time: gives it up and hunts on behind its header. Call frame_parser_next
 * afterwards. */
void frame_parser_timeout(struct frame_parser *parser);

/* The bytes not yet parsed; their memory may be used for something else between frame_parser_take and
 * frame_parser_give. */
uint32_t frame_parser_take(struct frame_parser *parser, uint8_t *to, uint32_t room);
void frame_parser_give(struct frame_parser *parser, const uint8_t *from, uint32_t n);

/* Fills in the header and both CRCs around `length` payload bytes that already stand at frame + WIRE_HEADER_BYTES;
 * returns the bytes of the whole frame. */
uint32_t frame_seal(uint8_t *frame, uint8_t type, uint16_t sequence, uint16_t status, uint32_t length);

#endif
