/* What a file must be, so that no kernel leaves the file or the arena. */
#ifndef NETWORK_VALIDATE_H
#define NETWORK_VALIDATE_H

#include <stdint.h>

#include "network/view.h"

enum network_status {
    NETWORK_OK,
    NETWORK_NO_FILE, /* no magic, or another format */
    NETWORK_BAD_SIZE, /* the file does not fit its place, or a table reaches out of it */
    NETWORK_BAD_LAYER, /* a shape, an offset or a number that no kernel takes */
    NETWORK_NO_ROOM, /* the arena is too small */
};

/* Everything about the file and its numbers that kernels and blocks rely on; magic and format are known to be right. */
enum network_status network_validate(const struct network *network, uint32_t room_bytes, uint32_t arena_room_bytes);

#endif
