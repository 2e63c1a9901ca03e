/* What a board can be asked, one row per request. */
#ifndef APP_COMMANDS_H
#define APP_COMMANDS_H

#include <stdbool.h>
#include <stdint.h>

#include "app/session.h"
#include "link/frame.h"

/* Carries out a request whose frame was good; payloads of other replies than OK are dropped by the caller where due. */
void command_execute(struct session *session, const struct frame *frame, struct reply *reply);

/* True for requests that must be carried out again when they are repeated. */
bool command_runs_again(uint8_t type);

#endif
