/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings from LIBGUESTFS_* and a few other environment variables. */

#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "environment.h"
#include "impl.h"

bool
parse_int (const char *s, int min, int max, int *ret)
{
    char *end;
    long value;

    errno = 0;
    value = strtol (s, &end, 10);
    if (errno != 0 || end == s || *end || value < min || value > max)
        return false;
    *ret = (int) value;
    return true;
}

static int
fail_value (guestfs_h *g, const char *name, const char *value,
            const char *expected)
{
    return fail (&g->error, EINVAL, "%s=%s: %s is expected", name, value,
                 expected);
}

bool
parse_bool_word (const char *s, bool *ret)
{
    static const char *const yes[] = { "1", "true", "t", "yes", "y", "on" };
    static const char *const no[] = { "0", "false", "f", "no", "n", "off" };

    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (strcasecmp (s, yes[i]) == 0) {
            *ret = true;
            return true;
        }
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (strcasecmp (s, no[i]) == 0) {
            *ret = false;
            return true;
        }
    return false;
}

static int
parse_bool (guestfs_h *g, const char *name, const char *value, bool *ret)
{
    return parse_bool_word (value, ret) ? 0
                                        : fail_value (g, name, value,
                                                      "1 or 0");
}

/* One function for each variable. */
typedef int (*parser) (guestfs_h *g, const char *name, const char *value);

static int
parse_debug (guestfs_h *g, const char *name, const char *value)
{
    return parse_bool (g, name, value, &g->verbose);
}

static int
parse_trace (guestfs_h *g, const char *name, const char *value)
{
    return parse_bool (g, name, value, &g->trace);
}

static int
parse_memsize (guestfs_h *g, const char *name, const char *value)
{
    int memsize;

    if (!parse_int (value, 0, INT_MAX, &memsize)
        || impl_set_memsize (g, memsize) < 0)
        return fail_value (g, name, value, "a number of MiB, at least 64");
    return 0;
}

static int
parse_launch_timeout (guestfs_h *g, const char *name, const char *value)
{
    int seconds;

    if (!parse_int (value, 1, INT_MAX / 1000, &seconds))
        return fail_value (g, name, value, "a number of seconds");
    g->launch_timeout_ms = seconds * 1000;
    return 0;
}

static int
parse_path (guestfs_h *g, const char *name, const char *value)
{
    (void) name;
    return impl_set_path (g, value);
}

static int
parse_hv (guestfs_h *g, const char *name, const char *value)
{
    (void) name;
    return impl_set_hv (g, value);
}

static int
parse_append (guestfs_h *g, const char *name, const char *value)
{
    (void) name;
    return impl_set_append (g, value);
}

static int
parse_backend (guestfs_h *g, const char *name, const char *value)
{
    (void) name;
    return impl_set_backend (g, value);
}

static int
parse_backend_settings (guestfs_h *g, const char *name, const char *value)
{
    cleanup_string_array char **settings = string_split (value, ':');

    (void) name;
    return impl_set_backend_settings (g, settings);
}

static int
parse_tmpdir (guestfs_h *g, const char *name, const char *value)
{
    (void) name;
    return impl_set_tmpdir (g, value);
}

static int
parse_cachedir (guestfs_h *g, const char *name, const char *value)
{
    (void) name;
    return impl_set_cachedir (g, value);
}

/* Of the environment at large: if it is no directory, never mind. */
static int
parse_default_tmpdir (guestfs_h *g, const char *name, const char *value)
{
    (void) name;
    free (g->env_tmpdir);
    g->env_tmpdir = realpath (value, NULL);
    return 0;
}

static int
parse_runtime_dir (guestfs_h *g, const char *name, const char *value)
{
    (void) name;
    free (g->env_runtime_dir);
    g->env_runtime_dir = realpath (value, NULL);
    return 0;
}

/* What has two names: the newer one last, since it decides. */
static const struct {
    const char *name;
    parser parse;
} variables[] = {
    { "LIBGUESTFS_DEBUG", parse_debug },
    { "LIBGUESTFS_TRACE", parse_trace },
    { "LIBGUESTFS_MEMSIZE", parse_memsize },
    { "LIBGUESTFS_LAUNCH_TIMEOUT", parse_launch_timeout },
    { "LIBGUESTFS_PATH", parse_path },
    { "LIBGUESTFS_QEMU", parse_hv },
    { "LIBGUESTFS_HV", parse_hv },
    { "LIBGUESTFS_APPEND", parse_append },
    { "LIBGUESTFS_ATTACH_METHOD", parse_backend },
    { "LIBGUESTFS_BACKEND", parse_backend },
    { "LIBGUESTFS_BACKEND_SETTINGS", parse_backend_settings },
    { "LIBGUESTFS_TMPDIR", parse_tmpdir },
    { "LIBGUESTFS_CACHEDIR", parse_cachedir },
    { "TMPDIR", parse_default_tmpdir },
    { "XDG_RUNTIME_DIR", parse_runtime_dir },
};

#define NR_VARIABLES (sizeof variables / sizeof *variables)

static int
parse_one (guestfs_h *g, size_t i, const char *value)
{
    return *value ? variables[i].parse (g, variables[i].name, value) : 0;
}

/* A program that has more rights than who calls it believes none of them. */
int
impl_parse_environment (guestfs_h *g)
{
    for (size_t i = 0; i < NR_VARIABLES; i++) {
        const char *value = secure_getenv (variables[i].name);

        if (value && parse_one (g, i, value) < 0)
            return -1;
    }
    return 0;
}

/* The value that NAME=VALUE strings give to a variable: the last one's. */
static const char *
find_value (char *const *environment, const char *name)
{
    size_t n = strlen (name);
    const char *value = NULL;

    for (; *environment; environment++)
        if (strncmp (*environment, name, n) == 0 && (*environment)[n] == '=')
            value = *environment + n + 1;
    return value;
}

int
impl_parse_environment_list (guestfs_h *g, char *const *environment)
{
    for (size_t i = 0; i < NR_VARIABLES; i++) {
        const char *value = find_value (environment, variables[i].name);

        if (value && parse_one (g, i, value) < 0)
            return -1;
    }
    return 0;
}
