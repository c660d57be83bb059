/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scope-bound ownership: the release functions. */

#include "config.h"

#include <errno.h>

#include "cleanup.h"

void
close_fd (int *fd)
{
    int saved = errno;

    if (*fd >= 0)
        close (*fd);
    *fd = -1;
    errno = saved;
}

void
cleanup_free_ (void *p)
{
    free (*(void **) p);
}

void
cleanup_fd_ (int *fd)
{
    close_fd (fd);
}

void
cleanup_file_ (FILE **fp)
{
    int saved = errno;

    if (*fp)
        fclose (*fp);
    errno = saved;
}

void
cleanup_dir_ (DIR **dir)
{
    int saved = errno;

    if (*dir)
        closedir (*dir);
    errno = saved;
}
