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

/* Answer a FUSE_INIT request.  ENOTSUP if the kernel is too old. */
int fuse_init_reply (const struct fuse_init_in *in, size_t size,
                     const struct fuse_init_options *o,
                     struct fuse_init_out *ret, struct error *err);

#endif /* LIB_FUSE_INIT_H */
