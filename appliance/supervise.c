/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The supervisor: the process between the library and the confined
 * program.  It tells the library what becomes of the program, and kills
 * the program when the library goes away, in whatever manner.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "confine.h"
#include "memory.h"

/* The longest message from the child, in bytes; longer ones are cut. */
#define MESSAGE_MAX 900

/* As shells say that a program was killed. */
#define KILLED_STATUS 128

/* What a terminal, or a session that ends, sends to a whole process
 * group; and a write to a library that has gone.
 */
static const int ignored_signals[]
    = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGPIPE };

void
ignore_terminal_signals (void)
{
    size_t n = sizeof ignored_signals / sizeof ignored_signals[0];

    for (size_t i = 0; i < n; i++)
        signal (ignored_signals[i], SIG_IGN);
}

void
reset_signals (void)
{
    sigset_t none;

    /* Those that can't be changed, and those of the C library, refuse. */
    for (int i = 1; i <= SIGRTMAX; i++)
        signal (i, SIG_DFL);
    sigemptyset (&none);
    sigprocmask (SIG_SETMASK, &none, NULL);
}

/* A line to the library.  If it doesn't listen any more, it is about to be
 * noticed in other ways.
 */
static void __attribute__ ((format (printf, 2, 3)))
tell (int control, const char *fmt, ...)
{
    cleanup_free char *line = NULL;
    va_list args;
    int length;

    va_start (args, fmt);
    length = vasprintf (&line, fmt, args);
    va_end (args);
    if (length < 0)
        out_of_memory ();
    /* One message is one line. */
    for (char *p = line; p < line + length - 1; p++) {
        if (*p == '\n')
            *p = ' ';
    }
    (void) send (control, line, (size_t) length, MSG_NOSIGNAL);
}

void
report_error (int control, const struct error *err)
{
    tell (control, "error %s %s\n", errno_to_name (err->errnum),
          err->message);
}

int
await_supervisor (int status, struct error *err)
{
    char byte;

    /* When the supervisor is killed, the kernel kills us, and that all
     * that is in our PID namespace.
     */
    if (prctl (PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
        return fail (err, errno, "PR_SET_PDEATHSIG: %m");
    /* It could have been killed just before.  Its process id says nothing
     * in a PID namespace of our own, but its end of the socket does.
     */
    if (recv (status, &byte, 1, 0) != 1)
        return fail (err, ESRCH, "the supervisor has gone");
    return 0;
}

void
tell_listening (int status)
{
    /* The filter is there already, and it knows write (2) only. */
    if (write (status, "", 1) < 0)
        return;
}

void
report_to_supervisor (int status, const struct error *err)
{
    cleanup_free char *text = xasprintf ("%s %s", errno_to_name (err->errnum),
                                         err->message);
    size_t length = strlen (text);

    /* When the exec itself fails, the filter is there already, and it
     * knows write (2) only.  Nobody is left to tell if this fails.
     */
    if (write (status, text, length < MESSAGE_MAX ? length : MESSAGE_MAX) < 0)
        return;
}

/* Does poll (2) say that the library has gone?  It never writes: what can
 * be read from it is its end.
 */
static bool
library_gone (const struct pollfd *poll)
{
    return poll->fd >= 0 && poll->revents != 0;
}

/* Pass on that the child's sockets listen.  Anything else that it says is
 * an error, for later.
 */
static void
pass_on_listening (int control, int status)
{
    char message[2];

    if (recv (status, message, sizeof message, MSG_PEEK | MSG_DONTWAIT) != 1)
        return;
    (void) recv (status, message, sizeof message, 0);
    tell (control, "listening\n");
}

/* The program may have something to give back. */
static void
end_program (const struct plan *plan, int pidfd)
{
    struct pollfd poll_end = { .fd = pidfd, .events = POLLIN };

    if (plan->grace > 0) {
        syscall (SYS_pidfd_send_signal, pidfd, SIGTERM, NULL, 0);
        if (poll (&poll_end, 1, plan->grace) > 0)
            return;
    }
    syscall (SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
}

/* Wait until the program has ended or has to. */
static void
wait_for_end (const struct plan *plan, int pidfd, int status)
{
    struct pollfd polls[] = {
        { .fd = plan->control, .events = POLLIN },
        { .fd = plan->watch, .events = POLLIN },
        { .fd = pidfd, .events = POLLIN },
        { .fd = plan->n_listen > 0 ? status : -1, .events = POLLIN },
    };

    do {
        int n = poll (polls, 4, -1);

        if (n < 0 && errno != EINTR)
            return;
        if (n > 0 && polls[3].revents) {
            pass_on_listening (plan->control, status);
            polls[3].fd = -1;
        }
    } while (!polls[0].revents && !polls[1].revents && !polls[2].revents);
    if (library_gone (&polls[0]) || library_gone (&polls[1]))
        end_program (plan, pidfd);
}

/* Collect the program.  As the first process of its PID namespace it is
 * the last to go.
 */
static int
reap (pid_t pid, struct error *err)
{
    int status;

    while (waitpid (pid, &status, 0) < 0) {
        if (errno != EINTR)
            return fail (err, errno, "waitpid: %m");
    }
    return status;
}

/* Tell what the child said before it could become the program, if it did.
 */
static bool
tell_early_error (int control, int status)
{
    char message[MESSAGE_MAX + 1];
    ssize_t length = recv (status, message, sizeof message - 1, MSG_DONTWAIT);

    if (length <= 0)
        return false;
    message[length] = '\0';
    tell (control, "error %s\n", message);
    return true;
}

static int
tell_end (int control, int status, int ended)
{
    if (tell_early_error (control, status))
        return EXIT_FAILURE;
    if (WIFSIGNALED (ended)) {
        tell (control, "signal %d\n", WTERMSIG (ended));
        return KILLED_STATUS + WTERMSIG (ended);
    }
    tell (control, "exit %d\n", WEXITSTATUS (ended));
    return WEXITSTATUS (ended);
}

/* Hold nothing that is the program's, as others wait for its ends to close,
 * and no directory of the user's.
 */
static int
let_go (const struct plan *plan, int pidfd, int status, struct error *err)
{
    int fds[] = { plan->control, pidfd, status, plan->watch };
    int null = open ("/dev/null", O_RDWR | O_CLOEXEC);

    if (null < 0)
        return fail (err, errno, "/dev/null: %m");
    if (chdir ("/") < 0)
        return fail (err, errno, "/: %m");
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        dup2 (null, fd);
    return close_all_but (fds, plan->watch < 0 ? 3 : 4, err);
}

int
supervise (const struct plan *plan, pid_t pid, int pidfd, int status,
           struct error *err)
{
    int ended;

    if (let_go (plan, pidfd, status, err) < 0)
        return -1;
    tell (plan->control, "pid %d\n", (int) pid);
    if (send (status, "", 1, MSG_NOSIGNAL) < 0 && errno != EPIPE)
        return fail (err, errno, "the child's socket: %m");
    wait_for_end (plan, pidfd, status);
    ended = reap (pid, err);
    if (ended < 0)
        return -1;
    return tell_end (plan->control, status, ended);
}
