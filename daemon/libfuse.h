/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is used of libfuse, the low level of its interface: it takes requests
 * of the host's kernel apart, and makes replies.  It never sees /dev/fuse.
 */
#ifndef DAEMON_LIBFUSE_H
#define DAEMON_LIBFUSE_H

#define FUSE_USE_VERSION 314

#include <fuse_lowlevel.h>

#include "library.h"

#define LIBFUSE_FUNCTIONS(LIBRARY)                      \
    LIBRARY (fuse_add_direntry)                         \
    LIBRARY (fuse_add_direntry_plus)                    \
    LIBRARY (fuse_opt_free_args)                        \
    LIBRARY (fuse_reply_attr)                           \
    LIBRARY (fuse_reply_buf)                            \
    LIBRARY (fuse_reply_entry)                          \
    LIBRARY (fuse_reply_err)                            \
    LIBRARY (fuse_reply_lseek)                          \
    LIBRARY (fuse_reply_none)                           \
    LIBRARY (fuse_reply_statfs)                         \
    LIBRARY (fuse_reply_write)                          \
    LIBRARY (fuse_reply_xattr)                          \
    LIBRARY (fuse_req_ctx)                              \
    LIBRARY (fuse_req_userdata)                         \
    LIBRARY (fuse_session_custom_io)                    \
    LIBRARY (fuse_session_destroy)                      \
    LIBRARY (fuse_session_new)                          \
    LIBRARY (fuse_session_process_buf)                  \
    LIBRARY (fuse_set_log_func)

DECLARE_LIBRARY (libfuse, LIBFUSE_FUNCTIONS)

/* The same where a request is at work: it is loaded then. */
const struct libfuse *libfuse (void);

#endif /* DAEMON_LIBFUSE_H */
