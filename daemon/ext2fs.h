/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ext2, ext3 and ext4 by libext2fs and libe2p. */
#ifndef DAEMON_EXT2FS_H
#define DAEMON_EXT2FS_H

#include "error.h"

/* The superblock in words, as tune2fs -l prints it. */
char *ext2_describe (const char *device, struct error *err);

/* Make the directory lost+found in an open directory, with room for the
 * names that e2fsck puts there when nothing may be allocated.
 */
int ext2_make_lost_and_found (int fd, const char *path, struct error *err);

#endif /* DAEMON_EXT2FS_H */
