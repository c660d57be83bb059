/* SPDX-License-Identifier: GPL-2.0-or-later */
/* promise-breaker: processes, signals, sockets, namespaces and system
 * calls.
 */

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "promise-breaker.h"

/* Processes and signals. */

void
find_processes (void)
{
    DIR *dir = opendir ("/proc");
    struct dirent *entry;

    if (getpid () != 1)
        breaks ("process id %d instead of 1", (int) getpid ());
    while (dir && (entry = readdir (dir))) {
        if (*entry->d_name >= '0' && *entry->d_name <= '9'
            && strcmp (entry->d_name, "1") != 0)
            breaks ("/proc/%s", entry->d_name);
    }
    if (dir)
        closedir (dir);
}

void
reach_host_process (void)
{
    pid_t pid = number_argument ("host-pid");

    if (kill (pid, 0) == 0)
        breaks ("kill reaches process %d", (int) pid);
    if (syscall (SYS_ptrace, 16 /* PTRACE_ATTACH */, pid, 0, 0) == 0)
        breaks ("ptrace reaches process %d", (int) pid);
    if (syscall (SYS_pidfd_open, pid, 0) >= 0)
        breaks ("pidfd_open reaches process %d", (int) pid);
}

/* The outside sees whether it has arrived anywhere. */
void
signal_group (void)
{
    signal (SIGUSR1, SIG_IGN);
    (void) kill (0, SIGUSR1);
}

void
inherit_signals (void)
{
    struct sigaction action;
    sigset_t mask;

    sigprocmask (SIG_BLOCK, NULL, &mask);
    for (int i = 1; i < SIGRTMIN; i++) {
        if (sigismember (&mask, i) == 1)
            breaks ("signal %d is blocked", i);
        if (sigaction (i, NULL, &action) == 0
            && action.sa_handler != SIG_DFL && i != SIGUSR1)
            breaks ("signal %d is ignored", i);
    }
}

void
execute (void)
{
    static const char *const programs[]
        = { "/usr/bin/su", "/usr/bin/env", "/bin/sh", "/init" };

    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        char *const argv[]
            = { (char *) programs[i], (char *) "mode=exit", NULL };
        int status = 0;
        pid_t pid = fork ();

        if (pid == 0) {
            /* What runs all the same shall not print. */
            close (STDOUT_FILENO);
            close (STDERR_FILENO);
            execv (programs[i], argv);
            _exit (99);
        }
        if (pid > 0 && waitpid (pid, &status, 0) == pid
            && !(WIFEXITED (status) && WEXITSTATUS (status) == 99))
            breaks ("%s was executed", programs[i]);
    }
}

/* Sockets. */

void
open_sockets (void)
{
    static const struct {
        const char *name;
        int domain;
        int type;
        int protocol;
    } sockets[] = {
        { "AF_UNIX", AF_UNIX, SOCK_STREAM, 0 },
        { "AF_UNIX datagrams", AF_UNIX, SOCK_DGRAM, 0 },
        { "AF_INET", AF_INET, SOCK_STREAM, 0 },
        { "AF_INET datagrams", AF_INET, SOCK_DGRAM, 0 },
        { "AF_INET raw", AF_INET, SOCK_RAW, 0 },
        { "AF_INET with SCTP", AF_INET, SOCK_STREAM, IPPROTO_SCTP },
        { "AF_INET with UDP-Lite", AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE },
        { "AF_INET with MPTCP", AF_INET, SOCK_STREAM, 262 },
        { "AF_INET6", AF_INET6, SOCK_STREAM, 0 },
        { "AF_INET6 raw", AF_INET6, SOCK_RAW, 0 },
        { "AF_NETLINK", AF_NETLINK, SOCK_RAW, 0 },
        { "AF_PACKET", AF_PACKET, SOCK_RAW, 0 },
        { "AF_VSOCK", AF_VSOCK, SOCK_STREAM, 0 },
        { "AF_ALG", AF_ALG, SOCK_SEQPACKET, 0 },
        { "AF_BLUETOOTH", AF_BLUETOOTH, SOCK_RAW, 0 },
        { "AF_CAN", AF_CAN, SOCK_RAW, 0 },
        { "AF_KEY", AF_KEY, SOCK_RAW, 0 },
    };

    for (size_t i = 0; i < sizeof sockets / sizeof sockets[0]; i++) {
        int domain = sockets[i].domain, type = sockets[i].type;
        int fd = socket (domain, type, sockets[i].protocol);
        bool ip = domain == AF_INET || domain == AF_INET6;
        bool needed = is_network () || is_remote ()
                          ? ip && type != SOCK_RAW && sockets[i].protocol == 0
                          : is_guest () && domain == AF_UNIX;

        if ((fd >= 0) != needed)
            breaks ("%s", sockets[i].name);
        close (fd);
    }
}

/* It may only seem to have succeeded. */
static bool
is_listening (int fd)
{
    int listening = 0;
    socklen_t size = sizeof listening;

    if (getsockopt (fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) < 0)
        return true;
    return listening;
}

