/* The conversation: takes frames from the link, carries them out, answers. One server per program. */
#ifndef APP_SERVER_H
#define APP_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "app/door.h"
#include "link/frame.h"
#include "network/network.h"

#define SERVER_FRAME_TIMEOUT_MS 250u
#define SERVER_REPLY_BYTES 8192u /* payload: PROFILE of 128 layers, or a fingerprint of 8,176 numbers */
#define SERVER_SHORT_REPLY_BYTES 128u
#define SERVER_CARRY_BYTES 1024u

/* Time from the board's counter, which runs through every few seconds. */
struct server_clock {
    uint32_t last_cycles;
    uint32_t rest_cycles; /* not yet a whole millisecond */
    uint32_t now_ms;
};

/* When bytes arrived that nobody could read yet, because the network ran. */
struct server_backlog {
    uint32_t seen_bytes;
    uint32_t first_cycles;
    uint32_t last_cycles;
};

struct server {
    struct frame_parser parser;
    struct network network;
    bool has_network;
    struct door door;
    struct server_clock clock;
    struct server_backlog backlog;
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
    _Alignas(4) uint8_t reply[SERVER_REPLY_BYTES + FRAME_OVERHEAD_BYTES];
    _Alignas(4) uint8_t short_reply[SERVER_SHORT_REPLY_BYTES + FRAME_OVERHEAD_BYTES]; /* what must not displace `reply` */
    uint8_t carry[SERVER_CARRY_BYTES];
};

/* The arena holds at least FRAME_BUFFER_BYTES, because frames are received where the network works later, and begins at a
 * multiple of 4. */
void server_init(struct server *server, uint8_t *arena, uint32_t arena_room_bytes, const uint8_t *network,
                 uint32_t network_room_bytes);

/* Does what there is to do and returns. Call forever. */
void server_poll(struct server *server);

/* High-water mark of the arena in bytes: up to the last word that was written since server_init. */
uint32_t server_arena_used_bytes(const struct server *server);

/* Whether the network can look at a crop twice: both fingerprints fit in a reply, and the crop can wait in the arena meanwhile. */
bool server_mirrors(const struct server *server);

/* Room for a crop in the arena behind what a network works in that takes its rows one by one. */
uint8_t *server_behind_network(const struct server *server);

/* Time, door and received bytes; called between the network's layers too. Returns how many bytes wait. */
uint32_t server_tick(struct server *server);

/* The next `n` of the bytes that wait are being taken: when the last of them came is when the frame's last byte did. */
void server_took(struct server *server, uint32_t n);

/* Whether this frame is the one answered last. */
bool server_answered(const struct server *server, const struct wire_header *header, uint32_t crc);

#endif
