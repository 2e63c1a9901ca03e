/* What the board knows between two frames: the network, the clock, the door, the frame being received and the last
 * answer. */
#ifndef APP_SESSION_H
#define APP_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "app/door.h"
#include "link/crop_code.h"
#include "link/frame.h"
#include "network/network.h"

#define SESSION_FRAME_TIMEOUT_MS 250u
#define SESSION_REPLY_BYTES 8192u /* payload: PROFILE of 128 layers, or a fingerprint of 8,176 numbers */
#define SESSION_SHORT_REPLY_BYTES 128u
#define SESSION_CARRY_BYTES 1024u

/* Time from the board's counter, which wraps around every few seconds. */
struct session_clock {
    uint32_t last_cycles;
    uint32_t rest_cycles; /* not yet a whole millisecond */
    uint32_t now_ms;
};

/* When bytes arrived that nobody could read yet, because the network ran. */
struct session_backlog {
    uint32_t seen_bytes;
    uint32_t first_cycles;
    uint32_t last_cycles;
};

struct session {
    struct frame_parser parser;
    struct network network;
    bool has_network;
    struct door door;
    struct session_clock clock;
    struct session_backlog backlog;
    uint32_t first_byte_cycles; /* of the frame being received */
    uint32_t last_byte_cycles;
    uint32_t last_byte_ms;
    uint32_t repeated_frames;
    uint32_t refused_frames;
    uint32_t ring_bytes;
    bool rate_pending; /* a new rate waits for its first good frame */
    uint32_t rate_since_ms;
    uint32_t wanted_baud; /* the rate to switch to after the reply, 0 for none */
    bool wanted_reset;
    bool last_known; /* `last` and `reply` hold the request answered last */
    struct wire_header last;
    uint32_t last_crc;
    uint32_t reply_bytes;
    uint8_t *arena;
    uint32_t arena_room_bytes;
    struct crop_code code; /* of the crop being decoded */
    _Alignas(4) uint8_t reply[SESSION_REPLY_BYTES + FRAME_OVERHEAD_BYTES];
    /* For answers that must not displace `reply`. */
    _Alignas(4) uint8_t short_reply[SESSION_SHORT_REPLY_BYTES + FRAME_OVERHEAD_BYTES];
    uint8_t carry[SESSION_CARRY_BYTES];
};

/* An answer being made. */
struct reply {
    uint16_t status; /* wire_status */
    uint8_t *payload; /* SESSION_REPLY_BYTES of room, 4-byte aligned */
    uint32_t length;
};

/* The arena holds at least FRAME_BUFFER_BYTES, because frames are received where the network works later, and begins at
 * a multiple of 4. */
void session_init(struct session *session, uint8_t *arena, uint32_t arena_room_bytes, const uint8_t *network,
                  uint32_t network_room_bytes);

/* High-water mark of the arena in bytes: up to the last word that was written since session_init. */
uint32_t session_arena_used_bytes(const struct session *session);

/* Whether the network can run on a crop and on its mirror image: both fingerprints fit in a reply, and the crop can
 * wait in the arena meanwhile. */
bool session_flips(const struct session *session);

/* Whether the board takes coded crops: the network takes a crop's rows one by one, and in the arena there is room for
 * two crops behind it. */
bool session_decodes(const struct session *session);

/* Room for a crop in the arena behind what a network works in that takes its rows one by one. */
uint8_t *session_behind_network(const struct session *session);

/* Time, door and received bytes; called between the network's layers too. Returns how many bytes wait. */
uint32_t session_tick(struct session *session);

/* The next `n` of the bytes that wait are being taken: when the last of them came is when the frame's last byte did. */
void session_took(struct session *session, uint32_t n);

/* Whether this frame is the one answered last. */
bool session_answered(const struct session *session, const struct wire_header *header, uint32_t crc);

/* `reply` now holds the answer to this frame. */
void session_remember(struct session *session, const struct wire_header *header, uint32_t crc);

#endif
