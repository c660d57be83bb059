/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which programs and libraries the host has. */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "find-program.h"
#include "memory.h"
#include "string-list.h"

static bool
is_in (const char *folder, const char *name, int mode)
{
    cleanup_free char *path = xasprintf ("%s/%s", folder, name);

    return access (path, mode) == 0;
}

bool
has_program (const char *name)
{
    const char *path = getenv ("PATH");
    cleanup_string_array char **folders = string_split (path ? path : "",
                                                        ':');

    for (size_t i = 0; folders[i]; i++)
        if (is_in (folders[i], name, X_OK))
            return true;
    return false;
}

int
find_program (const char *name, struct error *err)
{
    return has_program (name) ? 0 : fail (err, ENOENT, "%s: %m", name);
}

bool
has_library (const char *soname)
{
    static const char *const folders[] = {
#if defined __x86_64__
        "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu",
#elif defined __aarch64__
        "/usr/lib/aarch64-linux-gnu", "/lib/aarch64-linux-gnu",
#endif
        "/usr/lib64", "/lib64", "/usr/lib", "/lib",
    };

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (is_in (folders[i], soname, R_OK))
            return true;
    return false;
}
