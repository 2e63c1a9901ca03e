/* What a board can be asked, one row per request. */
#ifndef APP_COMMANDS_H
#define APP_COMMANDS_H

#include "link/frame.h"
#include "app/server.h"

struct reply {
    uint16_t status; /* wire_status */
    uint8_t *payload; /* SERVER_REPLY_BYTES of room, 4-byte aligned */
    uint32_t length;
};

/* Carries out a request whose frame was good; payloads of other replies than OK are dropped by the caller where due. */
void command_execute(struct server *server, const struct frame *frame, struct reply *reply);

struct stream;

/* INFER on a crop that is still coming; false where there is nothing to answer with: stream->state says why. */
bool command_infer_stream(struct stream *stream, struct reply *reply);

/* True for requests that must be carried out again when they are repeated. */
bool command_runs_again(uint8_t type);

#endif
