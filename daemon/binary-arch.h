/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which architecture a program is for. */
#ifndef DAEMON_BINARY_ARCH_H
#define DAEMON_BINARY_ARCH_H

#include <stddef.h>

/* So much of the file's beginning is needed, if there is so much. */
#define BINARY_HEAD 4096

/* ELF, or what Windows runs.  NULL if it is neither, or for something that
 * has no name here.
 */
const char *binary_arch (const char *head, size_t size);

#endif /* DAEMON_BINARY_ARCH_H */
