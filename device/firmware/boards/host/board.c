/* The developer's computer as a board: a pty is the link. Ticks are nanoseconds. */
#define _GNU_SOURCE /* posix_openpt, cfmakeraw */
#include "board.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "boards/host/host.h"

#define RING_BYTES (1u << 19)
#define IDLE_MS 5

static const struct board_id id = {
    .name = "host",
    .unique_id = {'H', 'O', 'S', 'T', '-', 'P', 'R', 'O', 'G', 'R', 'A', 'M'},
    .clock_hz = 1000000000,
    .kept_bytes = RING_BYTES,
    .receives_meanwhile = true,
};

static uint8_t ring[RING_BYTES];
static uint32_t ring_head, ring_tail; /* run freely; taken modulo RING_BYTES */
static int link_fd = -1;
jmp_buf host_start_over;

void host_fail(const char *what)
{
    fprintf(stderr, "host board: %s: %s\n", what, strerror(errno));
    exit(1);
}

void host_open_link(void)
{
    link_fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (link_fd < 0 || grantpt(link_fd) != 0 || unlockpt(link_fd) != 0) {
        host_fail("no pty");
    }
    const char *path = ptsname(link_fd);
    /* Holding the other end open keeps the link alive between two hosts. */
    const int other = path ? open(path, O_RDWR | O_NOCTTY) : -1;
    struct termios raw;
    if (other < 0 || tcgetattr(other, &raw) != 0) {
        host_fail("no pty");
    }
    cfmakeraw(&raw);
    if (tcsetattr(other, TCSANOW, &raw) != 0) {
        host_fail("pty");
    }
    printf("%s\n", path);
    fflush(stdout);
}

void board_init(uint32_t baud)
{
    (void)baud; /* a pty has no rate */
}

static void fill_ring(void)
{
    for (;;) {
        const uint32_t at = ring_head % RING_BYTES;
        const uint32_t free_bytes = RING_BYTES - (ring_head - ring_tail);
        const uint32_t room = free_bytes < RING_BYTES - at ? free_bytes : RING_BYTES - at;
        const ssize_t n = room > 0 ? read(link_fd, ring + at, room) : 0;
        if (n <= 0) {
            return;
        }
        ring_head += (uint32_t)n;
    }
}

void board_peek(uint32_t at, uint8_t *to, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        to[i] = ring[(ring_tail + at + i) % RING_BYTES];
    }
}

uint32_t board_read(uint8_t *to, uint32_t n)
{
    fill_ring();
    const uint32_t waiting = ring_head - ring_tail;
    const uint32_t taken = n < waiting ? n : waiting;
    if (to) {
        board_peek(0, to, taken);
    }
    ring_tail += taken;
    return to ? taken : waiting - taken;
}

void board_write(const uint8_t *bytes, uint32_t n)
{
    while (n > 0) {
        const ssize_t written = write(link_fd, bytes, n);
        if (written > 0) {
            bytes += written;
            n -= (uint32_t)written;
        } else if (written < 0 && errno != EAGAIN && errno != EINTR) {
            return; /* nobody there: the bytes are lost, as on a wire */
        } else {
            /* Nobody reads: take in what comes, or two programs that both write would wait for each other. */
            fill_ring();
            struct pollfd ready = {.fd = link_fd, .events = POLLOUT};
            (void)poll(&ready, 1, IDLE_MS);
        }
    }
}

void board_count(struct board_count *count)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    *count = (struct board_count){.cycles = (uint32_t)((uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec)};
}

const struct board_id *board_id(void)
{
    return &id;
}

void board_control(enum board_action action)
{
    if (action == BOARD_RESET) {
        longjmp(host_start_over, 1);
    }
}

uint32_t stack_used_bytes(void)
{
    return 0;
}

void host_wait(void)
{
    if (ring_head == ring_tail) {
        struct pollfd ready = {.fd = link_fd, .events = POLLIN};
        (void)poll(&ready, 1, IDLE_MS);
    }
}
