/* The door's timer. The board locks by itself, whether a host is there or not. */
#ifndef APP_DOOR_H
#define APP_DOOR_H

#include <stdbool.h>
#include <stdint.h>

struct door {
    bool open;
    uint32_t opened_ms;
    uint32_t open_ms;
};

/* Opens, or extends the opening, from `now_ms` for `open_ms` (1 to WIRE_DOOR_MAX_OPEN_MS, else false and nothing
 * happens). */
bool door_open(struct door *door, uint32_t now_ms, uint32_t open_ms);
void door_lock(struct door *door);

/* Locks the door when its time is over; call as often as can be. */
void door_tick(struct door *door, uint32_t now_ms);

uint32_t door_remaining_ms(const struct door *door, uint32_t now_ms);

#endif
