/* The network run on a crop: measured, with door and clock kept going. */
#ifndef APP_INFERENCE_H
#define APP_INFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "app/session.h"
#include "link/protocol.h"
#include "network/network.h"

struct crop {
    struct network_source source; /* its bytes, once */
    /* Where all of it waits when the source has come to its end; NULL: the mirror image is not wanted. */
    const uint8_t *whole;
};

/* What became of it; cycles and instructions are the network's, summed over both runs where there are two. */
struct outcome {
    bool complete; /* false: the source gave up, and there is no fingerprint */
    uint32_t cycles;
    uint32_t instructions;
};

/* Puts the crop's fingerprint, and behind it the mirror image's where that is wanted, into the reply, and its timing
 * before them. Where the source gives up, the reply stays empty and the last answer stands. */
struct outcome infer(struct session *session, const struct crop *crop, struct reply *reply);

/* Runs on the golden input; the fingerprint is left in the network. `profiles`: one for each layer, added to; NULL:
 * none. */
struct outcome infer_golden(struct session *session, struct wire_layer_profile *profiles);

/* A request's kind: what it wants, and in which form the crop comes. */
static inline bool infer_is_coded(uint8_t type)
{
    return type == WIRE_TYPE_INFER_CODED || type == WIRE_TYPE_INFER_CODED_FLIP;
}

static inline bool infer_is_flipped(uint8_t type)
{
    return type == WIRE_TYPE_INFER_FLIP || type == WIRE_TYPE_INFER_CODED_FLIP;
}

/* Bytes that lie in memory, as a source. */
struct memory {
    const uint8_t *at;
};
struct network_source memory_source(struct memory *memory);

#endif
