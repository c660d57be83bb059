/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which files of a tree are links to the same one. */
#ifndef COMMON_LINK_TABLE_H
#define COMMON_LINK_TABLE_H

#include <sys/stat.h>

struct link_table {
    void *tree; /* of tsearch(3) */
};

/* The path under which the same file came before, good until the table is
 * freed; NULL if it is the first time, and path is remembered.
 */
const char *link_table_find (struct link_table *table, const struct stat *st,
                             const char *path);

void link_table_free (struct link_table *table);

#define cleanup_link_table __attribute__ ((cleanup (link_table_free)))

#endif /* COMMON_LINK_TABLE_H */
