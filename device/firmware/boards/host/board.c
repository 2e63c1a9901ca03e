/* The developer's computer as a board: a pty is the link. Prints the pty's path, then serves until it is ended.
 *     build/host/host [network.bin]
 * Ticks are nanoseconds. RESET starts the program over, on the same pty. */
#define _GNU_SOURCE /* posix_openpt, cfmakeraw */
#include "board.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <signal.h>

#include "board_memory.h"
#include "app/server.h"

#define RING_BYTES (1u << 19)
#define IDLE_MS 5

static const struct board_id id = {
    .name = "host",
    .unique_id = {'H', 'O', 'S', 'T', '-', 'P', 'R', 'O', 'G', 'R', 'A', 'M'},
    .clock_hz = 1000000000,
    .kept_bytes = RING_BYTES,
    .receives_meanwhile = true,
};

static struct server server;
static _Alignas(64) uint8_t arena[BOARD_ARENA_BYTES];
static uint8_t ring[RING_BYTES];
static uint32_t ring_head, ring_tail; /* run freely; taken modulo RING_BYTES */
static int link_fd = -1;
static jmp_buf start_over;

static void fail(const char *what)
{
    fprintf(stderr, "host board: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void open_pty(void)
{
    link_fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (link_fd < 0 || grantpt(link_fd) != 0 || unlockpt(link_fd) != 0) {
        fail("no pty");
    }
    const char *path = ptsname(link_fd);
    /* Holding the other end open keeps the link alive between two hosts. */
    const int other = path ? open(path, O_RDWR | O_NOCTTY) : -1;
    struct termios raw;
    if (other < 0 || tcgetattr(other, &raw) != 0) {
        fail("no pty");
    }
    cfmakeraw(&raw);
    if (tcsetattr(other, TCSANOW, &raw) != 0) {
        fail("pty");
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
        longjmp(start_over, 1);
    }
}

uint32_t stack_used_bytes(void)
{
    return 0;
}

static const uint8_t *map_file(const char *path, uint32_t *bytes)
{
    const int fd = open(path, O_RDONLY);
    struct stat about;
    if (fd < 0 || fstat(fd, &about) != 0) {
        fail(path);
    }
    void *file = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (file == MAP_FAILED) {
        fail(path);
    }
    close(fd);
    *bytes = (uint32_t)about.st_size;
    return file;
}

int main(int argc, char **argv)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* no orphan when the parent goes */
    const uint8_t *network = NULL;
    uint32_t network_bytes = 0;
    if (argc > 1) {
        network = map_file(argv[1], &network_bytes);
    }
    open_pty();
    (void)setjmp(start_over);
    server_init(&server, arena, sizeof arena, network, network_bytes);
    for (;;) {
        server_poll(&server);
        if (ring_head == ring_tail) {
            struct pollfd ready = {.fd = link_fd, .events = POLLIN};
            (void)poll(&ready, 1, IDLE_MS);
        }
    }
}
