/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Allocation that does not fail. */

#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

static void *
checked (void *p)
{
    if (!p)
        out_of_memory ();
    return p;
}

void *
xmalloc (size_t size)
{
    return checked (malloc (size ? size : 1));
}

void *
xcalloc (size_t count, size_t size)
{
    return checked (calloc (count ? count : 1, size ? size : 1));
}

void *
xreallocarray (void *take_p, size_t count, size_t size)
{
    return checked (reallocarray (take_p, count ? count : 1, size));
}

char *
xstrdup (const char *s)
{
    return checked (strdup (s));
}

char *
xstrndup (const char *s, size_t n)
{
    return checked (strndup (s, n));
}

void *
xmemdup (const void *p, size_t n)
{
    void *copy = xmalloc (n);

    if (n > 0)
        memcpy (copy, p, n);
    return copy;
}

char *
xasprintf (const char *fmt, ...)
{
    va_list args;
    char *s;
    int r;

    va_start (args, fmt);
    r = vasprintf (&s, fmt, args);
    va_end (args);
    if (r < 0)
        out_of_memory ();
    return s;
}
