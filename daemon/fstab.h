/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of an fstab(5), from a guest that is not trusted. */
#ifndef DAEMON_FSTAB_H
#define DAEMON_FSTAB_H

#include <stdbool.h>
#include <stddef.h>

struct fstab_entry {
    char *spec;    /* "UUID=...", "/dev/sda1" */
    char *file;    /* where it is mounted; "none" for swap space */
    char *type;    /* "" if it is missing, as the next one */
    char *options; /* "ro,subvol=home" */
};

/* Take the next line with an entry off *text, escapes such as \040 decoded.
 * False at the end.  The caller frees what *ret holds.
 */
bool fstab_next (const char **text, struct fstab_entry *ret);

void fstab_entry_free (struct fstab_entry *entry);

#define cleanup_fstab_entry __attribute__ ((cleanup (fstab_entry_free)))

/* The value of an option NAME=VALUE, "" of one without a value, which the
 * caller frees; NULL if there is none.
 */
char *fstab_option (const char *options, const char *name);

/* A mountpoint in its plain form: absolute, without slashes that nothing
 * stands between or at the end.  NULL if it is none.
 */
char *fstab_mountpoint (const char *file);

/* The drive and the partition that a guest means by one of the names that
 * kernels give, without the "/dev/" before it ("vda1", "nvme0n1p2", "ada0p3",
 * "wd0a"): drives are counted from 0; partition 0 is all of it.
 */
bool guest_drive_parse (const char *name, size_t *ret_drive,
                        unsigned *ret_partition);

#endif /* DAEMON_FSTAB_H */
