/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mount options as mount(8) takes them, taken apart for mount(2). */
#ifndef DAEMON_MOUNT_OPTIONS_H
#define DAEMON_MOUNT_OPTIONS_H

#include "error.h"

struct mount_options {
    unsigned long flags; /* MS_* */
    char *data;          /* what the file system itself understands */
};

/* subvolume is that of a btrfs to mount, or NULL. */
int mount_options_parse (const char *options, const char *subvolume,
                         struct mount_options *ret, struct error *err);

void mount_options_free (struct mount_options *o);

#define cleanup_mount_options __attribute__ ((cleanup (mount_options_free)))

#endif /* DAEMON_MOUNT_OPTIONS_H */
