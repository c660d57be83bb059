/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loop devices: files as block devices. */
#ifndef DAEMON_LOOP_H
#define DAEMON_LOOP_H

#include "error.h"

/* Make a loop device of an open file; read-only if readonly.  The device
 * goes when nothing uses it any more, which *ret_device, the caller's to
 * free, tells.  Returns a descriptor of it, to be closed after mounting.
 */
int loop_attach (int fd, const char *name, int readonly, char **ret_device,
                 struct error *err);

#endif /* DAEMON_LOOP_H */
