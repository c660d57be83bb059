/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --pid-file */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "io.h"
#include "memory.h"
#include "pid-file.h"

#define PID_FILE_MAX 64 /* a number and a newline */

char *
pid_file_name (const char *file, struct error *err)
{
    cleanup_free char *copy = xstrdup (file);
    cleanup_free char *other = xstrdup (file);
    cleanup_free char *folder = realpath (dirname (copy), NULL);

    if (!folder)
        return fail_null (err, errno, "--pid-file %s: %m", file);
    return xasprintf ("%s/%s", folder, basename (other));
}

/* A pipe or terminal can't be replaced. */
static bool
is_special (const char *file)
{
    struct stat st;

    return stat (file, &st) == 0 && !S_ISREG (st.st_mode);
}

static int
write_pid (int fd)
{
    cleanup_free char *text = xasprintf ("%" PRIdMAX "\n",
                                         (intmax_t) getpid ());

    return write_full (fd, text, strlen (text));
}

static int
write_new (const char *file, struct error *err)
{
    cleanup_free char *name = xasprintf ("%s.XXXXXX", file);
    cleanup_fd int fd = mkostemp (name, O_CLOEXEC);
    mode_t mask = umask (0);

    umask (mask);
    if (fd < 0)
        return fail (err, errno, "--pid-file %s: %m", file);
    if (write_pid (fd) < 0 || fchmod (fd, 0666 & ~mask) < 0
        || close (steal_fd (&fd)) < 0 || rename (name, file) < 0) {
        fail (err, errno, "--pid-file %s: %m", file);
        unlink (name);
        return -1;
    }
    return 0;
}

int
pid_file_write (const char *file, struct error *err)
{
    cleanup_fd int fd = -1;

    if (!is_special (file))
        return write_new (file, err);
    fd = open (file, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || write_pid (fd) < 0)
        return fail (err, errno, "--pid-file %s: %m", file);
    return 0;
}

void
pid_file_remove (const char *file)
{
    cleanup_error struct error ignored = { 0 };
    cleanup_free char *text = NULL;

    if (is_special (file))
        return;
    text = read_file_at (AT_FDCWD, file, PID_FILE_MAX, NULL, &ignored);
    if (text && strtoimax (text, NULL, 10) == getpid ())
        unlink (file);
}
