#include "app/inference.h"

#include <stddef.h>

static void step(void *context, uint32_t index)
{
    struct run *run = context;
    const uint32_t layers = run->server->network.header->layer_count;
    struct board_count now;
    board_count(&now);
    if (run->layer < layers) {
        const uint32_t cycles = now.cycles - run->before.cycles;
        const uint32_t instructions = now.instructions - run->before.instructions;
        run->cycles += cycles;
        run->instructions += instructions;
        if (run->profiles) {
            run->profiles[run->layer].cycles += cycles;
            run->profiles[run->layer].instructions += instructions;
        }
    }
    run->layer = index;
    (void)server_tick(run->server);
    board_count(&run->before);
}

/* A source whose time is not the network's: waiting for a crop, taking it in, making it up. */
struct outside {
    struct run *run;
    const struct network_source *source;
};

static void pause_run(struct run *run, bool begins)
{
    if (begins) {
        run->paused_layer = run->layer;
    }
    step(run, begins ? run->server->network.header->layer_count : run->paused_layer);
}

static bool outside_next(void *context, uint8_t *to, uint32_t bytes)
{
    const struct outside *outside = context;
    pause_run(outside->run, true);
    const bool good = outside->source->next(outside->source->context, to, bytes);
    pause_run(outside->run, false);
    return good;
}

static bool outside_end(void *context)
{
    const struct outside *outside = context;
    pause_run(outside->run, true);
    const bool good = !outside->source->end || outside->source->end(outside->source->context);
    pause_run(outside->run, false);
    return good;
}

bool run_network(struct run *run, const struct network_source *source)
{
    const struct network *network = &run->server->network;
    struct outside outside = {.run = run, .source = source};
    const struct network_source timed = {.next = outside_next, .end = outside_end, .context = &outside};
    run->layer = network->header->layer_count;
    return network_run(network, &timed, step, run, run->profiles != NULL);
}

void run_golden(struct run *run)
{
    struct network_golden golden;
    const struct network_source source = network_golden_source(&run->server->network, &golden);
    (void)run_network(run, &source);
}
