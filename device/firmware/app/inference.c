#include "app/inference.h"

#include <stddef.h>

#include "board.h"
#include "libc/mem.h"

/* One run of the network. */
struct run {
    struct session *session;
    const struct network_source *source;
    struct wire_layer_profile *profiles;
    struct board_count before;
    uint32_t layer; /* being computed since `before`; layer_count: none */
    uint32_t paused_layer; /* that goes on after a pause */
    uint32_t cycles;
    uint32_t instructions;
};

static void step(void *context, uint32_t index)
{
    struct run *run = context;
    const uint32_t layers = run->session->network.header->layer_count;
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
    (void)session_tick(run->session);
    board_count(&run->before);
}

/* The source's time is not the network's: waiting for a crop, taking it in, making it up. */
static void pause_run(struct run *run)
{
    run->paused_layer = run->layer;
    step(run, run->session->network.header->layer_count);
}

static void resume_run(struct run *run)
{
    step(run, run->paused_layer);
}

static bool paused_next(void *context, uint8_t *to, uint32_t bytes)
{
    struct run *run = context;
    pause_run(run);
    const bool good = run->source->next(run->source->context, to, bytes);
    resume_run(run);
    return good;
}

static bool paused_end(void *context)
{
    struct run *run = context;
    pause_run(run);
    const bool good = !run->source->end || run->source->end(run->source->context);
    resume_run(run);
    return good;
}

/* From the source's crop to network_output; false where the source gave up. */
static bool run_network(struct run *run, const struct network_source *source)
{
    const struct network *network = &run->session->network;
    const struct network_source paused = {.next = paused_next, .end = paused_end, .context = run};
    run->source = source;
    run->layer = network->header->layer_count;
    return network_run(network, &paused, step, run, run->profiles != NULL);
}

static bool memory_next(void *context, uint8_t *to, uint32_t bytes)
{
    struct memory *memory = context;
    memmove(to, memory->at, bytes);
    memory->at += bytes;
    return true;
}

struct network_source memory_source(struct memory *memory)
{
    return (struct network_source){.next = memory_next, .context = memory};
}

/* One row from right to left; three bytes a pixel, as every network has that takes its rows one by one. */
static bool flipped_next(void *context, uint8_t *to, uint32_t bytes)
{
    struct memory *memory = context;
    const uint8_t *pixel = memory->at + bytes;
    for (uint32_t i = 0; i < bytes; i += 3) {
        pixel -= 3;
        to[i] = pixel[0];
        to[i + 1] = pixel[1];
        to[i + 2] = pixel[2];
    }
    memory->at += bytes;
    return true;
}

/* The fingerprint behind those in the reply. The last answer is overwritten by it. */
static void add_fingerprint(struct session *session, struct reply *reply)
{
    const uint32_t length = session->network.header->output_length;
    session->last_known = false;
    memcpy(reply->payload + sizeof(struct wire_infer_reply) + reply->length, network_output(&session->network), length);
    reply->length += length;
}

struct outcome infer(struct session *session, const struct crop *crop, struct reply *reply)
{
    struct run run = {.session = session};
    reply->length = 0;
    if (!run_network(&run, &crop->source)) {
        return (struct outcome){.complete = false};
    }
    add_fingerprint(session, reply);
    if (crop->whole) {
        struct memory memory = {.at = crop->whole};
        const struct network_source flipped = {.next = flipped_next, .context = &memory};
        (void)run_network(&run, &flipped);
        add_fingerprint(session, reply);
    }
    struct board_count now;
    board_count(&now);
    const struct wire_infer_reply timing = {
        .receive_cycles = session->last_byte_cycles - session->first_byte_cycles,
        .network_cycles = run.cycles,
        .total_cycles = now.cycles - session->last_byte_cycles,
        .network_instructions = run.instructions,
    };
    memcpy(reply->payload, &timing, sizeof timing);
    reply->length += sizeof timing;
    return (struct outcome){true, run.cycles, run.instructions};
}

struct outcome infer_golden(struct session *session, struct wire_layer_profile *profiles)
{
    struct network_golden golden;
    const struct network_source source = network_golden_source(&session->network, &golden);
    struct run run = {.session = session, .profiles = profiles};
    const bool complete = run_network(&run, &source);
    return (struct outcome){complete, run.cycles, run.instructions};
}
