/* The program of the developer's computer: prints the path of the pty that is its link, then serves until it is ended.
 *     build/host/host [network.bin]
 * RESET starts the program over, on the same pty. */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/server.h"
#include "app/session.h"
#include "board_memory.h"
#include "boards/host/host.h"

static struct session session;
static _Alignas(64) uint8_t arena[BOARD_ARENA_BYTES];

static const uint8_t *map_file(const char *path, uint32_t *bytes)
{
    const int fd = open(path, O_RDONLY);
    struct stat about;
    if (fd < 0 || fstat(fd, &about) != 0) {
        host_fail(path);
    }
    void *file = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (file == MAP_FAILED) {
        host_fail(path);
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
    host_open_link();
    (void)setjmp(host_start_over);
    session_init(&session, arena, sizeof arena, network, network_bytes);
    for (;;) {
        server_poll(&session);
        host_wait();
    }
}
