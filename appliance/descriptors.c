/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which descriptors a process has: the confined program those that the
 * command line names, the supervisor those that it works with.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "confine.h"

/* close_range (2) came with Linux 5.9, its flag with 5.11. */
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

/* Nothing can be typed into the program. */
int
empty_stdin (const struct plan *plan, struct error *err)
{
    cleanup_fd int null = open ("/dev/null", O_RDONLY | O_CLOEXEC);

    (void) plan;
    if (null < 0 || dup2 (null, STDIN_FILENO) < 0)
        return fail (err, errno, "/dev/null: %m");
    return 0;
}

/* The exec closes them, not this: the steps before it still need some. */
int
close_descriptors (const struct plan *plan, struct error *err)
{
    (void) plan;
    if (close_range (STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC) < 0)
        return fail (err, errno, "close_range: %m");
    return 0;
}

static int
pass_on (int fd, struct error *err)
{
    if (fcntl (fd, F_SETFD, 0) < 0)
        return fail (err, errno, "descriptor %d: %m", fd);
    return 0;
}

int
pass_descriptors (const struct plan *plan, struct error *err)
{
    for (size_t i = 0; i < plan->n_keep; i++) {
        if (pass_on (plan->keep[i], err) < 0)
            return -1;
    }
    for (size_t i = 0; i < plan->n_disks; i++) {
        if (pass_on (plan->disks[i].fd, err) < 0)
            return -1;
    }
    return 0;
}

static int
by_value (const void *a, const void *b)
{
    const int *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

int
close_all_but (int *fds, size_t n, struct error *err)
{
    unsigned next = STDERR_FILENO + 1;

    qsort (fds, n, sizeof *fds, by_value);
    for (size_t i = 0; i <= n; i++) {
        unsigned end = i < n ? (unsigned) fds[i] : UINT_MAX;

        if (i < n && fds[i] < (int) next)
            continue;
        if (end > next && close_range (next, end - 1, 0) < 0)
            return fail (err, errno, "close_range: %m");
        next = end + 1;
    }
    return 0;
}
