/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one error object of all layers. */

#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "error.h"
#include "memory.h"

int
fail (struct error *err, int errnum, const char *fmt, ...)
{
    va_list args;
    char *message;
    int r;

    errno = errnum;
    va_start (args, fmt);
    r = vasprintf (&message, fmt, args);
    va_end (args);
    if (r < 0)
        out_of_memory ();

    free (err->message);
    err->message = message;
    err->errnum = errnum;
    return -1;
}

int
fail_context (struct error *err, const char *fmt, ...)
{
    cleanup_free char *context = NULL;
    char *message;
    va_list args;
    int r;

    va_start (args, fmt);
    r = vasprintf (&context, fmt, args);
    va_end (args);
    if (r < 0)
        out_of_memory ();

    message = xasprintf ("%s: %s", context, err->message);
    free (err->message);
    err->message = message;
    return -1;
}

void
error_move (struct error *to, struct error *from)
{
    error_clear (to);
    *to = *from;
    *from = (struct error) { 0 };
}

void
error_clear (struct error *err)
{
    free (err->message);
    *err = (struct error) { 0 };
}

const char *
errno_to_name (int errnum)
{
    const char *name = strerrorname_np (errnum);

    /* One number, of which the C library knows the other name. */
    if (errnum == ENOTSUP)
        return "ENOTSUP";
    return name ? name : "EINVAL";
}

/* Linux has no errno above this one (asm-generic/errno.h: EHWPOISON). */
#define LAST_ERRNO 133

int
errno_from_name (const char *name)
{
    for (int errnum = 1; errnum <= LAST_ERRNO; errnum++) {
        const char *candidate = strerrorname_np (errnum);

        if (candidate && strcmp (candidate, name) == 0)
            return errnum;
    }
    /* Two names for one number: the C library knows only the first. */
    if (strcmp (name, "EDEADLOCK") == 0)
        return EDEADLOCK;
    if (strcmp (name, "EWOULDBLOCK") == 0)
        return EWOULDBLOCK;
    if (strcmp (name, "EOPNOTSUPP") == 0 || strcmp (name, "ENOTSUP") == 0)
        return ENOTSUP;
    return EINVAL;
}
