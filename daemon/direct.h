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
    char *buffer; /* aligned, of DIRECT_BUFFER bytes */
    size_t used;
};

#define DIRECT_BUFFER (1 << 20)

/* The descriptor is read or written from offset on, where it is already.
 * Where O_DIRECT can't be, it is done without.
 */
void direct_begin (struct direct *d, int fd, int64_t offset,
                   const char *name);

/* Write some more. */
int direct_write (struct direct *d, const struct iovec *iov, int count,
                  struct error *err);

/* Write the rest. */
int direct_end (struct direct *d, struct error *err);

/* Read up to a whole buffer.  Returns how many bytes of d->buffer; 0 at the
 * end of the file.
 */
ssize_t direct_read (struct direct *d, struct error *err);

void direct_free (struct direct *d);

#define cleanup_direct __attribute__ ((cleanup (direct_free)))

#endif /* DAEMON_DIRECT_H */
