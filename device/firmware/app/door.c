#include "app/door.h"

#include "board.h"
#include "link/protocol.h"

bool door_open(struct door *door, uint32_t now_ms, uint32_t open_ms)
{
    if (open_ms < 1 || open_ms > WIRE_DOOR_MAX_OPEN_MS) {
        return false;
    }
    const uint32_t left = door_remaining_ms(door, now_ms);
    door->open = true;
    door->opened_ms = now_ms;
    door->open_ms = open_ms > left ? open_ms : left;
    board_control(BOARD_DOOR_OPEN);
    return true;
}

void door_lock(struct door *door)
{
    door->open = false;
    board_control(BOARD_DOOR_LOCK);
}

void door_tick(struct door *door, uint32_t now_ms)
{
    if (door->open && door_remaining_ms(door, now_ms) == 0) {
        door_lock(door);
    }
}

uint32_t door_remaining_ms(const struct door *door, uint32_t now_ms)
{
    const uint32_t passed = now_ms - door->opened_ms;
    return door->open && passed < door->open_ms ? door->open_ms - passed : 0;
}
