/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands of the host: what follows '!', '<!' and '|', and the programs
 * that the user's environment names (EDITOR="emacs -nw").
 *
 * This is the one place where a shell is given a text.  That is no danger,
 * but the purpose: the text is what the user typed, or wrote into a script
 * or the environment, and the user's shell has to understand it in the
 * usual way.  Nothing that comes from a guest is ever put into such a text;
 * file names are handed over as arguments.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>

#include "cleanup.h"
#include "host.h"
#include "memory.h"
#include "string-list.h"

extern char **environ;

static char **
script_argv (const struct host_script *s)
{
    struct strings argv = STRINGS_EMPTY;

    strings_add (&argv, s->shell ? s->shell : "/bin/sh");
    strings_add (&argv, "-c");
    strings_add (&argv, s->script);
    for (char *const *a = s->arguments; a && *a; a++)
        strings_add (&argv, *a);
    return strings_steal (&argv);
}

/* What we catch or ignore ourselves, programs get as usual. */
static void
default_signals (posix_spawnattr_t *attr)
{
    sigset_t defaults;

    sigemptyset (&defaults);
    sigaddset (&defaults, SIGINT);
    sigaddset (&defaults, SIGPIPE);
    posix_spawnattr_setsigdefault (attr, &defaults);
    posix_spawnattr_setflags (attr, POSIX_SPAWN_SETSIGDEF);
}

int
host_start (const struct host_script *s, pid_t *ret_pid, struct error *err)
{
    cleanup_string_array char **argv = script_argv (s);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    int r;

    fflush (stdout);
    posix_spawnattr_init (&attr);
    default_signals (&attr);
    posix_spawn_file_actions_init (&actions);
    if (s->input >= 0)
        posix_spawn_file_actions_adddup2 (&actions, s->input, STDIN_FILENO);
    if (s->output >= 0)
        posix_spawn_file_actions_adddup2 (&actions, s->output, STDOUT_FILENO);
    r = posix_spawnp (ret_pid, argv[0], &actions, &attr, argv, environ);
    posix_spawn_file_actions_destroy (&actions);
    posix_spawnattr_destroy (&attr);
    return r ? fail (err, r, "%s: %m", argv[0]) : 0;
}

int
host_wait (pid_t pid, const char *script, struct error *err)
{
    int status;

    while (waitpid (pid, &status, 0) < 0)
        if (errno != EINTR)
            return fail (err, errno, "waitpid: %m");
    if (WIFSIGNALED (status))
        return fail (err, WTERMSIG (status) == SIGINT ? EINTR : 0,
                     "'%s' was killed by signal %d (%s)", script,
                     WTERMSIG (status), strsignal (WTERMSIG (status)));
    if (WEXITSTATUS (status) != 0)
        return fail (err, 0, "'%s' failed with exit status %d", script,
                     WEXITSTATUS (status));
    return 0;
}

static int
run (const struct host_script *s, struct error *err)
{
    pid_t pid;

    if (host_start (s, &pid, err) < 0)
        return -1;
    return host_wait (pid, s->script, err);
}

int
host_run (const char *script, struct error *err)
{
    return run (&HOST_SCRIPT (script), err);
}

int
host_run_on_file (const char *program, const char *file, struct error *err)
{
    cleanup_free char *script = xasprintf ("%s \"$1\"", program);
    char *const arguments[] = { (char *) "guestfish", (char *) file, NULL };
    struct host_script s = HOST_SCRIPT (script);

    s.arguments = arguments;
    return run (&s, err);
}

int
host_pipe (const char *script, struct host_pipe *ret, struct error *err)
{
    struct host_script s = HOST_SCRIPT (script);
    cleanup_fd int from = -1;
    cleanup_fd int to = -1;
    cleanup_fd int saved = -1;
    int fds[2];

    if (pipe2 (fds, O_CLOEXEC) < 0)
        return fail (err, errno, "pipe: %m");
    from = fds[0];
    to = fds[1];
    saved = fcntl (STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (saved < 0)
        return fail (err, errno, "standard output: %m");
    s.input = from;
    if (host_start (&s, &ret->pid, err) < 0)
        return -1;
    dup2 (to, STDOUT_FILENO);
    ret->saved = steal_fd (&saved);
    return 0;
}

/* What the command at the other end exits with has never mattered. */
void
host_unpipe (struct host_pipe *p)
{
    cleanup_error struct error ignored = { 0 };

    fflush (stdout);
    clearerr (stdout);
    dup2 (p->saved, STDOUT_FILENO);
    close_fd (&p->saved);
    host_wait (p->pid, "pipe", &ignored);
}
