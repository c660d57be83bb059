/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The namespaces of the confined program: the fork into them, the user
 * and group that exist in them, and what to tell people whose system
 * refuses them.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "confine.h"
#include "io.h"
#include "memory.h"
#include "string-list.h"

static const struct namespace {
    const char *name;
    uint64_t flag;
    const char *why;
} namespaces[] = {
    { "user", CLONE_NEWUSER, "no privilege reaches the host" },
    { "mount", CLONE_NEWNS, "its own view of files" },
    { "pid", CLONE_NEWPID, "sees no process of the host, and all of its "
                           "own end with the first of them" },
    { "net", CLONE_NEWNET, "no network at all: not even lo is up (but for "
                           "guestfs-network)" },
    { "ipc", CLONE_NEWIPC, "no shared memory or queues of the host" },
    { "uts", CLONE_NEWUTS, "does not know the host's name" },
    { "cgroup", CLONE_NEWCGROUP, "does not know the host's cgroups" },
    { NULL, 0, NULL },
};

/* Settings that refuse namespaces, and the value that does. */
static const struct setting {
    const char *path; /* below /proc/sys */
    const char *refusing;
    const char *advice;
} settings[] = {
    { "kernel/unprivileged_userns_clone", "0",
      "set kernel.unprivileged_userns_clone to 1" },
    { "kernel/apparmor_restrict_unprivileged_userns", "1",
      "set kernel.apparmor_restrict_unprivileged_userns to 0, or give "
      "guestfs-confine an AppArmor profile with \"userns\"" },
    { "user/max_user_namespaces", "0",
      "raise user.max_user_namespaces above 0" },
    { "user/max_mnt_namespaces", "0", "raise user.max_mnt_namespaces above 0" },
    { "user/max_pid_namespaces", "0", "raise user.max_pid_namespaces above 0" },
    { "user/max_net_namespaces", "0", "raise user.max_net_namespaces above 0" },
    { "user/max_ipc_namespaces", "0", "raise user.max_ipc_namespaces above 0" },
    { "user/max_uts_namespaces", "0", "raise user.max_uts_namespaces above 0" },
    { "user/max_cgroup_namespaces", "0",
      "raise user.max_cgroup_namespaces above 0" },
    { NULL, NULL, NULL },
};

/* When no setting explains it. */
static const struct reason {
    int errnum;
    const char *advice;
} reasons[] = {
    { EPERM, "user and PID namespaces are needed, and a container's seccomp "
             "profile, a chroot or a security module may forbid them (Docker "
             "and Podman: --security-opt seccomp=unconfined)" },
    { EACCES, "user and PID namespaces are needed, and a security module may "
              "forbid them" },
    { ENOSPC, "too many namespaces are in use: raise the limits "
              "user.max_user_namespaces, user.max_pid_namespaces and so on" },
    { EUSERS, "too many user namespaces are in each other" },
    { EINVAL, "the kernel was built without user or PID namespaces" },
    { 0, NULL },
};

/* Settings are short: one number and a newline. */
#define SETTING_MAX 4096

static bool
setting_refuses (const struct setting *setting)
{
    cleanup_error struct error ignored = { 0 };
    cleanup_free char *path = xasprintf ("/proc/sys/%s", setting->path);
    cleanup_free char *value
        = read_file_at (AT_FDCWD, path, SETTING_MAX, NULL, &ignored);

    if (!value)
        return false;
    string_trim_end (value);
    return strcmp (value, setting->refusing) == 0;
}

static const char *
advice_for (int errnum)
{
    for (const struct reason *r = reasons; r->errnum; r++) {
        if (r->errnum != errnum)
            continue;
        for (const struct setting *s = settings; s->path; s++) {
            if (setting_refuses (s))
                return s->advice;
        }
        return r->advice;
    }
    return NULL;
}

int
namespaces_refused (struct error *err, int errnum, const char *what)
{
    const char *advice = advice_for (errnum);

    if (!advice)
        return fail (err, errnum, "%s: %m", what);
    return fail (err, errnum, "%s: refused by the system (%s): %s", what,
                 errno_to_name (errnum), advice);
}

