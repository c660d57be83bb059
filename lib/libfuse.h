/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is used of libfuse, which is loaded when something is mounted. */
#ifndef LIB_LIBFUSE_H
#define LIB_LIBFUSE_H

#define FUSE_USE_VERSION 314

#include <fuse_lowlevel.h>

#include "library.h"

#define LIBFUSE_FUNCTIONS(LIBRARY)                      \
    LIBRARY (fuse_opt_add_arg)                          \
    LIBRARY (fuse_opt_add_opt_escaped)                  \
    LIBRARY (fuse_opt_free_args)                        \
    LIBRARY (fuse_opt_parse)                            \
    LIBRARY (fuse_session_destroy)                      \
    LIBRARY (fuse_session_fd)                           \
    LIBRARY (fuse_session_mount)                        \
    LIBRARY (fuse_session_new)                          \
    LIBRARY (fuse_set_log_func)

DECLARE_LIBRARY (libfuse, LIBFUSE_FUNCTIONS)

/* From now on, keep what libfuse has to say to this thread. */
void libfuse_listen (const struct libfuse *fuse);

/* No longer.  What it has said, which the caller frees; NULL: nothing. */
char *libfuse_heard (void);

/* The arguments that a program would have for these options. */
void libfuse_args (const struct libfuse *fuse, const char *options,
                   struct fuse_args *ret);

#endif /* LIB_LIBFUSE_H */
