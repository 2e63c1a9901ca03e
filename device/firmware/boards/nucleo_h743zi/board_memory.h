#ifndef BOARD_MEMORY_H
#define BOARD_MEMORY_H

/* The arena: in AXI SRAM, behind the data cache. */
#define BOARD_ARENA_BYTES (288u * 1024u)
#define BOARD_ARENA_SECTION __attribute__((section(".bss.arena")))

#define BOARD_WORK_SECTION __attribute__((section(".bss.work"), aligned(8192)))

#endif
