/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system calls that the confined program can make, and why.  All
 * others fail with EPERM, and so do these when their arguments are others
 * than those said.  The list is what was seen of the programs in Debian
 * 12 (Linux 6.1, qemu-storage-daemon 7.2, glibc 2.36).
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <linux/fs.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "cleanup.h"
#include "confine.h"

/* All that clone (2) knows. */
#define NEW_NAMESPACES                                           \
    (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET   \
     | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

struct rule {
    int number;
    unsigned profiles;
    unsigned n_conditions;
    struct scmp_arg_cmp conditions[2]; /* all of them must be met */
    const char *why;
};

/* Whatever the arguments are. */
#define ANY 0, { { 0 } }

/* Only if argument n, counted from 0, is value. */
#define ONLY(n, value) 1, { { n, SCMP_CMP_EQ, value, 0 } }

/* Only if both are. */
#define ONLY_BOTH(n, value, m, other) \
    2, { { n, SCMP_CMP_EQ, value, 0 }, { m, SCMP_CMP_EQ, other, 0 } }

/* Only if argument n is not value. */
#define NOT(n, value) 1, { { n, SCMP_CMP_NE, value, 0 } }

/* Only if none of these bits is set in argument n. */
#define WITHOUT(n, bits) 1, { { n, SCMP_CMP_MASKED_EQ, bits, 0 } }

/* Only if argument 1 is a request to KVM, linux/kvm.h. */
#define KVM_IOCTLS 1, { { 1, SCMP_CMP_MASKED_EQ, 0xff00, 0xae00 } }

static const struct rule rules[] = {
    /* The exec, the loader, the C library. */
    { SCMP_SYS (execve), FOR_ALL, ANY, "the program; Landlock: no other" },
    { SCMP_SYS (brk), FOR_ALL, ANY, "memory" },
    { SCMP_SYS (mmap), FOR_ALL, ANY, "memory" },
    { SCMP_SYS (munmap), FOR_ALL, ANY, "memory" },
    { SCMP_SYS (mprotect), FOR_ALL, ANY, "memory" },
    { SCMP_SYS (madvise), FOR_ALL, ANY, "memory" },
    { SCMP_SYS (arch_prctl), FOR_ALL, ANY, "thread-local storage" },
    { SCMP_SYS (set_tid_address), FOR_ALL, ANY, "C library, at start" },
    { SCMP_SYS (set_robust_list), FOR_ALL, ANY, "C library, at start" },
    { SCMP_SYS (rseq), FOR_ALL, ANY, "C library, at start" },
    { SCMP_SYS (prlimit64), FOR_ALL, ONLY (0, 0), "its own limits" },
    { SCMP_SYS (getrandom), FOR_ALL, ANY, "random numbers" },
    { SCMP_SYS (clock_gettime), FOR_ALL, ANY, "where the vDSO can't" },
    { SCMP_SYS (uname), FOR_UML, ANY, "the processor's type" },

    /* Files: the view, the disks, what Landlock and the mounts allow. */
    { SCMP_SYS (openat), FOR_ALL, ANY, "open" },
    { SCMP_SYS (close), FOR_ALL, ANY, "close" },
    { SCMP_SYS (read), FOR_ALL, ANY, "read" },
    { SCMP_SYS (write), FOR_ALL, ANY, "write" },
    { SCMP_SYS (pread64), FOR_ALL, ANY, "disks, hostfs" },
    { SCMP_SYS (pwrite64), FOR_DISKS, ANY, "disks" },
    { SCMP_SYS (preadv), FOR_STORAGE, ANY, "disks" },
    { SCMP_SYS (pwritev), FOR_STORAGE, ANY, "disks" },
    { SCMP_SYS (lseek), FOR_ALL, ANY, "sizes, holes" },
    { SCMP_SYS (fsync), FOR_DISKS, ANY, "disks" },
    { SCMP_SYS (fdatasync), FOR_STORAGE, ANY, "disks" },
    { SCMP_SYS (fallocate), FOR_DISKS, ANY, "discarded and zeroed blocks" },
    { SCMP_SYS (ftruncate), FOR_STORAGE, ANY, "images that grow" },
    { SCMP_SYS (newfstatat), FOR_ALL, ANY, "hostfs, sizes" },
    { SCMP_SYS (fstat), FOR_ALL, ANY, "sizes" },
    { SCMP_SYS (statfs), FOR_UML, ANY, "is /dev/shm a tmpfs; hostfs" },
    { SCMP_SYS (fstatfs), FOR_STORAGE, ANY, "what a disk lies on" },
    { SCMP_SYS (access), FOR_ALL, ANY, "hostfs, loader" },
    { SCMP_SYS (readlink), FOR_DISKS, ANY, "hostfs" },
    { SCMP_SYS (getdents64), FOR_UML, ANY, "hostfs" },
    { SCMP_SYS (mkdir), FOR_UML, ANY, "uml_dir" },
    { SCMP_SYS (rmdir), FOR_UML, ANY, "uml_dir" },
    { SCMP_SYS (unlink), FOR_UML, ANY, "uml_dir" },
    { SCMP_SYS (fcntl), FOR_ALL, ONLY (1, F_GETFD), "close on exec" },
    { SCMP_SYS (fcntl), FOR_ALL, ONLY (1, F_SETFD), "close on exec" },
    { SCMP_SYS (fcntl), FOR_ALL, ONLY (1, F_GETFL), "O_NONBLOCK" },
    { SCMP_SYS (fcntl), FOR_ALL, ONLY (1, F_SETFL), "O_NONBLOCK, O_ASYNC" },
    { SCMP_SYS (fcntl), FOR_UML, ONLY (1, F_SETSIG), "interrupts" },
    { SCMP_SYS (fcntl), FOR_UML, ONLY (1, F_SETOWN), "interrupts" },
    { SCMP_SYS (fcntl), FOR_UML, ONLY (1, F_SETLK), "locks disks" },
    { SCMP_SYS (fcntl), FOR_STORAGE, ONLY (1, F_DUPFD_CLOEXEC),
      "copies of what it was given" },
    { SCMP_SYS (fcntl), FOR_STORAGE, ONLY (1, F_OFD_SETLK), "locks disks" },
    { SCMP_SYS (fcntl), FOR_STORAGE, ONLY (1, F_OFD_GETLK), "locks disks" },
    { SCMP_SYS (ioctl), FOR_UML, ONLY (1, TCGETS), "is it a terminal" },
    { SCMP_SYS (ioctl), FOR_UML, ONLY (1, TCSETSW), "console in raw mode" },
    { SCMP_SYS (ioctl), FOR_UML, ONLY (1, TCSETSF), "console in raw mode" },
    { SCMP_SYS (ioctl), FOR_UML, ONLY (1, TIOCGWINSZ), "console size" },
    { SCMP_SYS (ioctl), FOR_UML, ONLY (1, BLKGETSIZE), "block devices" },
    { SCMP_SYS (ioctl), FOR_STORAGE, ONLY (1, BLKGETSIZE64), "block devices" },
    { SCMP_SYS (ioctl), FOR_STORAGE, ONLY (1, BLKROGET), "block devices" },
    { SCMP_SYS (ioctl), FOR_STORAGE, ONLY (1, BLKSECTGET), "block devices" },
    { SCMP_SYS (ioctl), FOR_STORAGE, ONLY (1, BLKSSZGET), "block devices" },
    { SCMP_SYS (ioctl), FOR_STORAGE, ONLY (1, BLKPBSZGET), "block devices" },
    { SCMP_SYS (ioctl), FOR_STORAGE, ONLY (1, BLKDISCARD), "block devices" },
    { SCMP_SYS (ioctl), FOR_STORAGE, ONLY (1, BLKZEROOUT), "block devices" },

    /* Processes and threads; signals reach only its own. */
    { SCMP_SYS (clone), FOR_DISKS, WITHOUT (0, NEW_NAMESPACES),
      "the guest's processes, threads" },
    { SCMP_SYS (wait4), FOR_UML, ANY, "the guest's processes" },
    { SCMP_SYS (ptrace), FOR_UML, ANY, "how the guest's processes run" },
    { SCMP_SYS (modify_ldt), FOR_UML, ANY, "empties the guest's table" },
    /* A kernel that panics sends itself SIGABRT until it dies, and exits
     * if it can't.  As the first of its PID namespace it would not die.
     */
    { SCMP_SYS (kill), FOR_UML, NOT (1, SIGABRT), "the guest's processes" },
    { SCMP_SYS (tgkill), FOR_DISKS, ANY, "abort" },
    { SCMP_SYS (getpid), FOR_ALL, ANY, "who gets SIGIO; abort" },
    { SCMP_SYS (gettid), FOR_ALL, ANY, "abort" },
    { SCMP_SYS (getppid), FOR_UML, ANY, "ptrace check at boot" },
    { SCMP_SYS (exit), FOR_ALL, ANY, "threads" },
    { SCMP_SYS (exit_group), FOR_ALL, ANY, "the end" },
    { SCMP_SYS (futex), FOR_ALL, ANY, "threads" },
    { SCMP_SYS (prctl), FOR_STORAGE, ONLY (0, PR_SET_TIMERSLACK),
      "exact timers" },
    { SCMP_SYS (prctl), FOR_STORAGE, ONLY (0, PR_SET_NAME), "threads" },
    { SCMP_SYS (sched_getaffinity), FOR_STORAGE, ONLY (0, 0),
      "how many processors" },
    { SCMP_SYS (sched_yield), FOR_STORAGE, ANY, "threads" },

    /* Signals and time: the interrupts and the clock of the guest. */
    { SCMP_SYS (rt_sigaction), FOR_ALL, ANY, "interrupts" },
    { SCMP_SYS (rt_sigprocmask), FOR_ALL, ANY, "interrupts off and on" },
    { SCMP_SYS (rt_sigreturn), FOR_ALL, ANY, "interrupts" },
    { SCMP_SYS (sigaltstack), FOR_DISKS, ANY, "interrupts" },
    { SCMP_SYS (signalfd4), FOR_STORAGE, ANY, "signals" },
    { SCMP_SYS (timer_create), FOR_UML, ANY, "clock" },
    { SCMP_SYS (timer_settime), FOR_UML, ANY, "clock" },
    { SCMP_SYS (timer_gettime), FOR_UML, ANY, "idle" },
    { SCMP_SYS (rt_sigsuspend), FOR_UML, ANY, "idle" },
    { SCMP_SYS (clock_nanosleep), FOR_DISKS, ANY, "idle" },
    { SCMP_SYS (restart_syscall), FOR_ALL, ANY, "after SIGSTOP" },

    /* Waiting for descriptors, talking through them. */
    { SCMP_SYS (epoll_create), FOR_UML, ANY, "interrupts" },
    { SCMP_SYS (epoll_create1), FOR_STORAGE, ANY, "main loop" },
    { SCMP_SYS (epoll_ctl), FOR_DISKS, ANY, "interrupts" },
    { SCMP_SYS (epoll_wait), FOR_DISKS, ANY, "interrupts" },
    { SCMP_SYS (poll), FOR_ALL, ANY, "terminals" },
    { SCMP_SYS (ppoll), FOR_STORAGE, ANY, "main loop" },
    { SCMP_SYS (eventfd2), FOR_DISKS, ANY, "wake-ups" },
    { SCMP_SYS (socket), FOR_UML, ONLY (0, AF_UNIX),
      "mconsole, vhost-user disks" },
    { SCMP_SYS (socketpair), FOR_UML, ONLY (0, AF_UNIX), "I/O threads" },
    { SCMP_SYS (bind), FOR_UML, ANY, "mconsole" },
    { SCMP_SYS (connect), FOR_UML, ANY, "vhost-user disks" },
    { SCMP_SYS (accept4), FOR_STORAGE, ANY, "vhost-user, QMP" },
    { SCMP_SYS (sendmsg), FOR_ALL, ANY, "vhost-user, QMP" },
    { SCMP_SYS (recvmsg), FOR_ALL, ANY, "vhost-user, QMP" },
    { SCMP_SYS (getsockname), FOR_STORAGE, ANY, "which kind of socket" },
    { SCMP_SYS (getpeername), FOR_STORAGE, ANY, "is it connected" },
    { SCMP_SYS (getsockopt), FOR_STORAGE, ANY, "which kind of socket" },
    { SCMP_SYS (setsockopt), FOR_STORAGE, ANY, "SO_REUSEADDR and so on" },
    { SCMP_SYS (listen), FOR_STORAGE, ANY, "sockets that it was given" },

    /* What the emulator needs beyond its block layer. */
    { SCMP_SYS (readv), FOR_QEMU, ANY, "sockets" },
    { SCMP_SYS (writev), FOR_QEMU, ANY, "sockets, the console" },
    { SCMP_SYS (fadvise64), FOR_QEMU, ANY,
      "drops what it knew of a disk before it was its own" },
    { SCMP_SYS (mremap), FOR_QEMU, ANY, "memory" },
    { SCMP_SYS (statfs), FOR_QEMU, ANY, "the page size of memory" },
    { SCMP_SYS (sysinfo), FOR_QEMU, ANY, "sizes the translation buffer" },
    { SCMP_SYS (seccomp), FOR_QEMU, ANY, "its own filter, inside of this" },
    { SCMP_SYS (prctl), FOR_QEMU, ONLY (0, PR_SET_NO_NEW_PRIVS),
      "before its own filter" },
    { SCMP_SYS (prctl), FOR_QEMU, ONLY (0, PR_SET_SECCOMP),
      "its own filter" },
    { SCMP_SYS (ioctl), FOR_KVM, KVM_IOCTLS, "hardware virtualization" },
    { SCMP_SYS (shutdown), FOR_STORAGE, ANY, "end of a connection" },

    /* The network: the appliance's end, and the host's.  It can't listen
     * or be connected to.
     */
    { SCMP_SYS (socket), FOR_NETWORK, ONLY_BOTH (0, AF_INET, 2, 0),
      "TCP, UDP" },
    { SCMP_SYS (socket), FOR_NETWORK, ONLY_BOTH (0, AF_INET, 2, IPPROTO_ICMP),
      "ping, where users may" },
    { SCMP_SYS (socket), FOR_NETWORK, ONLY_BOTH (0, AF_INET6, 2, 0),
      "TCP, UDP" },
    { SCMP_SYS (connect), FOR_NETWORK, ANY, "connections" },
    { SCMP_SYS (sendto), FOR_QEMU | FOR_NETWORK, ANY, "frames, data" },
    { SCMP_SYS (recvfrom), FOR_QEMU | FOR_NETWORK, ANY, "frames, data" },
    { SCMP_SYS (readv), FOR_UML | FOR_NETWORK, ANY, "frames, data" },
    { SCMP_SYS (writev), FOR_UML | FOR_NETWORK, ANY, "frames, data" },
    { SCMP_SYS (ioctl), FOR_NETWORK, ONLY (1, FIONREAD), "how much came" },
    { SCMP_SYS (ioctl), FOR_NETWORK, ONLY (1, SIOCGIFINDEX),
      "a name server of a link: which one" },
    { SCMP_SYS (getsockname), FOR_NETWORK, ANY, "its own ports" },
    { SCMP_SYS (getsockopt), FOR_NETWORK, ANY, "why connecting failed" },
    { SCMP_SYS (setsockopt), FOR_NETWORK, ANY, "TCP_NODELAY and so on" },
    { SCMP_SYS (shutdown), FOR_NETWORK, ANY, "end of a connection" },

    /* Servers of images; it can't be connected to either, but for the
     * socket that it was given, which listens already.
     */
    { SCMP_SYS (socket), FOR_REMOTE, ONLY_BOTH (0, AF_INET, 2, 0),
      "TCP, UDP" },
    { SCMP_SYS (socket), FOR_REMOTE, ONLY_BOTH (0, AF_INET, 2, IPPROTO_TCP),
      "TCP" },
    { SCMP_SYS (socket), FOR_REMOTE, ONLY_BOTH (0, AF_INET, 2, IPPROTO_UDP),
      "names" },
    { SCMP_SYS (socket), FOR_REMOTE, ONLY_BOTH (0, AF_INET6, 2, 0),
      "TCP, UDP" },
    { SCMP_SYS (socket), FOR_REMOTE, ONLY_BOTH (0, AF_INET6, 2, IPPROTO_TCP),
      "TCP" },
    { SCMP_SYS (socket), FOR_REMOTE, ONLY_BOTH (0, AF_INET6, 2, IPPROTO_UDP),
      "names" },
    { SCMP_SYS (socket), FOR_AGENT, ONLY (0, AF_UNIX), "the agent" },
    { SCMP_SYS (connect), FOR_REMOTE, ANY, "servers" },
    { SCMP_SYS (sendto), FOR_REMOTE, ANY, "names, data" },
    { SCMP_SYS (sendmmsg), FOR_REMOTE, ANY, "names" },
    { SCMP_SYS (recvfrom), FOR_REMOTE, ANY, "names, data" },
    { SCMP_SYS (readv), FOR_REMOTE, ANY, "data" },
    { SCMP_SYS (writev), FOR_REMOTE, ANY, "data" },
    { SCMP_SYS (ioctl), FOR_REMOTE, ONLY (1, FIONREAD), "how much came" },
    { SCMP_SYS (ioctl), FOR_REMOTE, ONLY (1, FIONBIO), "O_NONBLOCK" },
    { SCMP_SYS (getdents64), FOR_REMOTE, ANY, "whom TLS trusts" },
    { SCMP_SYS (dup2), FOR_REMOTE, ANY,
      "iSCSI: a new connection takes the number of the one that was lost" },
    { SCMP_SYS (uname), FOR_REMOTE, ANY, "the resolver" },
    { SCMP_SYS (epoll_create), FOR_REMOTE, ANY, "Ceph's main loop" },
    { SCMP_SYS (pipe2), FOR_REMOTE, ANY, "wake-ups" },
    { SCMP_SYS (socketpair), FOR_REMOTE, ONLY (0, AF_UNIX), "wake-ups" },
    { SCMP_SYS (getuid), FOR_REMOTE, ANY, "who the user is" },
    { SCMP_SYS (geteuid), FOR_REMOTE, ANY, "likewise" },
    { SCMP_SYS (getgid), FOR_REMOTE, ANY, "likewise" },
    { SCMP_SYS (getegid), FOR_REMOTE, ANY, "likewise" },
    { SCMP_SYS (getgroups), FOR_REMOTE, ANY, "likewise" },
};

/* Done already by who started it: they succeed and do nothing. */
static const struct {
    int number;
    unsigned profiles;
} pretended[] = {
    /* A socket without an address would get one by this. */
    { SCMP_SYS (listen), FOR_REMOTE },
};

/* Younger calls whose callers use an older one if they get ENOSYS, but
 * fail if they get EPERM.
 */
static const int absent[] = {
    SCMP_SYS (clone3), /* its flags are out of reach for a filter */
    SCMP_SYS (faccessat2),
    SCMP_SYS (statx),
};

static bool
is_pretended (const struct plan *plan, int number)
{
    for (size_t i = 0; i < sizeof pretended / sizeof pretended[0]; i++)
        if (pretended[i].number == number
            && (pretended[i].profiles & plan->profile->bits))
            return true;
    return false;
}

static int
add_pretended (const struct plan *plan, scmp_filter_ctx filter)
{
    for (size_t i = 0; i < sizeof pretended / sizeof pretended[0]; i++) {
        int number = pretended[i].number, r;

        if (!is_pretended (plan, number))
            continue;
        r = seccomp_rule_add (filter, SCMP_ACT_ERRNO (0), number, 0);
        if (r < 0)
            return r;
    }
    return 0;
}

static int
add_rules (const struct plan *plan, scmp_filter_ctx filter)
{
    size_t n_rules = sizeof rules / sizeof rules[0];
    size_t n_absent = sizeof absent / sizeof absent[0];

    for (size_t i = 0; i < n_absent; i++) {
        int r = seccomp_rule_add (filter, SCMP_ACT_ERRNO (ENOSYS), absent[i],
                                  0);

        if (r < 0)
            return r;
    }
    for (size_t i = 0; i < n_rules; i++) {
        const struct rule *rule = &rules[i];
        int r;

        if (!(rule->profiles & plan->profile->bits))
            continue;
        if (is_pretended (plan, rule->number))
            continue;
        r = seccomp_rule_add_array (filter, SCMP_ACT_ALLOW, rule->number,
                                    rule->n_conditions, rule->conditions);
        if (r < 0)
            return r;
    }
    return 0;
}

static void
release_filter (scmp_filter_ctx *filter)
{
    seccomp_release (*filter);
}

#define cleanup_filter __attribute__ ((__cleanup__ (release_filter)))

int
restrict_system_calls (const struct plan *plan, struct error *err)
{
    cleanup_filter scmp_filter_ctx filter = NULL;
    int r;

    filter = seccomp_init (plan->profile->sees_host
                               ? SCMP_ACT_ALLOW
                               : SCMP_ACT_ERRNO (EPERM));
    if (!filter)
        return fail (err, ENOMEM, "seccomp: %m");
    /* no_new_privs is set already. */
    r = seccomp_attr_set (filter, SCMP_FLTATR_CTL_NNP, 0);
    if (r == 0)
        r = plan->profile->sees_host ? add_forbidden_calls (filter)
                                     : add_rules (plan, filter);
    if (r == 0)
        r = add_pretended (plan, filter);
    if (r == 0)
        r = seccomp_load (filter);
    if (r < 0)
        return fail (err, -r, "seccomp: %m");
    return 0;
}
