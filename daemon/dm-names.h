/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of logical volumes.  The kernel's device mapper knows the volume LV
 * of the group VG as "VG-LV", with hyphens inside either doubled, and makes
 * /dev/mapper/VG-LV; in the API it is /dev/VG/LV.
 */
#ifndef DAEMON_DM_NAMES_H
#define DAEMON_DM_NAMES_H

#include <stdbool.h>
#include <sys/types.h>

/* A logical volume. */
struct lv_name {
    char *vg, *lv;
};

void lv_name_free (struct lv_name *name);

#define cleanup_lv_name __attribute__ ((cleanup (lv_name_free)))

/* Take "VG-LV" apart.  False if it is no such name. */
bool lv_name_parse (const char *dm_name, struct lv_name *ret);

/* /dev/mapper/... of a block device, which the caller frees.  NULL if it is
 * none of the device mapper's.
 */
char *dm_path_of (dev_t rdev);

/* Is the device, under any of its names, a logical volume?  Which? */
bool lv_name_of (const char *device, struct lv_name *ret);

/* The groups of all volumes that are devices now, each once, with a NULL at
 * the end.
 */
char **active_vgs (void);

#endif /* DAEMON_DM_NAMES_H */
