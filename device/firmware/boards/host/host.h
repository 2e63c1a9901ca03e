/* What the developer's computer offers to main_host.c beside board.h. */
#ifndef BOARDS_HOST_HOST_H
#define BOARDS_HOST_HOST_H

#include <setjmp.h>

/* Where BOARD_RESET jumps to. */
extern jmp_buf host_start_over;

/* Says what went wrong with `what`, by errno, and ends the program. */
void host_fail(const char *what) __attribute__((noreturn));

/* Opens a pty and prints its path. */
void host_open_link(void);

/* Waits a little while for bytes, unless some are there. */
void host_wait(void);

#endif