static uint64_t
wanted_namespaces (const struct plan *plan)
{
    uint64_t flags = 0;

    for (const struct namespace *n = namespaces; n->name; n++) {
        if (plan_has (plan, n->name))
            flags |= n->flag;
    }
    if (plan->profile->has_network)
        flags &= ~(uint64_t) CLONE_NEWNET;
    return flags;
}

/* fork (2) with flags.  The raw system call, as clone (3) wants a stack,
 * and clone3 (2) is what container runtimes tend to block.
 */
static pid_t
fork_with (uint64_t flags, int *ret_pidfd)
{
    return (pid_t) syscall (SYS_clone, flags | CLONE_PIDFD | SIGCHLD, NULL,
                            ret_pidfd, NULL, NULL);
}

pid_t
fork_into_namespaces (const struct plan *plan, int *ret_pidfd,
                      struct error *err)
{
    uint64_t flags = wanted_namespaces (plan);
    int pidfd = -1;
    pid_t pid = fork_with (flags, &pidfd);

    /* A kernel without cgroup namespaces. */
    if (pid < 0 && errno == EINVAL)
        pid = fork_with (flags & ~(uint64_t) CLONE_NEWCGROUP, &pidfd);
    if (pid < 0)
        return namespaces_refused (err, errno, "new namespaces");
    if (pid > 0)
        *ret_pidfd = pidfd;
    return pid;
}

static int
write_to (pid_t child, const char *name, const char *text, struct error *err)
{
    cleanup_free char *path = xasprintf ("/proc/%d/%s", (int) child, name);
    cleanup_fd int fd = open (path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write_full (fd, text, strlen (text)) < 0)
        return namespaces_refused (err, errno, path);
    return 0;
}

/* Lines of a uid_map or gid_map, user_namespaces (7), by which an id is
 * the same inside and outside.
 */
static void
add_id (struct strings *map, unsigned id)
{
    cleanup_free char *line = xasprintf ("%u %u 1\n", id, id);

    for (size_t i = 0; i < map->count; i++) {
        if (strcmp (map->item[i], line) == 0)
            return;
    }
    strings_add_take (map, steal (&line));
}

static int
write_map (pid_t child, const char *name, const struct strings *map,
           struct error *err)
{
    cleanup_free char *text = xstrdup ("");

    for (size_t i = 0; i < map->count; i++) {
        char *longer = xasprintf ("%s%s", text, map->item[i]);

        free (text);
        text = longer;
    }
    return write_to (child, name, text, err);
}

static int
write_maps (const struct plan *plan, pid_t child, bool with_owners,
            struct error *err)
{
    cleanup_strings struct strings uids = STRINGS_EMPTY, gids = STRINGS_EMPTY;

    add_id (&uids, plan->uid);
    add_id (&gids, plan->gid);
    for (size_t i = 0; with_owners && i < plan->n_disks; i++) {
        struct stat statbuf;

        if (fstat (plan->disks[i].fd, &statbuf) < 0)
            return fail (err, errno, "disk: %m");
        add_id (&uids, statbuf.st_uid);
        add_id (&gids, statbuf.st_gid);
    }
    if (write_map (child, "uid_map", &uids, err) < 0)
        return -1;
    return write_map (child, "gid_map", &gids, err);
}

/* Only we exist there.  If root started us, so do the owners of the disks:
 * a capability in the namespace means something only for what belongs to
 * users that exist in it, see drop_capabilities ().
 */
int
map_ids (const struct plan *plan, pid_t child, struct error *err)
{
    if (!plan_has (plan, "user"))
        return 0;
    if (write_to (child, "setgroups", "deny", err) < 0)
        return -1;
    if (has_disks_of_others (plan)) {
        if (write_maps (plan, child, true, err) == 0)
            return 0;
        /* A root without power over other users; some disk may still
         * turn out to be out of reach.
         */
        error_clear (err);
    }
    return write_maps (plan, child, false, err);
}

int
set_host_name (const struct plan *plan, struct error *err)
{
    static const char name[] = "guestfs";

    (void) plan;
    if (sethostname (name, strlen (name)) < 0)
        return namespaces_refused (err, errno, "host name");
    return 0;
}
