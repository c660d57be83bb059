/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestfish --listen: a process in the background. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "cleanup.h"
#include "io.h"
#include "listen.h"
#include "remote.h"
#include "run.h"

/* Who started us may wait until nobody has its pipes open any more; nor do
 * we compete for what is typed.  What goes wrong from now on, each client
 * sees on its own stderr.
 */
static int
leave_terminal (struct error *err)
{
    cleanup_fd int null = open ("/dev/null", O_RDWR | O_CLOEXEC);

    if (null < 0)
        return fail (err, errno, "/dev/null: %m");
    fflush (stdout);
    if (dup2 (null, STDIN_FILENO) < 0 || dup2 (null, STDOUT_FILENO) < 0
        || dup2 (null, STDERR_FILENO) < 0)
        return fail (err, errno, "dup2: %m");
    return 0;
}

static int
serve (const struct command_line *c, int ready, struct error *err)
{
    struct shell sh = { .guest = &c->guest, .settings = c->settings };
    cleanup_fd int listener = -1;
    int r;

    if (shell_open_handle (&sh, err) < 0
        || shell_open_guest (&sh, err) < 0
        || (listener = remote_listen (err)) < 0
        || leave_terminal (err) < 0) {
        cleanup_error struct error ignored = { 0 };

        shell_close_handle (&sh, &ignored);
        return -1;
    }
    write_full (ready, "1", 1);
    close_fd (&ready);
    r = remote_serve (&sh, listener, err);
    return shell_close_handle (&sh, err) < 0 ? -1 : r;
}

static void
print_environment (pid_t pid, bool csh)
{
    if (csh)
        printf ("setenv GUESTFISH_PID %d\n", (int) pid);
    else
        printf ("GUESTFISH_PID=%d; export GUESTFISH_PID\n", (int) pid);
}

/* The appliance ends with the process that launched it, so everything is
 * done by the new one, and this one waits until that is ready.
 */
int
listen_in_background (const struct command_line *c)
{
    cleanup_error struct error err = { 0 };
    int fds[2];
    char ready;
    pid_t pid;

    if (pipe2 (fds, O_CLOEXEC) < 0 || (pid = fork ()) < 0) {
        fail (&err, errno, "--listen: %m");
        print_error (&err);
        return EXIT_FAILURE;
    }
    if (pid == 0) {
        close (fds[0]);
        if (serve (c, fds[1], &err) == 0)
            return EXIT_SUCCESS;
        print_error (&err);
        return EXIT_FAILURE;
    }
    close (fds[1]);
    if (read_full (fds[0], &ready, 1) != 1) {
        waitpid (pid, NULL, 0);
        return EXIT_FAILURE;
    }
    print_environment (pid, c->csh);
    return EXIT_SUCCESS;
}
