/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The private data area: what a program keeps in a handle under a name. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "private-data.h"

struct private_datum {
    char *key;
    void *data; /* the program's: never freed here */
    struct private_datum *next;
};

static struct private_datum *
find (guestfs_h *g, const char *key)
{
    struct private_datum *d = g->private_data;

    while (d && strcmp (d->key, key) != 0)
        d = d->next;
    return d;
}

void
guestfs_set_private (guestfs_h *g, const char *key, void *data)
{
    struct private_datum *d;

    handle_lock (g);
    d = find (g, key);
    if (!d) {
        d = xcalloc (1, sizeof *d);
        d->key = xstrdup (key);
        d->next = g->private_data;
        g->private_data = d;
    }
    d->data = data;
    handle_unlock (g);
}

void *
guestfs_get_private (guestfs_h *g, const char *key)
{
    struct private_datum *d;
    void *data;

    handle_lock (g);
    d = find (g, key);
    data = d ? d->data : NULL;
    handle_unlock (g);
    return data;
}

/* Entries that were set to NULL count as deleted. */
static void *
first_set (guestfs_h *g, struct private_datum *d, const char **key_rtn)
{
    while (d && !d->data)
        d = d->next;
    g->next_private = d ? d->next : NULL;
    if (!d)
        return NULL;
    *key_rtn = d->key;
    return d->data;
}

void *
guestfs_first_private (guestfs_h *g, const char **key_rtn)
{
    void *data;

    handle_lock (g);
    data = first_set (g, g->private_data, key_rtn);
    handle_unlock (g);
    return data;
}

void *
guestfs_next_private (guestfs_h *g, const char **key_rtn)
{
    void *data;

    handle_lock (g);
    data = first_set (g, g->next_private, key_rtn);
    handle_unlock (g);
    return data;
}

void
private_data_free (guestfs_h *g)
{
    while (g->private_data) {
        struct private_datum *d = g->private_data;

        g->private_data = d->next;
        free (d->key);
        free (d);
    }
}
