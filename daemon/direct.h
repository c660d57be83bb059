/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Large files past the page cache (O_DIRECT): what is copied through the
 * appliance's memory only once is up to three times as fast, since each new
 * page of the cache costs User Mode Linux much.
 */
#ifndef DAEMON_DIRECT_H
#define DAEMON_DIRECT_H

#include "daemon.h"

/* From this size on it is worth the buffer. */
#define DIRECT_MIN (4 << 20)

struct direct {
    int fd; /* borrowed */
    const char *name;
    char *buffer; /* aligned, as large as a piece; made when it is needed */
    size_t piece, used;
};

#define DIRECT_PIECE (1 << 20)

/* So much is about to be read or written, or more, from where the descriptor
 * is.  Less than DIRECT_MIN, or what begins at an odd offset, goes through the
 * page cache, in pieces of CONTENT_BLOCK; also where O_DIRECT can't be.
 */
void direct_begin (struct direct *d, int fd, int64_t size, const char *name);

/* Write some more. */
int direct_write (struct direct *d, const struct iovec *iov, int count,
                  struct error *err);

/* Write the rest. */
int direct_end (struct direct *d, struct error *err);

/* Write a piece at once, which is aligned: the buffer of another one. */
int direct_put (struct direct *d, char *piece, size_t size,
                struct error *err);

/* Read up to a piece.  Returns how many bytes of d->buffer; 0 at the end of
 * the file.
 */
ssize_t direct_read (struct direct *d, struct error *err);

/* Memory that is aligned; never NULL. */
char *direct_memory (size_t size);

void direct_free (struct direct *d);

#define cleanup_direct __attribute__ ((cleanup (direct_free)))

#endif /* DAEMON_DIRECT_H */
