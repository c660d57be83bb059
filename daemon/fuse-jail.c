/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starting a program that parses a hostile file system for FUSE. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "command.h"
#include "fuse-jail.h"
#include "io.h"
#include "memory.h"

/* The child shares our memory and our descriptors until it executes the
 * program: so it can leave behind what failed, and the listener.
 */
#define CHILD_STACK_SIZE (64 << 10)

struct child {
    const struct fuse_jail *jail;
    int listener;     /* -1: none yet */
    const char *step; /* what failed, or NULL */
    int errnum;
};

/* What is hidden from it. */
static const char *const hidden[] = {
    "/dev", "/proc", "/sys", "/sysroot", "/tmp", "/run",
};

/* Programs look there for what FUSE can do. */
#define FILESYSTEMS "nodev\tfuse\n\tfuseblk\n"

static int
make_files (const struct fuse_jail *jail)
{
    cleanup_fd int fd = open ("/proc/filesystems",
                              O_WRONLY | O_CREAT | O_CLOEXEC, 0444);

    if (fd < 0 || write_full (fd, FILESYSTEMS, sizeof FILESYSTEMS - 1) < 0)
        return -1;
    if (mknod ("/dev/null", S_IFCHR | 0666, makedev (1, 3)) < 0
        || mknod ("/dev/fuse", S_IFCHR | 0600, jail->fuse) < 0)
        return -1;
    return mknod (FUSE_JAIL_DISK, S_IFBLK | 0600, jail->disk);
}

static int
hide_the_rest (void)
{
    if (mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return -1;
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (mount ("tmpfs", hidden[i], "tmpfs", MS_NOSUID | MS_NOEXEC,
                   "mode=755,size=64k") < 0)
            return -1;
    return 0;
}

/* Neither now nor by executing anything. */
static int
drop_capabilities (void)
{
    struct __user_cap_header_struct header = {
        .version = _LINUX_CAPABILITY_VERSION_3,
    };
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

    if (prctl (PR_SET_SECUREBITS, SECURE_ALL_BITS | SECURE_ALL_LOCKS, 0, 0,
               0) < 0
        || prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    return (int) syscall (SYS_capset, &header, none);
}

/* Its memory, and no more than half of all, as it has to be left to us. */
static int
limit_resources (void)
{
    rlim_t half = (rlim_t) sysconf (_SC_PHYS_PAGES) / 2
                  * (rlim_t) sysconf (_SC_PAGESIZE);

    if (setrlimit (RLIMIT_DATA, &(struct rlimit) { half, half }) < 0)
        return -1;
    return setrlimit (RLIMIT_CORE, &(struct rlimit) { 0, 0 });
}

/* Without a capability no other system call can mount anything.  Programs
 * give up their groups, and they may believe that they had to.
 */
static int
filter_calls (void)
{
    struct sock_filter filter[] = {
        BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data,
                                                      nr)),
        BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_mount, 0, 1),
        BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_setgroups, 0, 1),
        BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 0),
        BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {
        .len = sizeof filter / sizeof *filter,
        .filter = filter,
    };

    return (int) syscall (SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                          SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

static int
use_stdio (int messages)
{
    cleanup_fd int null = open ("/dev/null", O_RDWR | O_CLOEXEC);

    if (null < 0 || dup2 (null, 0) < 0 || dup2 (messages, 1) < 0)
        return -1;
    return dup2 (messages, 2);
}

static int
child_failed (struct child *child, const char *step)
{
    child->errnum = errno;
    child->step = step;
    return 127;
}

/* From unshare () on the descriptors are its own. */
static int
run_child (void *opaque)
{
    static char *const environment[] = { (char *) "LC_ALL=C.UTF-8", NULL };
    struct child *child = opaque;
    const struct fuse_jail *jail = child->jail;

    umask (0);
    if (setsid () < 0 || hide_the_rest () < 0 || make_files (jail) < 0)
        return child_failed (child, "hiding everything from it");
    if (limit_resources () < 0 || drop_capabilities () < 0)
        return child_failed (child, "giving up its rights");
    child->listener = filter_calls ();
    if (child->listener < 0)
        return child_failed (child, "filtering its system calls");
    if (unshare (CLONE_FILES) < 0 || use_stdio (jail->messages) < 0)
        return child_failed (child, "its standard input and output");
    signal (SIGPIPE, SIG_DFL);
    execvpe (jail->argv[0], jail->argv, environment);
    return child_failed (child, "");
}

static int
explain (const struct child *child, struct error *err)
{
    const char *name = child->jail->argv[0];

    return *child->step
               ? fail (err, child->errnum, "%s: %s: %m", name, child->step)
               : fail (err, child->errnum, "%s: %m", name);
}

int
fuse_jail_start (const struct fuse_jail *jail, pid_t *ret_pid,
                 int *ret_listener, struct error *err)
{
    cleanup_free char *stack = xmalloc (CHILD_STACK_SIZE);
    struct child child = { .jail = jail, .listener = -1 };
    pid_t pid = clone (run_child, stack + CHILD_STACK_SIZE,
                       CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_NEWNS
                           | CLONE_NEWPID | CLONE_NEWIPC | SIGCHLD, &child);

    if (pid < 0)
        return fail (err, errno, "%s: starting it: %m", jail->argv[0]);
    if (child.step) {
        close_fd (&child.listener);
        command_reap (pid);
        return explain (&child, err);
    }
    *ret_pid = pid;
    *ret_listener = child.listener;
    return 0;
}
