/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel of the host is told once, when a mount begins. */
#ifndef LIB_FUSE_INIT_H
#define LIB_FUSE_INIT_H

#include <linux/fuse.h>
#include <stdbool.h>
#include <stddef.h>

#include "error.h"

struct fuse_init_options {
    bool writeback; /* it may keep what was written for a while */
    bool acl;       /* it checks permissions, so by ACLs as well */
};

struct fuse_init_reply {
    struct fuse_out_header header;
    struct fuse_init_out out;
};

/* Can the kernel that asks this be served?  ENOTSUP if it is too old. */
int fuse_init_check (const struct fuse_init_in *in, size_t size,
                     struct error *err);

/* Change the daemon's answer to what is allowed. */
void fuse_init_limit (const struct fuse_init_in *in,
                      const struct fuse_init_options *o,
                      struct fuse_init_out *out);

#endif /* LIB_FUSE_INIT_H */
