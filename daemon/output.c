/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that a call makes up and sends piece by piece. */

#include "config.h"

#include <string.h>

#include "output.h"

#define OUTPUT_BUFFER (128 << 10)

void
output_init (struct output *o, struct call *call)
{
    *o = (struct output) {
        .call = call,
        .buffer = xmalloc (OUTPUT_BUFFER),
    };
}

int
output_end (struct output *o)
{
    size_t size = o->used;

    o->used = 0;
    return send_file (o->call, o->buffer, size);
}

int
output_add (struct output *o, const void *data, size_t size)
{
    const char *p = data;

    while (size > 0) {
        size_t room = OUTPUT_BUFFER - o->used;
        size_t n = size < room ? size : room;

        memcpy (o->buffer + o->used, p, n);
        o->used += n;
        p += n;
        size -= n;
        if (o->used == OUTPUT_BUFFER && output_end (o) < 0)
            return -1;
    }
    return 0;
}

void
output_free (struct output *o)
{
    free (o->buffer);
}

static int
send_printed (void *opaque, const char *data, size_t size, struct error *err)
{
    struct call *call = opaque;

    if (send_file (call, data, size) == 0)
        return 0;
    error_move (err, &call->err);
    return -1;
}

int
send_command_output (struct call *call, struct command *c)
{
    cleanup_error struct error err = { 0 };

    c->sink = send_printed;
    c->opaque = call;
    if (command_check (c, &err) < 0) {
        error_move (&call->err, &err);
        return -1;
    }
    /* The reply, if nothing was printed. */
    return send_file (call, NULL, 0);
}
