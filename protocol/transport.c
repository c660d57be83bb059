/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is the same for every kind of transport. */

#include "config.h"

#include "transport.h"

int
transport_read_full (struct transport *t, void *buffer, size_t size,
                     struct error *err)
{
    char *p = buffer;

    while (size > 0) {
        ssize_t n = t->ops->read (t, p, size, err);

        if (n < 0 || (n == 0 && t->ops->wait (t, TRANSPORT_READ, err) < 0))
            return -1;
        p += n;
        size -= (size_t) n;
    }
    return 0;
}

int
transport_write_full (struct transport *t, const void *buffer, size_t size,
                      struct error *err)
{
    const char *p = buffer;

    while (size > 0) {
        ssize_t n = t->ops->write (t, p, size, err);

        if (n < 0 || (n == 0 && t->ops->wait (t, TRANSPORT_WRITE, err) < 0))
            return -1;
        p += n;
        size -= (size_t) n;
    }
    return 0;
}

void
transport_hang_up (struct transport *t)
{
    if (t && t->ops->hang_up)
        t->ops->hang_up (t);
}

void
transport_free (struct transport *t)
{
    if (t)
        t->ops->free (t);
}

void
cleanup_transport_ (struct transport **t)
{
    transport_free (*t);
}
