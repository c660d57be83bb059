/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which optional groups of calls and which file systems the appliance
 * supports: told by what is there, without starting anything.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "calls.h"
#include "find-program.h"
#include "fuse-server.h"
#include "io.h"
#include "modules.h"
#include "server.h"

enum need_kind {
    NOTHING, /* the daemon does it itself */
    PROGRAM,
    LIBRARY,
    MODULE, /* of the kernel */
    RETIRED, /* part of every appliance since long: there are no calls */
};

#define NEEDS_MAX 3

/* All that a group needs. */
static const struct group {
    const char *name;
    struct {
        enum need_kind kind;
        const char *name;
    } needs[NEEDS_MAX];
} groups[] = {
    { "acl", { { LIBRARY, "libacl.so.1" } } },
    { "blkdiscard", { { NOTHING, NULL } } },
    { "blkdiscardzeroes", { { NOTHING, NULL } } },
    { "btrfs", { { PROGRAM, "btrfs" }, { PROGRAM, "mkfs.btrfs" } } },
    { "clevisluks", { { PROGRAM, "clevis-luks-unlock" } } },
    { "extlinux", { { PROGRAM, "extlinux" } } },
    { "f2fs", { { PROGRAM, "resize.f2fs" } } },
    { "fstrim", { { NOTHING, NULL } } },
    { "gdisk", { { LIBRARY, "libfdisk.so.1" } } },
    { "grub", { { PROGRAM, "grub-install" } } },
    { "hivex", { { LIBRARY, "libhivex.so.0" } } },
    { "inotify", { { NOTHING, NULL } } },
    { "journal", { { LIBRARY, "libsystemd.so.0" } } },
    { "ldm", { { LIBRARY, "libldm-1.0.so.0" } } },
    { "libtsk", { { LIBRARY, "libtsk.so.19" } } },
    { "libyara", { { LIBRARY, "libyara.so.9" } } },
    { "linuxcaps", { { NOTHING, NULL } } },
    { "linuxfsuuid", { { NOTHING, NULL } } },
    { "linuxmodules", { { NOTHING, NULL } } },
    { "linuxxattrs", { { NOTHING, NULL } } },
    { "luks", { { LIBRARY, "libcryptsetup.so.12" }, { MODULE, "dm-crypt" } } },
    { "lvm2", { { LIBRARY, "liblvm2cmd.so.2.03" } } },
    { "mdadm", { { PROGRAM, "mdadm" } } },
    { "mknod", { { NOTHING, NULL } } },
    { "ntfs3g", { { PROGRAM, "ntfs-3g" }, { PROGRAM, "ntfsclone" },
                { PROGRAM, "ntfsfix" } } },
    { "ntfsprogs", { { PROGRAM, "ntfsresize" } } },
    { "rsync", { { PROGRAM, "rsync" } } },
    { "scrub", { { PROGRAM, "scrub" } } },
    { "selinux", { { LIBRARY, "libselinux.so.1" } } },
    { "selinuxrelabel", { { PROGRAM, "setfiles" } } },
    { "sleuthkit", { { PROGRAM, "icat" }, { PROGRAM, "blkls" } } },
    { "squashfs", { { PROGRAM, "mksquashfs" } } },
    { "syslinux", { { PROGRAM, "syslinux" } } },
    { "wipefs", { { LIBRARY, "libblkid.so.1" } } },
    { "xfs", { { PROGRAM, "xfs_db" }, { PROGRAM, "xfs_repair" },
               { PROGRAM, "xfs_growfs" } } },
    { "xz", { { LIBRARY, "liblzma.so.5" } } },
    { "zerofree", { { PROGRAM, "zerofree" } } },
    { "augeas", { { RETIRED, NULL } } },
    { "realpath", { { RETIRED, NULL } } },
};

#define NR_GROUPS (sizeof groups / sizeof *groups)

static bool
is_available (const struct group *g)
{
    if (g->needs[0].kind != RETIRED && !group_has_calls (g->name))
        return false;
    for (size_t i = 0; i < NEEDS_MAX; i++) {
        const char *name = g->needs[i].name;

        switch (g->needs[i].kind) {
        case NOTHING:
        case RETIRED:
            break;
        case PROGRAM:
            if (!has_program (name))
                return false;
            break;
        case LIBRARY:
            if (!has_library (name))
                return false;
            break;
        case MODULE:
            if (!module_exists (name))
                return false;
            break;
        }
    }
    return true;
}

char **
do_available_all_groups (struct call *call)
{
    cleanup_strings struct strings names = STRINGS_EMPTY;

    (void) call;
    for (size_t i = 0; i < NR_GROUPS; i++)
        strings_add (&names, groups[i].name);
    strings_sort (&names);
    return strings_steal (&names);
}

/* What the library makes errors or booleans of. */
enum { GROUP_AVAILABLE = 0, GROUP_UNAVAILABLE = 1, GROUP_UNKNOWN = 2 };

int
do_internal_feature_available (struct call *call, const char *group)
{
    (void) call;
    for (size_t i = 0; i < NR_GROUPS; i++)
        if (strcmp (groups[i].name, group) == 0)
            return is_available (&groups[i]) ? GROUP_AVAILABLE
                                             : GROUP_UNAVAILABLE;
    return GROUP_UNKNOWN;
}

#define FILESYSTEMS_MAX (64 * 1024)

/* Lines of /proc/filesystems: "nodev\tproc", "\text4". */
static int
is_known (struct call *call, const char *filesystem)
{
    cleanup_free char *text = read_file_at (AT_FDCWD, "/proc/filesystems",
                                            FILESYSTEMS_MAX, NULL,
                                            &call->err);
    cleanup_string_array char **lines = NULL;

    if (!text)
        return -1;
    lines = string_split_lines (text);
    for (size_t i = 0; lines[i]; i++) {
        const char *tab = strchr (lines[i], '\t');

        if (tab && strcmp (tab + 1, filesystem) == 0)
            return 1;
    }
    return 0;
}

int
do_filesystem_available (struct call *call, const char *filesystem)
{
    cleanup_error struct error no_module = { 0 };
    int known;

    if (!*filesystem || strchr (filesystem, '/'))
        return fail (&call->err, EINVAL, "'%s' is no type of file system",
                     filesystem);
    if (fuse_is_available (filesystem))
        return 1;
    known = is_known (call, filesystem);
    if (known != 0 || module_load (filesystem, &no_module) < 0)
        return known;
    return is_known (call, filesystem);
}
