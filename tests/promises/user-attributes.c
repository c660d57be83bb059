/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loaded into Gluster's server (LD_PRELOAD), which keeps attributes that only
 * root can set: "trusted.NAME" becomes "user.NAME", and back in lists.
 */

#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/xattr.h>

#define TRUSTED "trusted."
#define USER "user."

#define NAME_SIZE 512

#pragma GCC visibility push(default)

/* The next function of that name, and the name to call it with. */
#define NEXT(function)                                              \
    __typeof__ (function) *next;                                    \
                                                                    \
    *(void **) &next = dlsym (RTLD_NEXT, #function)

static const char *
to_user (const char *name, char *buffer)
{
    if (strncmp (name, TRUSTED, strlen (TRUSTED)) != 0)
        return name;
    snprintf (buffer, NAME_SIZE, USER "%s", name + strlen (TRUSTED));
    return buffer;
}

/* Names grow.  The kernel's list is not larger than what was allocated for
 * it, but for the bytes that are missing then: whoever asks for the size
 * first gets enough.
 */
static ssize_t
to_trusted (char *list, size_t size, ssize_t n)
{
    size_t more = strlen (TRUSTED) - strlen (USER), count = 0;

    for (ssize_t i = 0; i < n && size > 0; i += (ssize_t) strlen (list + i) + 1)
        count++;
    if (n <= 0)
        return n;
    if (size == 0)
        return n * 2; /* a name has more bytes than are added */
    if ((size_t) n + count * more > size) {
        errno = ERANGE;
        return -1;
    }
    for (char *p = list, *end = list + n; p < end; p += strlen (p) + 1) {
        if (strncmp (p, USER, strlen (USER)) != 0)
            continue;
        memmove (p + strlen (TRUSTED), p + strlen (USER),
                 (size_t) (end - p) - strlen (USER));
        memcpy (p, TRUSTED, strlen (TRUSTED));
        end += more;
        n += (ssize_t) more;
    }
    return n;
}

int
lsetxattr (const char *path, const char *name, const void *value, size_t size,
           int flags)
{
    char buffer[NAME_SIZE];
    NEXT (lsetxattr);

    return next (path, to_user (name, buffer), value, size, flags);
}

int
fsetxattr (int fd, const char *name, const void *value, size_t size,
           int flags)
{
    char buffer[NAME_SIZE];
    NEXT (fsetxattr);

    return next (fd, to_user (name, buffer), value, size, flags);
}

ssize_t
lgetxattr (const char *path, const char *name, void *value, size_t size)
{
    char buffer[NAME_SIZE];
    NEXT (lgetxattr);

    return next (path, to_user (name, buffer), value, size);
}

ssize_t
fgetxattr (int fd, const char *name, void *value, size_t size)
{
    char buffer[NAME_SIZE];
    NEXT (fgetxattr);

    return next (fd, to_user (name, buffer), value, size);
}

int
lremovexattr (const char *path, const char *name)
{
    char buffer[NAME_SIZE];
    NEXT (lremovexattr);

    return next (path, to_user (name, buffer));
}

int
fremovexattr (int fd, const char *name)
{
    char buffer[NAME_SIZE];
    NEXT (fremovexattr);

    return next (fd, to_user (name, buffer));
}

ssize_t
llistxattr (const char *path, char *list, size_t size)
{
    NEXT (llistxattr);

    return to_trusted (list, size, next (path, list, size));
}

ssize_t
flistxattr (int fd, char *list, size_t size)
{
    NEXT (flistxattr);

    return to_trusted (list, size, next (fd, list, size));
}
