/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The archive with microcode that lies before an initrd. */
#ifndef DAEMON_EARLY_CPIO_H
#define DAEMON_EARLY_CPIO_H

#include <sys/types.h>

/* Where the uncompressed cpio archive that begins at offset ends, and what
 * comes after it begins; -1 if there is no such archive, or nothing after it.
 */
off_t early_cpio_end (int fd, off_t offset);

#endif /* DAEMON_EARLY_CPIO_H */
