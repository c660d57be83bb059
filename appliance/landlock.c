/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Landlock: what may be done with the files of the view and with the
 * disks, and neither network nor signals beyond the appliance.  It also
 * rules over what is reached through descriptors, as /proc/self/fd/N.
 * A kernel that knows only a part of it does that part.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "confine.h"
#include "view.h"

/* Younger than the headers of Debian 12; linux/landlock.h. */
#define FS_TRUNCATE (1ULL << 14)   /* ABI 3 */
#define FS_IOCTL_DEV (1ULL << 15)  /* ABI 5 */
#define NET_BIND_TCP (1ULL << 0)   /* ABI 4 */
#define NET_CONNECT_TCP (1ULL << 1)
#define SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0) /* ABI 6 */
#define SCOPE_SIGNAL (1ULL << 1)

/* The kernel accepts a longer one than it knows if the rest is 0. */
struct ruleset_attr {
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
    uint64_t scoped;
};

#define FS_LIST LANDLOCK_ACCESS_FS_READ_DIR
#define FS_READ LANDLOCK_ACCESS_FS_READ_FILE
#define FS_EXECUTE LANDLOCK_ACCESS_FS_EXECUTE
#define FS_WRITE (LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE)
#define FS_CREATE                                                          \
    (LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE        \
     | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG           \
     | LANDLOCK_ACCESS_FS_MAKE_SOCK)

/* The 13 rights of the first version. */
#define FS_FIRST ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

/* Rights that mean something for what is no directory. */
#define FS_OF_FILES (FS_READ | FS_EXECUTE | FS_WRITE | FS_IOCTL_DEV)

static const struct {
    unsigned may; /* MAY_... */
    uint64_t access;
} accesses[] = {
    { MAY_LIST, FS_LIST },
    { MAY_READ, FS_READ },
    { MAY_EXECUTE, FS_EXECUTE },
    { MAY_WRITE, FS_WRITE },
    { MAY_CREATE, FS_CREATE },
    { MAY_CONTROL, FS_IOCTL_DEV },
};

/* What each version of the interface can rule over; all of it is taken
 * away, and given back only by rules.
 */
static const struct {
    int abi;
    struct ruleset_attr handled;
} versions[] = {
    { 1, { .handled_access_fs = FS_FIRST } },
    { 2, { .handled_access_fs = LANDLOCK_ACCESS_FS_REFER } },
    { 3, { .handled_access_fs = FS_TRUNCATE } },
    { 4, { .handled_access_net = NET_BIND_TCP | NET_CONNECT_TCP } },
    { 5, { .handled_access_fs = FS_IOCTL_DEV } },
    { 6, { .scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL } },
};

#define N_ELEMENTS(array) (sizeof (array) / sizeof (array)[0])

static struct ruleset_attr
handled_by (int abi)
{
    struct ruleset_attr all = { 0 };

    for (size_t i = 0; i < N_ELEMENTS (versions); i++) {
        const struct ruleset_attr *handled = &versions[i].handled;

        if (abi < versions[i].abi)
            break;
        all.handled_access_fs |= handled->handled_access_fs;
        all.handled_access_net |= handled->handled_access_net;
        all.scoped |= handled->scoped;
    }
    return all;
}

static int
add_rule (int ruleset, int fd, uint64_t access)
{
    struct landlock_path_beneath_attr rule
        = { .allowed_access = access, .parent_fd = fd };

    return (int) syscall (SYS_landlock_add_rule, ruleset,
                          LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

static int
allow_row (int ruleset, uint64_t handled, const struct view_row *row,
           struct error *err)
{
    cleanup_fd int fd = open (row->path, O_PATH | O_CLOEXEC);
    struct stat statbuf;
    uint64_t access = 0;

    if (fd < 0 && errno == ENOENT && !row->required)
        return 0;
    if (fd < 0 || fstat (fd, &statbuf) < 0)
        return fail (err, errno, "Landlock: %s: %m", row->path);
    for (size_t i = 0; i < N_ELEMENTS (accesses); i++) {
        if (row->may & accesses[i].may)
            access |= accesses[i].access & handled;
    }
    if (!S_ISDIR (statbuf.st_mode))
        access &= FS_OF_FILES;
    if (add_rule (ruleset, fd, access) < 0)
        return fail (err, errno, "Landlock: %s: %m", row->path);
    return 0;
}

static int
allow_disk (int ruleset, uint64_t handled, const struct disk *disk,
            struct error *err)
{
    /* A device tells its size only to an ioctl. */
    uint64_t access = FS_READ | FS_IOCTL_DEV;

    if (disk->writable)
        access |= FS_WRITE;
    if (add_rule (ruleset, disk->fd, access & handled) == 0)
        return 0;
    /* A memfd is beyond all rules: what has it may do all with it. */
    if (errno == EBADFD && disk->writable)
        return 0;
    return fail (err, errno, "Landlock: disk at descriptor %d: %m", disk->fd);
}

static int
allow_file (int ruleset, uint64_t handled, const struct shown_file *file,
            struct error *err)
{
    cleanup_fd int fd = open (file->inside, O_PATH | O_CLOEXEC);

    if (fd < 0 || add_rule (ruleset, fd, FS_READ & handled) < 0)
        return fail (err, errno, "Landlock: %s: %m", file->path);
    return 0;
}

static int
allow_plan (const struct plan *plan, int ruleset, uint64_t handled,
            struct error *err)
{
    for (const struct view_row *row = view_rows; row->path; row++) {
        if (row->may != 0 && (row->profiles & plan->profile->bits)
            && allow_row (ruleset, handled, row, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < plan->n_files; i++) {
        if (allow_file (ruleset, handled, &plan->files[i], err) < 0)
            return -1;
    }
    for (size_t i = 0; i < plan->n_disks; i++) {
        if (allow_disk (ruleset, handled, &plan->disks[i], err) < 0)
            return -1;
    }
    return 0;
}

int
restrict_files (const struct plan *plan, struct error *err)
{
    int abi = (int) syscall (SYS_landlock_create_ruleset, NULL, 0,
                             LANDLOCK_CREATE_RULESET_VERSION);
    struct ruleset_attr attr = handled_by (abi);
    cleanup_fd int ruleset = -1;

    if (abi < 1)
        return 0;
    /* It connects to whatever it likes, but nobody connects to it. */
    if (plan->profile->has_network)
        attr.handled_access_net &= ~NET_CONNECT_TCP;
    ruleset = (int) syscall (SYS_landlock_create_ruleset, &attr, sizeof attr,
                             0);
    if (ruleset < 0)
        return fail (err, errno, "Landlock: %m");
    if (allow_plan (plan, ruleset, attr.handled_access_fs, err) < 0)
        return -1;
    if (syscall (SYS_landlock_restrict_self, ruleset, 0) < 0)
        return fail (err, errno, "Landlock: %m");
    return 0;
}
