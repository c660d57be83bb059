/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which files of a tree are links to the same one. */

#include "config.h"

#include <search.h>
#include <stdlib.h>

#include "link-table.h"
#include "memory.h"

struct link {
    dev_t dev;
    ino_t ino;
    char *path;
};

static int
compare (const void *a, const void *b)
{
    const struct link *x = a, *y = b;

    if (x->dev != y->dev)
        return x->dev < y->dev ? -1 : 1;
    return (x->ino > y->ino) - (x->ino < y->ino);
}

static void
free_link (void *p)
{
    struct link *link = p;

    free (link->path);
    free (link);
}

const char *
link_table_find (struct link_table *table, const struct stat *st,
                 const char *path)
{
    struct link *new, **found;

    if (st->st_nlink < 2)
        return NULL;
    new = xmalloc (sizeof *new);
    *new = (struct link) { .dev = st->st_dev, .ino = st->st_ino };
    found = tsearch (new, &table->tree, compare);
    if (!found)
        out_of_memory ();
    if (*found == new) {
        new->path = xstrdup (path);
        return NULL;
    }
    free (new);
    return (*found)->path;
}

void
link_table_free (struct link_table *table)
{
    tdestroy (table->tree, free_link);
    table->tree = NULL;
}
