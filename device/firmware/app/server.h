/* The conversation: receives frames from the link, has them carried out, sends the answers. */
#ifndef APP_SERVER_H
#define APP_SERVER_H

#include "app/session.h"

/* Does what there is to do and returns. Call forever, after session_init. */
void server_poll(struct session *session);

#endif
