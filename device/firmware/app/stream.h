/* A crop that is computed while it is still being received.
 *
 * Its frame stays in the board's ring, where the network takes row after row from, until the frame's checksum at the
 * end is known to be right; only then are the bytes dropped, and only then can an answer follow. So nothing changes in
 * what the other end sees: after a wrong checksum or a silence the same bytes are searched for frames that a lost byte
 * would have taken with it. The next crop needs the ring only after this one's last byte. One that takes longer on
 * the wire than in the network has been used up by then, and a coded one that waited whole leaves room for what comes
 * while it is used up: both together fit in the ring. A coded crop is decoded row by row on this way. */
#ifndef APP_STREAM_H
#define APP_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "app/inference.h"
#include "app/session.h"
#include "link/protocol.h"

enum stream_state {
    STREAM_OPEN,
    STREAM_GOOD,
    STREAM_BAD, /* the checksum is wrong */
    STREAM_LATE, /* the rest did not come in time */
    STREAM_NO_CROP, /* the checksum is right, the coding is not */
};

struct stream {
    struct session *session;
    struct wire_header header;
    uint32_t taken; /* of the payload */
    uint32_t given; /* of the crop */
    uint32_t crc; /* of the header and what was taken */
    uint32_t frame_crc; /* as received */
    uint8_t *copy; /* where the crop is kept for its mirror image; NULL: nowhere */
    uint32_t seen_bytes, seen_ms; /* when the last of the bytes that wait came */
    enum stream_state state;
};

/* Whether the parser stands at the start of a crop that can be taken while it comes; fills in `stream`. */
bool stream_begins(struct session *session, struct stream *stream);

/* The crop as inference takes it; at its end the frame is dropped from the ring. `stream` says then what became of
 * it. */
struct crop stream_crop(struct stream *stream);

#endif
