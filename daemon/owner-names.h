/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names that a guest has for its users and groups. */
#ifndef DAEMON_OWNER_NAMES_H
#define DAEMON_OWNER_NAMES_H

#include "daemon.h"

struct owner_names {
    struct owner_name *names;
    size_t count;
    uint32_t last_id; /* what was asked for last, and its answer */
    const char *last;
};

/* Read /etc/passwd or /etc/group of the guest.  A guest that has none, or
 * whose file is not what it should be, has no names.
 */
void owner_names_read (struct call *call, const char *path,
                       struct owner_names *ret);

/* NULL: it has none. */
const char *owner_name (struct owner_names *names, uint32_t id);

/* The other way round; false: nobody has the name. */
bool owner_id (const struct owner_names *names, const char *name,
               uint32_t *ret);

void owner_names_free (struct owner_names *names);

#define cleanup_owner_names __attribute__ ((cleanup (owner_names_free)))

#endif /* DAEMON_OWNER_NAMES_H */
