/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mounting the guest on the host: the requests of the host's kernel. */
#ifndef DAEMON_MOUNT_LOCAL_H
#define DAEMON_MOUNT_LOCAL_H

#include "server.h"

extern const struct procedure fuse_begin_procedure, fuse_procedure,
    fuse_end_procedure;

#endif /* DAEMON_MOUNT_LOCAL_H */
