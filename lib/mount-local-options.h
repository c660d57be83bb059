/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of mount_local. */
#ifndef LIB_MOUNT_LOCAL_OPTIONS_H
#define LIB_MOUNT_LOCAL_OPTIONS_H

#include <stdbool.h>

#include "error.h"
#include "protocol.h"

struct local_options {
    wire_fuse_begin_args session; /* what the daemon must know */
    bool writeback;   /* the kernel may keep what was written for a while */
    bool permissions; /* it checks them */
    bool only_root;   /* of other users, only root is let in */
    bool debug;       /* say what is asked for */
    char *mount;      /* for libfuse, when it mounts */
};

/* Of the argument "options", which may be NULL, with timeouts of so many
 * seconds where it gives none.
 */
int local_options_parse (const char *options, bool readonly, int cachetimeout,
                         struct local_options *ret, struct error *err);

void local_options_free (struct local_options *o);

#define cleanup_local_options __attribute__ ((cleanup (local_options_free)))

#endif /* LIB_MOUNT_LOCAL_OPTIONS_H */
