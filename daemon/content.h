/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The content of files and devices, for calls that read it from one end to
 * the other or write it.
 */
#ifndef DAEMON_CONTENT_H
#define DAEMON_CONTENT_H

#include "daemon.h"
#include "file-walk.h"

/* Open a regular file of the guest, or a device by the kernel's name.  What
 * else a path may lead to is refused without being waited for: EISDIR for a
 * directory, EINVAL for FIFOs, sockets and device nodes in a guest's file
 * system.
 */
int content_open (struct call *call, const char *name, bool device);

/* The same for writing.  A file is made if there is none; flags are O_TRUNC
 * and O_APPEND, which mean nothing to devices.
 */
int content_create (struct call *call, const char *name, bool device,
                    int flags);

/* How many bytes there are. */
int64_t content_size (struct call *call, int fd, const char *name);

/* Where the bytes go that are read.  1: it has had enough; -1: *err says
 * why not.
 */
typedef int (*block_fn) (void *opaque, const char *data, size_t size,
                         struct error *err);

/* Bytes that are read at once: many, since each system call of User Mode
 * Linux takes 15 µs, but few enough to stay in pages that are mapped.
 */
#define CONTENT_BLOCK (256 << 10)

/* Read to the end, from where the descriptor is.  Returns 0 at the end of
 * the file, 1 if fn had enough.
 */
int content_read (struct call *call, int fd, const char *name, block_fn fn,
                  void *opaque);

/* The same of a file that a walk has come to, and may have read. */
int content_read_entry (struct call *call, const struct walk_entry *e,
                        block_fn fn, void *opaque);

/* Write all of it, at the descriptor's position. */
int content_write (int fd, const struct iovec *iov, int count,
                   const char *name, struct error *err);

#endif /* DAEMON_CONTENT_H */
