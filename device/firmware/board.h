/* What a board is to the portable part: eight functions. Everything else about a board stays in its folder. */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stdint.h>

struct board_count {
    uint32_t cycles; /* runs through at 2^32; ticks at board_id.clock_hz */
    uint32_t instructions; /* executed since start, 0 where nobody counts them */
    uint32_t overruns; /* times that received bytes were lost because nobody read them in time */
};

struct board_id {
    char name[16];
    char unique_id[12];
    uint32_t clock_hz;
    uint32_t max_baud; /* 0: the link has no rate */
    uint32_t rate_clock_hz; /* divided by a whole number up to max_divider to make the link's rate */
    uint32_t max_divider;
    uint32_t ring_bytes; /* received in the background; 0: the sender is held back instead */
    uint32_t kept_bytes; /* received and not yet taken, how many board_peek reaches; 0: none */
    uint32_t code_bytes; /* of flash, without the network */
    uint32_t fault_status; /* CFSR of the fault that caused this start, 0 for none */
    uint32_t fault_address;
    bool counts_cycles; /* ticks are processor cycles */
    bool counts_instructions;
    bool receives_meanwhile; /* goes on receiving while the network runs */
};

enum board_action { BOARD_DOOR_LOCK, BOARD_DOOR_OPEN, BOARD_RESET };

/* The first call starts the board, later ones set the link's rate after everything written has left. */
void board_init(uint32_t baud);

/* Takes up to `n` received bytes without waiting and returns how many. With `to` NULL they are dropped, and it returns
 * how many are left: with 0 it only tells. */
uint32_t board_read(uint8_t *to, uint32_t n);

/* Copies `n` received bytes from the `at`-th on and takes none. They are there: board_read(NULL, 0) said so. */
void board_peek(uint32_t at, uint8_t *to, uint32_t n);

/* Sends all `n` bytes before it returns (the last few may still be in the transmitter). */
void board_write(const uint8_t *bytes, uint32_t n);

void board_count(struct board_count *count);
const struct board_id *board_id(void);
void board_control(enum board_action action);

/* High-water mark of the stack in bytes, 0 where it has no bound to measure against. Lives with the start-up code. */
uint32_t stack_used_bytes(void);

#endif
