/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs that go on in the background. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "background.h"
#include "cleanup.h"
#include "io.h"

int
background_start (struct background *ret, struct error *err)
{
    int fds[2];
    pid_t pid;

    if (pipe2 (fds, O_CLOEXEC) < 0)
        return fail (err, errno, "pipe: %m");
    fflush (NULL);
    pid = fork ();
    if (pid < 0) {
        fail (err, errno, "fork: %m");
        close (fds[0]);
        close (fds[1]);
        return -1;
    }
    close (fds[pid == 0 ? 0 : 1]);
    ret->pid = pid;
    ret->pipe = fds[pid == 0 ? 1 : 0];
    return 0;
}

int
background_wait (struct background *b, int *ret_status)
{
    int status;
    char byte;

    if (read_full (b->pipe, &byte, 1) == 1)
        return 0;
    while (waitpid (b->pid, &status, 0) < 0)
        if (errno != EINTR)
            status = EXIT_FAILURE << 8;
    *ret_status = WIFEXITED (status) ? WEXITSTATUS (status) : EXIT_FAILURE;
    return -1;
}

int
background_ready (struct background *b, struct error *err)
{
    cleanup_fd int null = open ("/dev/null", O_RDWR | O_CLOEXEC);
    void (*before) (int) = signal (SIGPIPE, SIG_IGN);
    int r;

    if (null < 0)
        return fail (err, errno, "/dev/null: %m");
    fflush (NULL);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (dup2 (null, fd) < 0)
            return fail (err, errno, "dup2: %m");
    r = write_full (b->pipe, "1", 1);
    if (r < 0)
        fail (err, errno, "the process that was called: %m");
    close_fd (&b->pipe);
    signal (SIGPIPE, before);
    return r;
}
