/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest mounted on the host: what libfuse takes for granted. */
#ifndef DAEMON_LOCAL_CHECK_H
#define DAEMON_LOCAL_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Is a message of so many bytes a request that we know, and as long as it
 * says?
 */
bool local_check_request (const char *request, size_t size);

#endif /* DAEMON_LOCAL_CHECK_H */
