/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that make files and directories of new names. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "sysroot.h"

#define PLACES "XXXXXX"
#define PLACES_SIZE 6

/* How often another name is tried before something must be wrong. */
#define TRIES 1000

/* No capitals: they mean the same to some file systems. */
static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";

static int
fill_places (struct call *call, char *places)
{
    unsigned char random[PLACES_SIZE];

    if (getrandom (random, sizeof random, 0) != sizeof random)
        return fail (&call->err, errno, "getrandom: %m");
    for (size_t i = 0; i < PLACES_SIZE; i++)
        places[i] = letters[random[i] % (sizeof letters - 1)];
    return 0;
}

static int
make_directory (int dirfd, const char *name)
{
    return mkdirat (dirfd, name, 0700);
}

static int
make_file (int dirfd, const char *name)
{
    int fd = openat (dirfd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW
                                      | O_CLOEXEC, 0600);

    if (fd < 0)
        return -1;
    close_fd (&fd);
    return 0;
}

/* The name of what was made, which the caller frees. */
static char *
make_temporary (struct call *call, const char *tmpl, const char *suffix,
                int (*make) (int dirfd, const char *name))
{
    cleanup_free char *path = xasprintf ("%s%s", tmpl, suffix);
    cleanup_fd int dirfd = -1;
    const char *name;

    if (!string_ends_with (tmpl, PLACES))
        return fail_null (&call->err, EINVAL, "tmpl '%s' does not end in "
                          PLACES, tmpl);
    if (strchr (suffix, '/'))
        return fail_null (&call->err, EINVAL, "suffix '%s' contains '/'",
                          suffix);
    dirfd = sysroot_open_parent (call, path, &name);
    if (dirfd < 0)
        return NULL;
    for (int i = 0; i < TRIES; i++) {
        if (fill_places (call, path + strlen (tmpl) - PLACES_SIZE) < 0)
            return NULL;
        if (make (dirfd, name) == 0)
            return steal (&path);
        if (errno != EEXIST)
            break;
    }
    return fail_null (&call->err, errno, "%s: %m", path);
}

char *
do_mktemp (struct call *call, const char *tmpl, const struct mktemp_opts *opts)
{
    return make_temporary (call, tmpl, opts->suffix ? opts->suffix : "",
                           make_file);
}

char *
do_mkdtemp (struct call *call, const char *tmpl)
{
    return make_temporary (call, tmpl, "", make_directory);
}
