/* The network run on a board: counted, keeping door and clock going. */
#ifndef APP_INFERENCE_H
#define APP_INFERENCE_H

#include "board.h"
#include "link/protocol.h"
#include "app/server.h"

/* Set `server`, and `profiles` where wanted; what it counts adds up over several runs. */
struct run {
    struct server *server;
    struct wire_layer_profile *profiles; /* NULL: only the sums */
    struct board_count before;
    uint32_t layer; /* being computed since `before`; layer_count: none */
    uint32_t paused_layer; /* that goes on after a pause */
    uint32_t cycles;
    uint32_t instructions;
};

/* From the source's crop to network_output; false where the source gave up. */
bool run_network(struct run *run, const struct network_source *source);

void run_golden(struct run *run);

#endif
