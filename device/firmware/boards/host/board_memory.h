#ifndef BOARD_MEMORY_H
#define BOARD_MEMORY_H

/* Room for the largest of the 22 variants. */
#define BOARD_ARENA_BYTES (8u * 1024u * 1024u)

#define BOARD_WORK_SECTION

#endif
