/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that look for files whose names are not quite known. */

#include "config.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "brace.h"
#include "calls.h"
#include "dents.h"
#include "sysroot.h"

static bool
has_wildcard (const char *component)
{
    return strpbrk (component, "*?[") != NULL;
}

/* Take the backslashes out, in place. */
static void
unquote (char *s)
{
    char *to = s;

    for (; *s; s++) {
        if (*s == '\\' && s[1])
            s++;
        *to++ = *s;
    }
    *to = '\0';
}

/* Failures that mean that a path leads nowhere, so does not match. */
static bool
leads_nowhere (const struct error *err)
{
    return err->errnum == ENOENT || err->errnum == ENOTDIR
           || err->errnum == ELOOP || err->errnum == EACCES
           || err->errnum == ENAMETOOLONG;
}

/* The matching entries of one directory ("" is the root). */
static int
match_entries (struct call *call, const char *directory,
               const char *component, struct strings *ret)
{
    cleanup_strings struct strings names = STRINGS_EMPTY;

    if (read_names (call, *directory ? directory : "/", &names) < 0) {
        if (!leads_nowhere (&call->err))
            return -1;
        error_clear (&call->err);
        return 0;
    }
    for (size_t i = 0; i < names.count; i++)
        if (fnmatch (component, names.item[i], FNM_PERIOD) == 0)
            strings_add_format (ret, "%s/%s", directory, names.item[i]);
    return 0;
}

/* Put one more component of the pattern behind all paths. */
static int
match_component (struct call *call, struct strings *paths, char *component)
{
    cleanup_strings struct strings longer = STRINGS_EMPTY;
    struct strings old;

    if (!has_wildcard (component)) {
        unquote (component);
        for (size_t i = 0; i < paths->count; i++)
            strings_add_format (&longer, "%s/%s", paths->item[i], component);
    } else {
        for (size_t i = 0; i < paths->count; i++)
            if (match_entries (call, paths->item[i], component, &longer) < 0)
                return -1;
    }
    old = *paths;
    *paths = longer;
    longer = old;
    return 0;
}

/* Is it there, and as what? */
enum presence { ABSENT, FILE_PRESENT, DIRECTORY_PRESENT };

static enum presence
presence (struct call *call, const char *path)
{
    struct stat st;

    if (sysroot_stat (call, path, true, &st) == 0)
        return S_ISDIR (st.st_mode) ? DIRECTORY_PRESENT : FILE_PRESENT;
    error_clear (&call->err);
    /* A symbolic link that leads nowhere. */
    if (sysroot_stat (call, path, false, &st) == 0)
        return FILE_PRESENT;
    error_clear (&call->err);
    return ABSENT;
}

/* Those paths that are there.  slash_wanted: the pattern ends in a slash,
 * so it asks for directories.
 */
static void
add_present (struct call *call, const struct strings *paths,
             bool slash_wanted, bool mark, struct strings *ret)
{
    for (size_t i = 0; i < paths->count; i++) {
        const char *path = *paths->item[i] ? paths->item[i] : "/";
        enum presence p = presence (call, path);
        bool slash = p == DIRECTORY_PRESENT && (mark || slash_wanted)
                     && strcmp (path, "/") != 0;

        if (p == DIRECTORY_PRESENT || (p == FILE_PRESENT && !slash_wanted))
            strings_add_format (ret, "%s%s", path, slash ? "/" : "");
    }
}

/* A pattern without braces. */
static int
match_pattern (struct call *call, const char *pattern, bool mark,
               struct strings *ret)
{
    cleanup_string_array char **components = string_split (pattern, '/');
    cleanup_strings struct strings paths = STRINGS_EMPTY;
    cleanup_strings struct strings present = STRINGS_EMPTY;

    strings_add (&paths, "");
    for (size_t i = 0; components[i]; i++)
        if (*components[i]
            && match_component (call, &paths, components[i]) < 0)
            return -1;
    add_present (call, &paths, string_ends_with (pattern, "/"), mark,
                 &present);
    strings_sort (&present);
    for (size_t i = 0; i < present.count; i++)
        strings_add_take (ret, steal (&present.item[i]));
    return 0;
}

char **
do_glob_expand (struct call *call, const char *pattern,
                const struct glob_expand_opts *opts)
{
    bool mark = !(opts->given & GLOB_EXPAND_DIRECTORYSLASH)
                || opts->directoryslash;
    cleanup_strings struct strings patterns = STRINGS_EMPTY;
    cleanup_strings struct strings paths = STRINGS_EMPTY;

    if (brace_expand (pattern, &patterns, &call->err) < 0)
        return NULL;
    for (size_t i = 0; i < patterns.count; i++)
        if (match_pattern (call, patterns.item[i], mark, &paths) < 0)
            return NULL;
    return strings_steal (&paths);
}

/* The name in a directory that is the wanted one but for capitals: the same
 * one if it is there, else the first in the order of bytes.  NULL if there
 * is none.
 */
static char *
find_name (const struct strings *names, const char *wanted)
{
    const char *found = NULL;

    for (size_t i = 0; i < names->count; i++) {
        const char *name = names->item[i];

        if (strcmp (name, wanted) == 0)
            return xstrdup (name);
        if (strcasecmp (name, wanted) == 0
            && (!found || strcmp (name, found) < 0))
            found = name;
    }
    return found ? xstrdup (found) : NULL;
}

/* The true name of a component in a directory.  The last one need not be
 * there.
 */
static char *
true_name (struct call *call, const char *directory, const char *component,
           bool last)
{
    cleanup_strings struct strings names = STRINGS_EMPTY;
    char *name;

    if (read_names (call, *directory ? directory : "/", &names) < 0)
        return NULL;
    name = is_dots (component) ? xstrdup (component)
                               : find_name (&names, component);
    if (name)
        return name;
    if (last)
        return xstrdup (component);
    return fail_null (&call->err, ENOENT, "%s/%s: %m, whatever the capitals",
                      directory, component);
}

char *
do_case_sensitive_path (struct call *call, const char *path)
{
    cleanup_string_array char **components = string_split (path, '/');
    cleanup_strings struct strings wanted = STRINGS_EMPTY;
    cleanup_free char *result = xstrdup ("");

    for (size_t i = 0; components[i]; i++)
        if (*components[i])
            strings_add (&wanted, components[i]);
    for (size_t i = 0; i < wanted.count; i++) {
        cleanup_free char *name = true_name (call, result, wanted.item[i],
                                             i + 1 == wanted.count);
        char *longer;

        if (!name)
            return NULL;
        longer = xasprintf ("%s/%s", result, name);
        free (result);
        result = longer;
    }
    return *result ? steal (&result) : xstrdup ("/");
}
