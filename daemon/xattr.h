/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Extended attributes of files in the guest. */
#ifndef DAEMON_XATTR_H
#define DAEMON_XATTR_H

#include "daemon.h"

/* Copy all of them; both files may be open as O_PATH.  Nothing happens if
 * the first one's file system has none.
 */
int copy_xattrs (int from, const char *from_name, int to, const char *to_name,
                 struct error *err);

#endif /* DAEMON_XATTR_H */
