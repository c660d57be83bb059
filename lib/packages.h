/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of installed packages, out of the databases that package managers
 * keep as text.  They come from guests: nothing is trusted.
 */
#ifndef LIB_PACKAGES_H
#define LIB_PACKAGES_H

#include <stddef.h>

#include "guestfs.h"

struct packages {
    struct guestfs_application2 *item;
    size_t count;
};

/* Debian's /var/lib/dpkg/status: those that are installed. */
void packages_add_deb (struct packages *list, const char *text);

/* Alpine's /lib/apk/db/installed. */
void packages_add_apk (struct packages *list, const char *text);

/* A package's "desc", which pacman has one of for each. */
void packages_add_pacman (struct packages *list, const char *text);

/* The whole list is that of a call. */
void packages_take (struct packages *list,
                    struct guestfs_application2_list *take_result);

/* The list as calls return it; it is empty after. */
struct guestfs_application2_list *packages_steal (struct packages *list);

void packages_free (struct packages *list);

#define cleanup_packages __attribute__ ((cleanup (packages_free)))

#endif /* LIB_PACKAGES_H */
