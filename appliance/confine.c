/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestfs-confine: runs a program that is not trusted, the kernel of the
 * appliance or the daemon that serves its disks, so that it can do no
 * more than it must.  README.md explains each promise, and who starts it.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "confine.h"
#include "memory.h"
#include "string-list.h"
#include "view.h"

_Noreturn void
out_of_memory (void)
{
    abort ();
}

/* QEMU looks for its modules beside itself, but it is no longer where it
 * was.
 */
static void
add_module_folder (struct strings *environment)
{
    static const char *const folders[] = {
        "/usr/lib/" MULTIARCH "/qemu", "/usr/lib64/qemu", "/usr/lib/qemu",
    };

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (access (folders[i], F_OK) == 0) {
            strings_add_format (environment, "QEMU_MODULE_DIR=%s",
                                folders[i]);
            return;
        }
}

/* What a script of the user's may ask for. */
static void
add_callers_environment (struct strings *environment)
{
    for (char **e = environ; *e; e++)
        if (!string_starts_with (*e, "LD_PRELOAD="))
            strings_add (environment, *e);
}

/* All that the program is told about its surroundings, and how the overlays
 * of disks get into it, if there are any.
 */
static char **
make_environment (const struct plan *plan)
{
    cleanup_strings struct strings environment = STRINGS_EMPTY;

    if (plan->profile->sees_host)
        add_callers_environment (&environment);
    else {
        strings_add (&environment, "PATH=/usr/sbin:/usr/bin:/sbin:/bin");
        strings_add (&environment, "HOME=/");
        strings_add (&environment, "TMPDIR=/dev/shm"); /* the memory */
    }
    if (plan->profile->bits & FOR_STORAGE)
        add_module_folder (&environment);
    if (plan->profile->bits & FOR_AGENT)
        strings_add (&environment, "SSH_AUTH_SOCK=" VIEW_AGENT_PATH);
    if (plan->preload) {
        strings_add_format (&environment, "LD_PRELOAD=%s",
                            plan->profile->sees_host ? plan->preload
                                                     : VIEW_PRELOAD_PATH);
        if (plan->overlays)
            strings_add_format (&environment, "GUESTFS_OVERLAYS=%s",
                                plan->overlays);
        if (plan->template_memory >= 0)
            strings_add_format (&environment,
                                "GUESTFS_TEMPLATE_MEMORY=/proc/self/fd/%d",
                                plan->template_memory);
    }
    return strings_steal (&environment);
}

static int
own_session (const struct plan *plan, struct error *err)
{
    (void) plan;
    if (setsid () < 0)
        return fail (err, errno, "setsid: %m");
    return 0;
}

/* Kept in this order by the process that becomes the program.  It is in
 * its namespaces already, where no user exists but the one it is.
 */
static const struct promise {
    const char *name;
    int (*keep) (const struct plan *plan, struct error *err);
    const char *text;
} promises[] = {
    { "session", own_session, "It can't signal our process group." },
    { "uts", set_host_name, "It doesn't know the host's name." },
    { "stdin", empty_stdin, "Nobody can type anything into it." },
    { "descriptors", close_descriptors, "It has no descriptors" },
    { "keep", pass_descriptors, "but those that it was given." },
    { "processor", stay_on_one_processor, "It stays on one processor." },
    { "limits", limit_resources, "It dumps no core, can't use up all." },
    { "read-only-disks", guard_read_only_disks,
      "Read-only disks are on read-only mounts." },
    { "view", enter_view, "It sees the files of the view, read-only." },
    { "sockets", listen_in_view, "Its disks' sockets are there alone." },
    { "capabilities", drop_capabilities, "It has no capabilities." },
    { "no-new-privs", forbid_new_privileges, "No exec gives it rights." },
    { "landlock", restrict_files, "It may use files as the view says." },
    { "disk-check", check_disks_open, "Disks open as they should." },
    { "seccomp", restrict_system_calls, "It can call what it needs." },
};

/* The child: become the program. */
static int
confine_and_execute (const struct plan *plan, int status, struct error *err)
{
    cleanup_free char *program = plan_has (plan, "view")
                                     ? view_program_path (plan)
                                     : xstrdup (plan->argv[0]);
    cleanup_string_array char **environment = make_environment (plan);

    reset_signals ();
    if (await_supervisor (status, err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof promises / sizeof promises[0]; i++) {
        if (plan_has (plan, promises[i].name)
            && promises[i].keep (plan, err) < 0)
            return -1;
    }
    if (plan->n_listen > 0)
        tell_listening (status);
    execve (program, plan->argv,
            plan_has (plan, "environment") ? environment : environ);
    return fail (err, errno, "%s: can't be executed: %m", plan->argv[0]);
}

static int
check_file (const char *path, int mode, struct error *err)
{
    if (path && access (path, mode) < 0)
        return fail (err, errno, "%s: %m", path);
    return 0;
}

/* What can be said before anything has been started. */
static int
check_plan (const struct plan *plan, struct error *err)
{
    if (check_file (plan->argv[0], X_OK, err) < 0
        || check_file (plan->daemon, X_OK, err) < 0
        || check_file (plan->preload, R_OK, err) < 0
        || check_limits (plan, err) < 0)
        return -1;
    if (plan->profile->runs_natively && check_tracing (err) < 0)
        return -1;
    return plan->profile->has_memory ? check_headroom (plan, err) : 0;
}

static int
start (const struct plan *plan, struct error *err)
{
    int status[2], pidfd = -1;
    pid_t pid;

    if (check_plan (plan, err) < 0)
        return -1;
    if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, status) < 0)
        return fail (err, errno, "socketpair: %m");
    pid = fork_into_namespaces (plan, &pidfd, err);
    if (pid < 0)
        return -1;
    if (pid > 0) {
        close (status[1]);
        if (map_ids (plan, pid, err) < 0)
            return -1;
        return supervise (plan, pid, pidfd, status[0], err);
    }
    close (status[0]);
    confine_and_execute (plan, status[1], err);
    report_to_supervisor (status[1], err);
    _exit (EXIT_FAILURE);
}

/* Descriptors 0 to 2 must be taken, or one of ours could become one. */
static void
open_standard_descriptors (void)
{
    int fd;

    do
        fd = open ("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close (fd);
}

int
main (int argc, char **argv)
{
    cleanup_error struct error err = { 0 };
    cleanup_plan struct plan plan;
    int r;

    open_standard_descriptors ();
    ignore_terminal_signals ();
    r = plan_parse (&plan, argc, argv, &err);
    if (r == 0)
        r = start (&plan, &err);
    if (r >= 0)
        return r;
    if (plan.control >= 0)
        report_error (plan.control, &err);
    else
        fprintf (stderr, "%s: %s\n", program_invocation_short_name,
                 err.message);
    return EXIT_FAILURE;
}
