/* The program of every board without an operating system. */
#include "app/server.h"
#include "app/session.h"
#include "board.h"
#include "board_memory.h"

static struct session session;
static _Alignas(32) BOARD_ARENA_SECTION uint8_t arena[BOARD_ARENA_BYTES];
static_assert(sizeof arena >= FRAME_BUFFER_BYTES, "the arena receives frames too");

extern const uint8_t network_image[]; /* network/network.S */
extern const uint8_t network_end[]; /* of the room, from the linker script: another network may be put in later */

int main(void);

int main(void)
{
    board_init(WIRE_START_BAUD);
    session_init(&session, arena, sizeof arena, network_image, (uint32_t)(network_end - network_image));
    for (;;) {
        server_poll(&session);
    }
}
