/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system calls that an emulator which is not the host's own can't make,
 * and why.  What else it needs is not known: it may be of any version, and
 * start with a shell.
 */

#include "config.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>

#include "confine.h"

#define N_ELEMENTS(array) (sizeof (array) / sizeof (array)[0])

static const struct {
    int number;
    const char *why;
} forbidden[] = {
    /* The host's file system has sockets of services, and one can connect to
     * them where everything is read-only, too.  What it has was connected by
     * us.
     */
    { SCMP_SYS (socket), "services of the host" },
    { SCMP_SYS (socketpair), "its sockets could send to others" },
    { SCMP_SYS (connect), "services of the host" },
    { SCMP_SYS (bind), "nobody connects to it" },

    { SCMP_SYS (unshare), "namespaces have powers" },
    { SCMP_SYS (setns), "namespaces have powers" },
    { SCMP_SYS (chroot), "its view stays as it is" },
    { SCMP_SYS (pivot_root), "its view stays as it is" },
    { SCMP_SYS (mount), "its view stays as it is" },
    { SCMP_SYS (umount2), "its view stays as it is" },
    { SCMP_SYS (move_mount), "its view stays as it is" },
    { SCMP_SYS (open_tree), "its view stays as it is" },
    { SCMP_SYS (mount_setattr), "its view stays as it is" },
    { SCMP_SYS (fsopen), "its view stays as it is" },
    { SCMP_SYS (fspick), "its view stays as it is" },
    { SCMP_SYS (fsconfig), "its view stays as it is" },
    { SCMP_SYS (fsmount), "its view stays as it is" },
    { SCMP_SYS (open_by_handle_at), "files outside of its view" },
    { SCMP_SYS (name_to_handle_at), "files outside of its view" },

    /* Disks are the user's files: their content is its business alone. */
    { SCMP_SYS (chmod), "who may use a disk" },
    { SCMP_SYS (fchmod), "who may use a disk" },
    { SCMP_SYS (fchmodat), "who may use a disk" },
    { SCMP_SYS (chown), "whose a disk is" },
    { SCMP_SYS (fchown), "whose a disk is" },
    { SCMP_SYS (lchown), "whose a disk is" },
    { SCMP_SYS (fchownat), "whose a disk is" },
    { SCMP_SYS (setxattr), "attributes of a disk" },
    { SCMP_SYS (fsetxattr), "attributes of a disk" },
    { SCMP_SYS (lsetxattr), "attributes of a disk" },

    /* Large parts of the kernel that no emulator needs. */
    { SCMP_SYS (ptrace), "other processes" },
    { SCMP_SYS (process_vm_readv), "other processes" },
    { SCMP_SYS (process_vm_writev), "other processes" },
    { SCMP_SYS (pidfd_getfd), "other processes" },
    { SCMP_SYS (kcmp), "other processes" },
    { SCMP_SYS (bpf), "large, and not needed" },
    { SCMP_SYS (perf_event_open), "large, and not needed" },
    { SCMP_SYS (userfaultfd), "large, and not needed" },
    { SCMP_SYS (keyctl), "the user's keys" },
    { SCMP_SYS (add_key), "the user's keys" },
    { SCMP_SYS (request_key), "the user's keys" },
    { SCMP_SYS (fanotify_init), "the user's files" },
    { SCMP_SYS (syslog), "the host's log" },
    { SCMP_SYS (capset), "it has none" },
    { SCMP_SYS (lookup_dcookie), "files outside of its view" },
    { SCMP_SYS (mknod), "its view stays as it is" },
    { SCMP_SYS (mknodat), "its view stays as it is" },
    { SCMP_SYS (migrate_pages), "other processes" },
    { SCMP_SYS (move_pages), "other processes" },
    { SCMP_SYS (pidfd_open), "other processes" },
    { SCMP_SYS (vmsplice), "large, and not needed" },
    { SCMP_SYS (msgget), "nobody to talk to" },
    { SCMP_SYS (semget), "nobody to talk to" },
    { SCMP_SYS (shmget), "nobody to talk to" },
    { SCMP_SYS (mq_open), "nobody to talk to" },
    { SCMP_SYS (personality), "address spaces that are known" },

    /* The host's administrator's. */
    { SCMP_SYS (init_module), "of the host" },
    { SCMP_SYS (finit_module), "of the host" },
    { SCMP_SYS (delete_module), "of the host" },
    { SCMP_SYS (kexec_load), "of the host" },
    { SCMP_SYS (kexec_file_load), "of the host" },
    { SCMP_SYS (reboot), "of the host" },
    { SCMP_SYS (swapon), "of the host" },
    { SCMP_SYS (swapoff), "of the host" },
    { SCMP_SYS (acct), "of the host" },
    { SCMP_SYS (quotactl), "of the host" },
    { SCMP_SYS (settimeofday), "of the host" },
    { SCMP_SYS (clock_settime), "of the host" },
    { SCMP_SYS (clock_adjtime), "of the host" },
    { SCMP_SYS (adjtimex), "of the host" },
    { SCMP_SYS (iopl), "of the host" },
    { SCMP_SYS (ioperm), "of the host" },
};

/* clone (2) with any of these. */
static const scmp_datum_t namespaces[] = {
    CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC,
    CLONE_NEWUTS, CLONE_NEWCGROUP,
};

/* What takes a terminal, or puts characters into its input, ioctl_tty (2). */
static const scmp_datum_t terminals[] = { TIOCSTI, TIOCLINUX, TIOCSCTTY };

/* Their callers use an older call if they get ENOSYS. */
static const int absent[] = {
    SCMP_SYS (clone3), /* its flags are out of reach for a filter */
    SCMP_SYS (io_uring_setup), /* would do what the others can't */
    SCMP_SYS (io_uring_enter),
    SCMP_SYS (io_uring_register),
};

int
add_forbidden_calls (void *filter)
{
    const uint32_t refuse = SCMP_ACT_ERRNO (EPERM);
    int r = 0;

    for (size_t i = 0; r == 0 && i < N_ELEMENTS (absent); i++)
        r = seccomp_rule_add (filter, SCMP_ACT_ERRNO (ENOSYS), absent[i], 0);
    for (size_t i = 0; r == 0 && i < N_ELEMENTS (forbidden); i++)
        r = seccomp_rule_add (filter, refuse, forbidden[i].number, 0);
    for (size_t i = 0; r == 0 && i < N_ELEMENTS (namespaces); i++)
        r = seccomp_rule_add (filter, refuse, SCMP_SYS (clone), 1,
                              SCMP_A0 (SCMP_CMP_MASKED_EQ, namespaces[i],
                                       namespaces[i]));
    for (size_t i = 0; r == 0 && i < N_ELEMENTS (terminals); i++)
        r = seccomp_rule_add (filter, refuse, SCMP_SYS (ioctl), 1,
                              SCMP_A1 (SCMP_CMP_MASKED_EQ, 0xffffffff,
                                       terminals[i]));
    return r;
}
