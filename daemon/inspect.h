/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inspection: the operating systems that are on the drives. */
#ifndef DAEMON_INSPECT_H
#define DAEMON_INSPECT_H

#include "btrfs-subvolumes.h"
#include "daemon.h"
#include "guest-files.h"

/* A device that may be part of a guest, and what is known of it. */
struct candidate {
    char *device; /* the kernel's name */
    char *name;   /* the API's */
    char *type;   /* of libblkid, as the others; "" where there is none */
    char *version;
    char *label;
    char *uuid;
    char *part_uuid;
    char *part_label;
    uint64_t part_offset; /* bytes, on its drive */
    bool filesystem; /* not swap space, nor something unknown */
    struct subvolumes subvolumes; /* of a btrfs */
};

struct windows {
    char *systemroot; /* "/Windows" */
    char *software_hive;
    char *system_hive;
    char *control_set; /* "ControlSet001" */
    struct strings drives; /* letters and devices by turns */
    bool group_policy;
};

/* An operating system.  Strings that are not known are NULL. */
struct os {
    char *root; /* the mountable that it is known by */
    const char *type;
    const char *distro;
    const char *package_format;
    const char *package_management;
    const char *arch;
    char *product_name;
    char *product_variant;
    char *hostname;
    char *build_id;
    int major, minor;
    struct strings mountpoints; /* paths and mountables by turns */
    struct strings filesystems; /* mountables */
    char *own_root; /* the mountable that its fstab says / is */
    struct windows windows;
};

struct inspection {
    struct daemon *daemon;
    struct candidate *candidate;
    size_t candidates;
    struct os *os;
    size_t systems;
};

/* Look at all devices.  The old result is forgotten. */
int inspect_all (struct call *call);

void inspection_free (struct inspection *in);

/* inspect-candidates.c */
int candidates_read (struct inspection *in, struct error *err);
void candidates_free (struct inspection *in);

/* Whose value of the member equals this; NULL if there is none. */
const struct candidate *candidate_by_name (const struct inspection *in,
                                           const char *name);
const struct candidate *candidate_by_label (const struct inspection *in,
                                            const char *label);
const struct candidate *candidate_by_uuid (const struct inspection *in,
                                           const char *uuid);
const struct candidate *candidate_by_part_label (const struct inspection *in,
                                                 const char *label);
const struct candidate *candidate_by_part_uuid (const struct inspection *in,
                                                const char *uuid);

/* inspect-devices.c: what a guest calls SPEC in its fstab. */
const struct candidate *guest_device (const struct inspection *in,
                                      const struct guest_files *files,
                                      const char *spec);

/* inspect-mounts.c: take over what the guest's fstab says. */
void inspect_mounts (const struct inspection *in, struct guest_files *files,
                     struct os *os);

/* The root of a device's file system, opened for a moment.  The usual name
 * of a subvolume as a mountable, which the caller frees.
 */
int candidate_open (const struct candidate *c, struct error *err);
char *subvolume_name (const struct candidate *c, const struct subvolume *s);

/* inspect-systems.c: what kind of system lies there?  NULL if none. */
struct system_kind;
const struct system_kind *system_kind_of (const struct guest_files *files);

/* All that can be said of it. */
void inspect_system (const struct inspection *in,
                     const struct system_kind *kind,
                     struct guest_files *files, struct os *os);

/* Of some kinds each. */
void inspect_release (const struct guest_files *files, struct os *os);
void inspect_bsd (const struct guest_files *files, struct os *os);
void inspect_minix (const struct guest_files *files, struct os *os);
void inspect_dos (const struct guest_files *files, struct os *os);
void inspect_windows (const struct guest_files *files, struct os *os);
void inspect_registry (const struct inspection *in,
                       const struct guest_files *files, struct os *os);
void inspect_hostname (const struct guest_files *files, struct os *os);
void inspect_arch (const struct guest_files *files, struct os *os);

#endif /* DAEMON_INSPECT_H */
