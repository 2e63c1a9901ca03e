#include "app/server.h"

#include <stddef.h>

#include "app/commands.h"
#include "app/inference.h"
#include "app/stream.h"
#include "board.h"

static void send(struct session *session, uint8_t *frame, const struct wire_header *request, uint16_t status,
                 uint32_t length)
{
    const uint8_t type = (uint8_t)(request->type | WIRE_REPLY_FLAG);
    const uint32_t bytes = frame_seal(frame, type, request->sequence, status, length);
    if (frame == session->reply) {
        session->reply_bytes = bytes;
    }
    board_write(frame, bytes);
}

static void refuse(struct session *session, const struct wire_header *request, uint16_t status)
{
    session->refused_frames++;
    send(session, session->short_reply, request, status, 0);
}

static void set_rate(struct session *session, uint32_t baud)
{
    board_init(baud);
    /* What came in meanwhile was sampled at the wrong rate. */
    (void)frame_parser_take(&session->parser, session->carry, 0);
    session->rate_since_ms = session->clock.now_ms;
}

static void after_reply(struct session *session)
{
    if (session->wanted_reset) {
        board_control(BOARD_RESET);
    }
    if (session->wanted_baud > 0) {
        set_rate(session, session->wanted_baud);
        session->rate_pending = true;
        session->wanted_baud = 0;
    }
}

static void answer_again(struct session *session)
{
    session->repeated_frames++;
    board_write(session->reply, session->reply_bytes);
}

static void good_frame(struct session *session, const struct frame *frame)
{
    session->rate_pending = false;
    const bool again = command_runs_again(frame->header.type);
    if (!again && session_answered(session, &frame->header, frame->crc)) {
        answer_again(session);
        return;
    }
    uint8_t *answer = again ? session->short_reply : session->reply;
    session->last_known = session->last_known && again;
    struct reply reply = {.payload = answer + WIRE_HEADER_BYTES};
    /* The arena, and the frame in it, may be overwritten by what the frame asks for. */
    const struct frame copy = *frame;
    command_execute(session, frame, &reply);
    if (reply.status != WIRE_STATUS_OK) {
        session->refused_frames++;
    }
    send(session, answer, &copy.header, reply.status, reply.length);
    if (!again) {
        session_remember(session, &copy.header, copy.crc);
    }
    after_reply(session);
    session->last_byte_ms = session->clock.now_ms;
}

/* Takes what the parser wants next; notes when a frame's first and last byte came. */
static bool receive(struct session *session)
{
    uint8_t *at;
    const bool fresh = !frame_parser_busy(&session->parser);
    const uint32_t room = frame_parser_room(&session->parser, &at);
    const uint32_t n = room > 0 ? board_read(at, room) : 0;
    if (n == 0) {
        return false;
    }
    frame_parser_added(&session->parser, n);
    const struct session_backlog *backlog = &session->backlog;
    if (fresh) {
        session->first_byte_cycles = backlog->seen_bytes > 0 ? backlog->first_cycles : session->clock.last_cycles;
    }
    session_took(session, n);
    return true;
}

static void parse(struct session *session)
{
    struct frame frame;
    enum frame_event event;
    while ((event = frame_parser_next(&session->parser, &frame)) != FRAME_NONE) {
        if (event == FRAME_GOOD) {
            good_frame(session, &frame);
        } else {
            refuse(session, &frame.header, event == FRAME_BAD_CRC ? WIRE_STATUS_BAD_CRC : WIRE_STATUS_TOO_LARGE);
        }
    }
}

/* A crop taken while it comes. Where it turns out to be none, its header without the magic goes back to the parser. */
static void take_stream(struct session *session, struct stream *stream)
{
    (void)frame_parser_take(&session->parser, session->carry, WIRE_HEADER_BYTES);
    struct reply reply = {.payload = session->reply + WIRE_HEADER_BYTES};
    const struct crop crop = stream_crop(stream);
    const struct outcome outcome = infer(session, &crop, &reply);
    struct frame_parser *parser = &session->parser;
    if (stream->state == STREAM_GOOD || stream->state == STREAM_NO_CROP) {
        parser->frames++;
        session->rate_pending = false;
        if (stream->state == STREAM_NO_CROP) {
            refuse(session, &stream->header, WIRE_STATUS_BAD_VALUE);
        } else if (outcome.complete) {
            send(session, session->reply, &stream->header, reply.status, reply.length);
            session_remember(session, &stream->header, stream->frame_crc);
        } else {
            answer_again(session);
        }
        session->last_byte_ms = session->clock.now_ms;
        return;
    }
    frame_parser_give(parser, session->carry + WIRE_MAGIC_BYTES, WIRE_HEADER_BYTES - WIRE_MAGIC_BYTES);
    parser->skipped_bytes += WIRE_MAGIC_BYTES;
    if (stream->state == STREAM_BAD) {
        parser->frame_crc_errors++;
        refuse(session, &stream->header, WIRE_STATUS_BAD_CRC);
    } else {
        parser->timeouts++;
    }
    parse(session);
}

void server_poll(struct session *session)
{
    (void)session_tick(session);
    struct stream stream;
    if (receive(session)) {
        parse(session);
        if (stream_begins(session, &stream)) {
            take_stream(session, &stream);
        }
    } else if (frame_parser_busy(&session->parser) &&
               session->clock.now_ms - session->last_byte_ms >= SESSION_FRAME_TIMEOUT_MS) {
        session->last_byte_ms = session->clock.now_ms;
        frame_parser_timeout(&session->parser);
        parse(session);
    }
    if (session->rate_pending && session->clock.now_ms - session->rate_since_ms >= WIRE_BAUD_CONFIRM_MS) {
        session->rate_pending = false;
        set_rate(session, WIRE_START_BAUD);
    }
}
