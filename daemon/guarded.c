/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work in a process of its own.
 *
 * Between the two is a pipe, through which the answer comes when all is done:
 * a text with RESULT in front; or an error, that is ERROR, the name of the errno,
 * a newline and the message.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "guarded.h"
#include "io.h"
#include "memory.h"

#define RESULT 'r'
#define ERROR 'e'

/* Longer answers are cut. */
#define ANSWER_MAX (4 << 20)

/* If memory runs out, it is this process that has to go. */
static void
offer_to_be_killed (void)
{
    cleanup_fd int fd = open ("/proc/self/oom_score_adj",
                              O_WRONLY | O_CLOEXEC);

    if (fd >= 0)
        write_full (fd, "1000", strlen ("1000"));
}

static void
set_limits (unsigned seconds)
{
    struct rlimit cpu = { seconds, RLIM_INFINITY };
    struct rlimit core = { 0, 0 };

    setrlimit (RLIMIT_CPU, &cpu);
    setrlimit (RLIMIT_CORE, &core);
    signal (SIGXCPU, SIG_DFL);
    offer_to_be_killed ();
}

static void
send_answer (int fd, guarded_work work, void *opaque)
{
    struct error err = { 0 };
    char *result = work (opaque, &err);
    cleanup_free char *answer =
        result ? xasprintf ("%c%s", RESULT, result)
               : xasprintf ("%c%s\n%s", ERROR, errno_to_name (err.errnum),
                            err.message ? err.message : "no reason is known");

    write_full (fd, answer, strnlen (answer, ANSWER_MAX));
}

static _Noreturn void
run_child (int file, int fd, guarded_work work, void *opaque,
           unsigned seconds)
{
    if ((file < 0 || dup2 (file, STDIN_FILENO) == STDIN_FILENO)
        && dup2 (fd, 3) == 3) {
        close_range (4, ~0U, 0);
        set_limits (seconds);
        send_answer (3, work, opaque);
    }
    _exit (0);
}

/* It has ended without an answer. */
static char *
process_died (int status, unsigned seconds, const char *what,
              struct error *err)
{
    int signal = WIFSIGNALED (status) ? WTERMSIG (status) : 0;

    if (signal == SIGXCPU)
        return fail_null (err, ETIMEDOUT, "%s: this did not come to an end "
                          "within %u seconds of processor time", what,
                          seconds);
    if (signal == SIGKILL)
        return fail_null (err, ENOMEM, "%s: the appliance's memory is not "
                          "enough for this (set_memsize gives it more)",
                          what);
    return fail_null (err, EIO, "%s: the process that worked on it has "
                      "crashed (signal %d): it may be damaged", what, signal);
}

static char *
parse_answer (char *answer, struct error *err)
{
    char *newline;

    if (answer[0] == RESULT)
        return xstrdup (answer + 1);
    newline = strchr (answer, '\n');
    if (newline)
        *newline++ = '\0';
    return fail_null (err, errno_from_name (answer + 1), "%s",
                      newline ? newline : "no reason is known");
}

char *
guarded_run_on (int file, guarded_work work, void *opaque, unsigned seconds,
                const char *what, struct error *err)
{
    cleanup_free char *answer = xmalloc (ANSWER_MAX + 1);
    cleanup_fd int from = -1, to = -1;
    ssize_t size;
    int fds[2], status = 0;
    pid_t pid;

    if (pipe2 (fds, O_CLOEXEC) < 0)
        return fail_null (err, errno, "pipe: %m");
    from = fds[0];
    to = fds[1];
    fflush (NULL);
    pid = fork ();
    if (pid < 0)
        return fail_null (err, errno, "starting a process: %m");
    if (pid == 0)
        run_child (file, to, work, opaque, seconds);
    close_fd (&to);
    size = read_full (from, answer, ANSWER_MAX);
    waitpid (pid, &status, 0);
    if (size <= 0)
        return process_died (status, seconds, what, err);
    answer[size] = '\0';
    return parse_answer (answer, err);
}

char *
guarded_run (guarded_work work, void *opaque, unsigned seconds,
             const char *what, struct error *err)
{
    return guarded_run_on (-1, work, opaque, seconds, what, err);
}