/* At any address of this family. */
static void
listen_at (int family, const char *name)
{
    const struct sockaddr_in6 any = { .sin6_family = (sa_family_t) family };
    socklen_t size = family == AF_INET ? sizeof (struct sockaddr_in)
                                       : sizeof any;
    int tcp = socket (family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int udp = socket (family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (tcp >= 0
        && (bind (tcp, (const struct sockaddr *) &any, size) == 0
            || (listen (tcp, 1) == 0 && is_listening (tcp))))
        breaks ("TCP of %s", name);
    if (udp >= 0 && bind (udp, (const struct sockaddr *) &any, size) == 0)
        breaks ("UDP of %s", name);
    close (tcp);
    close (udp);
}

void
listen_for_others (void)
{
    listen_at (AF_INET, "IPv4");
    listen_at (AF_INET6, "IPv6");
}

/* A path, or a name that begins with "@" for the abstract ones. */
static int
connect_to (const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t length = strlen (name);
    int fd, r;

    if (length == 0 || length >= sizeof address.sun_path)
        return -1;
    memcpy (address.sun_path, name, length);
    if (*name == '@')
        address.sun_path[0] = '\0';
    fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    r = connect (fd, (struct sockaddr *) &address,
                 (socklen_t) (offsetof (struct sockaddr_un, sun_path)
                              + length));
    close (fd);
    return r;
}

void
connect_to_host (void)
{
    if (connect_to (argument ("abstract")) == 0)
        breaks ("an abstract socket");
    if (connect_to (argument ("socket")) == 0)
        breaks ("a socket with a path");
}

/* A socket that is given as O_PATH descriptor: vhost-user disks. */
void
connect_to_given (void)
{
    char path[64];

    snprintf (path, sizeof path, "/proc/self/fd/%d",
              number_argument ("given-socket"));
    if (is_guest () && connect_to (path) < 0)
        breaks ("%s: %s", path, strerror (errno));
}

/* Namespaces and the kernel. */

void
name_host (void)
{
    struct utsname name;

    if (sethostname ("broken", 6) == 0)
        breaks ("it was changed");
    if (is_guest () && uname (&name) == 0
        && strcmp (name.nodename, "guestfs") != 0)
        breaks ("it is %s", name.nodename);
}

static void
clone_into (const char *name, unsigned long flag)
{
    long pid = syscall (SYS_clone, flag | SIGCHLD, NULL, NULL, NULL, NULL);

    if (pid == 0)
        _exit (0);
    if (pid > 0) {
        breaks ("%s", name);
        waitpid ((pid_t) pid, NULL, 0);
    }
}

void
make_namespaces (void)
{
    clone_into ("user", CLONE_NEWUSER);
    clone_into ("user and mount", CLONE_NEWUSER | CLONE_NEWNS);
    clone_into ("mount", CLONE_NEWNS);
    clone_into ("pid", CLONE_NEWPID);
    clone_into ("net", CLONE_NEWNET);
    if (unshare (CLONE_NEWUSER) == 0)
        breaks ("unshare");
    if (setns (number_argument ("rw"), 0) == 0 || errno != EPERM)
        breaks ("setns");
}

void
change_mounts (void)
{
    if (syscall (SYS_mount, "tmpfs", "/tmp", "tmpfs", 0, NULL) == 0)
        breaks ("tmpfs on /tmp");
    if (syscall (SYS_mount, NULL, "/usr/bin", NULL, 32 | 4096, NULL) == 0)
        breaks ("/usr/bin writable");
    if (syscall (SYS_umount2, "/proc", 2) == 0)
        breaks ("/proc unmounted");
    if (chroot ("/tmp") == 0)
        breaks ("chroot");
}

/* System calls that no filter should let through.  What they are given is
 * nonsense that can do no harm: the filter decides before it is looked at.
 */
void
call_kernel (void)
{
    static const struct {
        const char *name;
        long number;
    } calls[] = {
        { "acct", SYS_acct },
        { "add_key", SYS_add_key },
        { "bpf", SYS_bpf },
        { "capset", SYS_capset },
        { "chmod", SYS_chmod },
        { "chroot", SYS_chroot },
        { "clock_settime", SYS_clock_settime },
        { "delete_module", SYS_delete_module },
        { "fanotify_init", SYS_fanotify_init },
        { "fchmod", SYS_fchmod },
        { "fchown", SYS_fchown },
        { "finit_module", SYS_finit_module },
        { "fsopen", SYS_fsopen },
        { "init_module", SYS_init_module },
        { "io_uring_enter", SYS_io_uring_enter },
        { "io_uring_register", SYS_io_uring_register },
        { "io_uring_setup", SYS_io_uring_setup },
        { "ioperm", SYS_ioperm },
        { "iopl", SYS_iopl },
        { "kcmp", SYS_kcmp },
        { "kexec_load", SYS_kexec_load },
        { "keyctl", SYS_keyctl },
        { "lookup_dcookie", SYS_lookup_dcookie },
        { "mbind", SYS_mbind },
        { "migrate_pages", SYS_migrate_pages },
        { "mknodat", SYS_mknodat },
        { "mount", SYS_mount },
        { "mount_setattr", SYS_mount_setattr },
        { "move_mount", SYS_move_mount },
        { "move_pages", SYS_move_pages },
        { "mq_open", SYS_mq_open },
        { "msgget", SYS_msgget },
        { "name_to_handle_at", SYS_name_to_handle_at },
        { "open_by_handle_at", SYS_open_by_handle_at },
        { "open_tree", SYS_open_tree },
        { "perf_event_open", SYS_perf_event_open },
        { "personality", SYS_personality },
        { "pidfd_getfd", SYS_pidfd_getfd },
        { "pidfd_open", SYS_pidfd_open },
        { "pivot_root", SYS_pivot_root },
        { "process_vm_readv", SYS_process_vm_readv },
        { "process_vm_writev", SYS_process_vm_writev },
        { "quotactl", SYS_quotactl },
        { "reboot", SYS_reboot },
        { "request_key", SYS_request_key },
        { "seccomp", SYS_seccomp },
        { "semget", SYS_semget },
        { "setdomainname", SYS_setdomainname },
        { "setgroups", SYS_setgroups },
        { "setns", SYS_setns },
        { "setresuid", SYS_setresuid },
        { "setxattr", SYS_setxattr },
        { "shmget", SYS_shmget },
        { "swapon", SYS_swapon },
        { "syslog", SYS_syslog },
        { "umount2", SYS_umount2 },
        { "unshare", SYS_unshare },
        { "userfaultfd", SYS_userfaultfd },
        { "utimensat", SYS_utimensat },
        { "vmsplice", SYS_vmsplice },
    };

    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (is_qemu () && calls[i].number == SYS_seccomp)
            continue; /* its own filter, inside of ours */
        if (syscall (calls[i].number, -1, 0, 0, 0, 0, 0) != -1
            || errno != EPERM)
            breaks ("%s", calls[i].name);
    }
    if (syscall (SYS_clone3, NULL, 0) != -1 || errno != ENOSYS)
        breaks ("clone3");
}

/* Calls that are allowed with other arguments. */
void
call_with_arguments (void)
{
    char byte = 'x';

    if (ioctl (STDOUT_FILENO, TIOCSTI, &byte) == 0 || errno != EPERM)
        breaks ("ioctl TIOCSTI");
    if (ioctl (STDOUT_FILENO, TIOCSCTTY, 0) == 0 || errno != EPERM)
        breaks ("ioctl TIOCSCTTY");
    if (fcntl (STDOUT_FILENO, F_NOTIFY, 0) == 0 || errno != EPERM)
        breaks ("fcntl F_NOTIFY");
    if (fcntl (STDOUT_FILENO, F_SETLEASE, F_RDLCK) == 0 || errno != EPERM)
        breaks ("fcntl F_SETLEASE");
    if (ioctl (STDOUT_FILENO, 0xae00 /* KVM_GET_API_VERSION */, 0) == 0
        || errno != EPERM)
        breaks ("ioctl of KVM");
    if (prctl (PR_SET_DUMPABLE, 1, 0, 0, 0) == 0 || errno != EPERM)
        breaks ("prctl PR_SET_DUMPABLE");
    if (syscall (SYS_prlimit64, 2, RLIMIT_CORE, NULL, NULL) == 0
        || errno != EPERM)
        breaks ("prlimit of others");
}

/* How a child that makes a system call in another ABI ends. */
static int
foreign_call (void (*call) (void))
{
    int status = 0;
    pid_t pid = fork ();

    if (pid == 0) {
        call ();
        _exit (0);
    }
    waitpid (pid, &status, 0);
    return status;
}

#ifdef __x86_64__
static void
call_i386 (void)
{
    long result;

    /* getpid of the 32-bit table. */
    __asm__ volatile ("int $0x80" : "=a" (result) : "a" (20L) : "memory");
    if (result == -EPERM || result == -ENOSYS)
        raise (SIGKILL);
}

static void
call_x32 (void)
{
    if (syscall (0x40000000L | SYS_getpid) == -1)
        raise (SIGKILL);
}

void
call_other_abis (void)
{
    if (!is_guest ())
        return; /* it can't wait for children */
    if (!WIFSIGNALED (foreign_call (call_i386)))
        breaks ("i386");
    if (!WIFSIGNALED (foreign_call (call_x32)))
        breaks ("x32");
}
#else
void
call_other_abis (void)
{
}
#endif

void
check_limits (void)
{
    static const struct {
        const char *name;
        int resource;
        rlim_t most;
    } limits[] = {
        { "core", RLIMIT_CORE, 1 },
        { "open files", RLIMIT_NOFILE, 4096 },
        { "locked memory", RLIMIT_MEMLOCK, 65536 },
        { "processes", RLIMIT_NPROC, 4096 },
    };

    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct rlimit limit;

        if (getrlimit ((__rlimit_resource_t) limits[i].resource, &limit) < 0
            || limit.rlim_max > limits[i].most)
            breaks ("%s", limits[i].name);
    }
}

