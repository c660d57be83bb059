/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UUIDs. */
#ifndef DAEMON_UUID_H
#define DAEMON_UUID_H

#include <stdbool.h>

#include "error.h"

/* A new one, which the caller frees. */
char *random_uuid (struct error *err);

/* The 16 bytes of one that is written in the usual form. */
void uuid_to_bytes (const char *uuid, unsigned char ret[16]);

/* Is it in the usual form? */
bool is_uuid (const char *s);

#endif /* DAEMON_UUID_H */
