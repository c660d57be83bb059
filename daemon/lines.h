/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of a file, and lists of strings that fit into a reply. */
#ifndef DAEMON_LINES_H
#define DAEMON_LINES_H

#include "daemon.h"

/* A result that grows: more than a message can hold is refused while it is
 * gathered, not after memory has run out.
 */
struct string_result {
    struct strings list;
    size_t size;
};

/* size bytes, up to a NUL if there is one. */
int string_result_add (struct string_result *r, const char *s, size_t size,
                       struct error *err);

/* The list as calls return it. */
char **string_result_steal (struct string_result *r);

void string_result_free (struct string_result *r);

#define cleanup_string_result __attribute__ ((cleanup (string_result_free)))

/* Cuts blocks into lines.  fn gets each without its newline, which the last
 * one need not have, and returns as a block_fn does.  A line of more than
 * 4 MiB is an error (EFBIG).
 */
struct line_splitter {
    int (*fn) (void *opaque, const char *line, size_t size,
               struct error *err);
    void *opaque;
    char *rest; /* of the block before: a line without its end */
    size_t rest_size, rest_allocated;
};

/* A block_fn, whose opaque is a line_splitter. */
int split_block (void *opaque, const char *data, size_t size,
                 struct error *err);

/* At the end of the file. */
int split_end (struct line_splitter *s, struct error *err);

void line_splitter_free (struct line_splitter *s);

#define cleanup_line_splitter __attribute__ ((cleanup (line_splitter_free)))

#endif /* DAEMON_LINES_H */
