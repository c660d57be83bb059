/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Serving calls: the loop, replies, and the files that belong to calls. */
#ifndef DAEMON_SERVER_H
#define DAEMON_SERVER_H

#include <sys/uio.h>

#include "daemon.h"

/* Serve until the library goes away (0), or the channel breaks (-1). */
int serve (struct daemon *daemon, struct error *err);

/* Generated: decode the arguments, check them, do the call, reply.
 * NULL: there is no such procedure.  -1: call->err says why.
 */
typedef int (*stub) (struct call *call, XDR *xdrs);

struct procedure {
    const char *name;
    stub run;     /* NULL: not implemented yet */
    bool file_in; /* a file follows the call */
    const char *group; /* what it needs (features.c), or NULL */
    bool secret;  /* there are keys among its arguments */
    bool often;   /* verbose messages would drown in it */
};

const struct procedure *find_procedure (uint32_t proc);

/* One that is no call of the API. */
const struct procedure *find_private_procedure (uint32_t proc);

/* Is any of the group's calls implemented? */
bool group_has_calls (const char *group);

/* For the stubs. */
int decode_args (struct call *call, XDR *xdrs, xdrproc_t xdr, void *args,
                 size_t size);
int check_options (struct call *call, int count);
int reply (struct call *call, xdrproc_t xdr, void *ret);

/* The file that the library sends with a call.  write is called with a few
 * pieces at a time, and reports a failure in *err.  Returns 0 when the file
 * has ended; -1 if writing failed, or the library gave up.
 */
typedef int (*file_writer) (void *opaque, const struct iovec *iov, int count,
                            struct error *err);
int receive_file (struct call *call, file_writer write, void *opaque);

/* The same for who wants to ask for it: at most max pieces, after waiting for
 * the first, good until the next call.  Returns how many; 0 when the file
 * has ended.
 */
int receive_pieces (struct call *call, struct iovec *iov, int max);

/* The file that is sent to the library.  The first call of these sends the
 * reply too: until then the call can still fail with a message.
 */
int send_file (struct call *call, const void *data, size_t size);

/* The rest of a descriptor, or size bytes of it (-1: all).  name is for
 * the error message.
 */
int send_file_fd (struct call *call, int fd, int64_t size, const char *name);

/* Tell the library how far a call has come.  It is told now and then only,
 * and, if at all, once more when the call has succeeded: that all is done.
 */
void progress (struct call *call, uint64_t position, uint64_t total);

/* For the server: all is done. */
void progress_end (struct call *call);

#endif /* DAEMON_SERVER_H */
