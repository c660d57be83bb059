/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running the guest's own programs.
 *
 * A program gets namespaces of its own.  Its root is the guest's, and the
 * appliance's is gone from its sight; /dev, /proc and /sys are mounted
 * where the guest has directories for them.  It is the first process of its
 * PID namespace.  So whatever it mounted or left running disappears when it
 * ends, and nothing has to be cleaned up.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest-command.h"
#include "network.h"
#include "sysroot.h"

/* The child shares our memory until it executes the program: it needs
 * little stack, and can leave its errno behind.
 */
#define CHILD_STACK_SIZE (64 << 10)

struct child {
    char **argv;
    const int *fds;
    const char *sysroot;
    int dev;          /* a detached copy of /dev */
    int resolv_conf;  /* the same of RESOLV_CONF, or -1 without a network */
    const char *step; /* what failed, or NULL */
    int errnum;
};

static char *const environment[] = {
    (char *) "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:"
             "/bin",
    (char *) "HOME=/root",
    (char *) "LC_ALL=C",
    (char *) "TERM=dumb",
    NULL,
};

/* Leave the appliance's root: afterwards it can't be reached any more. */
static int
enter_sysroot (const char *sysroot)
{
    if (mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0
        || chdir (sysroot) < 0 || syscall (SYS_pivot_root, ".", ".") < 0
        || umount2 (".", MNT_DETACH) < 0 || chdir ("/") < 0)
        return -1;
    return 0;
}

/* A guest that has no such directory goes without.  Where it is a symbolic
 * link, it can only lead to some place in the guest.
 */
static bool
is_missing (int r)
{
    return r < 0 && (errno == ENOENT || errno == ENOTDIR);
}

static int
mount_kernel_filesystems (int dev)
{
    int r;

    r = (int) syscall (SYS_move_mount, dev, "", AT_FDCWD, "/dev",
                       MOVE_MOUNT_F_EMPTY_PATH);
    if (r < 0 && !is_missing (r))
        return -1;
    r = mount ("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
               "newinstance,ptmxmode=0666");
    if (r < 0 && !is_missing (r))
        return -1;
    r = mount ("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
               NULL);
    if (r < 0 && !is_missing (r))
        return -1;
    r = mount ("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
               NULL);
    return r < 0 && !is_missing (r) ? -1 : 0;
}

/* Names are resolved as the appliance does it, whatever file the guest has
 * in that place: a link is covered, not followed.  A guest where that can't
 * be done has its own.
 */
static void
mount_resolv_conf (int resolv_conf)
{
    struct open_how how = {
        .flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
        .resolve = RESOLVE_NO_MAGICLINKS,
    };
    cleanup_fd int point = -1;

    if (resolv_conf < 0)
        return;
    point = (int) syscall (SYS_openat2, AT_FDCWD, "/etc/resolv.conf", &how,
                           sizeof how);
    if (point >= 0)
        syscall (SYS_move_mount, resolv_conf, "", point, "",
                 MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

static int
child_failed (struct child *child, const char *step)
{
    child->errnum = errno;
    child->step = step;
    return 127;
}

static int
run_child (void *opaque)
{
    struct child *child = opaque;

    for (int i = 0; i < 3; i++)
        if (dup2 (child->fds[i], i) < 0)
            return child_failed (child, "its standard input and output");
    signal (SIGPIPE, SIG_DFL);
    if (setsid () < 0 || enter_sysroot (child->sysroot) < 0)
        return child_failed (child, "entering the guest's root");
    if (mount_kernel_filesystems (child->dev) < 0)
        return child_failed (child, "mounting /dev, /proc and /sys");
    mount_resolv_conf (child->resolv_conf);
    execvpe (child->argv[0], child->argv, environment);
    return child_failed (child, "");
}

static int
open_dev (struct error *err)
{
    int fd = (int) syscall (SYS_open_tree, AT_FDCWD, "/dev",
                            OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

    if (fd < 0)
        return fail (err, errno, "a copy of /dev for the guest: %m");
    return fd;
}

/* Not open for writing: it is everybody's. */
static int
open_resolv_conf (struct error *err)
{
    struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
    cleanup_fd int fd = (int) syscall (SYS_open_tree, AT_FDCWD, RESOLV_CONF,
                                       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

    if (fd < 0
        || syscall (SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attr,
                    sizeof attr) < 0)
        return fail (err, errno, "a copy of %s for the guest: %m",
                     RESOLV_CONF);
    return steal_fd (&fd);
}

static int
explain (const struct child *child, struct error *err)
{
    const char *name = child->argv[0];

    if (*child->step)
        return fail (err, child->errnum, "%s: %s: %m", name, child->step);
    if (child->errnum == ENOEXEC)
        return fail (err, ENOEXEC, "%s: %m (is the guest made for another "
                     "processor?)", name);
    return fail (err, child->errnum, "%s: %m", name);
}

/* It runs in our memory and on a stack of ours, and we sleep until it has
 * executed the program (or could not).
 */
static int
start_child (struct command *c, const int fds[3], int resolv_conf,
             pid_t *ret_pid, struct error *err)
{
    cleanup_free char *stack = xmalloc (CHILD_STACK_SIZE);
    cleanup_fd int dev = open_dev (err);
    struct child child = {
        .argv = c->argv.item,
        .fds = fds,
        .sysroot = "/sysroot",
        .dev = dev,
        .resolv_conf = resolv_conf,
    };
    pid_t pid;

    if (dev < 0)
        return -1;
    pid = clone (run_child, stack + CHILD_STACK_SIZE,
                 CLONE_VM | CLONE_VFORK | CLONE_NEWNS | CLONE_NEWPID
                     | CLONE_NEWIPC | SIGCHLD, &child);
    if (pid < 0)
        return fail (err, errno, "%s: starting it: %m", c->argv.item[0]);
    *ret_pid = pid;
    if (!child.step)
        return 0;
    command_reap (pid);
    return explain (&child, err);
}

static int
start_in_guest (struct command *c, const int fds[3], pid_t *ret_pid,
                struct error *err)
{
    return start_child (c, fds, -1, ret_pid, err);
}

static int
start_with_network (struct command *c, const int fds[3], pid_t *ret_pid,
                    struct error *err)
{
    cleanup_fd int resolv_conf = open_resolv_conf (err);

    if (resolv_conf < 0)
        return -1;
    return start_child (c, fds, resolv_conf, ret_pid, err);
}

int
guest_command_prepare (struct call *call, struct command *c)
{
    if (!call->daemon->appliance)
        return fail (&call->err, ENOTSUP, "programs of the guest can only "
                     "be run in an appliance");
    if (!sysroot_is_mounted (call->daemon))
        return fail (&call->err, EINVAL, "no file system is mounted on / "
                     "(call mount first)");
    c->start = call->daemon->network ? start_with_network : start_in_guest;
    return 0;
}
