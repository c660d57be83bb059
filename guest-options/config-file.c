/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libguestfs-tools.conf, in the manner of libconfig: "read_only = true;" with
 * comments as in shell, C and C++.
 */

#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cleanup.h"
#include "config-file.h"
#include "guest.h"
#include "io.h"
#include "memory.h"
#include "string-list.h"

#define CONFIG_MAX (64 << 10)

/* What is being read, and where. */
struct reader {
    const char *name;
    const char *text;
    const char *at;
};

static int
fail_place (const struct reader *r, const char *what, struct error *err)
{
    size_t line = 1;

    for (const char *p = r->text; p < r->at; p++)
        line += *p == '\n';
    return fail (err, EINVAL, "%s:%zu: %s", r->name, line, what);
}

/* Past white space and comments. */
static void
skip (struct reader *r)
{
    for (;;) {
        const char *end;

        while (isspace ((unsigned char) *r->at))
            r->at++;
        if (*r->at == '#' || string_starts_with (r->at, "//")) {
            r->at += strcspn (r->at, "\n");
        } else if (string_starts_with (r->at, "/*")) {
            end = strstr (r->at + 2, "*/");
            r->at = end ? end + 2 : r->at + strlen (r->at);
        } else {
            return;
        }
    }
}

/* A name, a number or truth; an empty one if there is something else. */
static char *
read_word (struct reader *r)
{
    const char *start = r->at;

    while (isalnum ((unsigned char) *r->at)
           || (*r->at && strchr ("_-+.*", *r->at)))
        r->at++;
    return xstrndup (start, (size_t) (r->at - start));
}

/* The quotes are not part of it. */
static char *
read_value (struct reader *r, struct error *err)
{
    const char *start = r->at + 1;
    cleanup_free char *word = NULL;

    if (*r->at != '"') {
        word = read_word (r);
        if (!*word)
            fail_place (r, "a value is expected", err);
        return *word ? steal (&word) : NULL;
    }
    for (r->at++; *r->at != '"'; r->at++) {
        if (*r->at == '\\' && r->at[1])
            r->at++;
        if (!*r->at) {
            fail_place (r, "a text has no end", err);
            return NULL;
        }
    }
    return xstrndup (start, (size_t) (r->at++ - start));
}

/* There is one setting; others may be of other programs. */
static int
apply (const struct reader *r, struct guest_options *o, const char *name,
       const char *value, struct error *err)
{
    if (strcmp (name, "read_only") != 0)
        return 0;
    if (strcasecmp (value, "true") != 0 && strcasecmp (value, "false") != 0)
        return fail_place (r, "read_only is true or false", err);
    o->read_only = strcasecmp (value, "true") == 0;
    return 0;
}

static int
read_setting (struct reader *r, struct guest_options *o, struct error *err)
{
    cleanup_free char *name = read_word (r);
    cleanup_free char *value = NULL;

    if (!*name)
        return fail_place (r, "the name of a setting is expected", err);
    skip (r);
    if (*r->at != '=' && *r->at != ':')
        return fail_place (r, "'=' is expected", err);
    r->at++;
    skip (r);
    value = read_value (r, err);
    if (!value)
        return -1;
    skip (r);
    if (*r->at == ';' || *r->at == ',')
        r->at++;
    return apply (r, o, name, value, err);
}

int
guest_config_parse (struct guest_options *o, const char *name,
                    const char *text, struct error *err)
{
    struct reader r = { .name = name, .text = text, .at = text };

    for (skip (&r); *r.at; skip (&r))
        if (read_setting (&r, o, err) < 0)
            return -1;
    return 0;
}

static int
read_file (struct guest_options *o, const char *name, struct error *err)
{
    cleanup_error struct error reason = { 0 };
    cleanup_free char *text = read_file_at (AT_FDCWD, name, CONFIG_MAX, NULL,
                                            &reason);

    if (text)
        return guest_config_parse (o, name, text, err);
    if (reason.errnum == ENOENT || reason.errnum == ENOTDIR
        || reason.errnum == EACCES)
        return 0;
    error_move (err, &reason);
    return -1;
}

#define NAME_IN_FOLDER "libguestfs/libguestfs-tools.conf"

static const char *
variable (const char *name, const char *otherwise)
{
    const char *value = getenv (name);

    return value && *value ? value : otherwise;
}

/* The most important one last, since it overrides the others. */
static void
list_files (struct strings *ret)
{
    cleanup_string_array char **folders = string_split (
        variable ("XDG_CONFIG_DIRS", "/etc/xdg"), ':');
    const char *home = variable ("HOME", NULL);
    const char *own = variable ("XDG_CONFIG_HOME", NULL);

    strings_add (ret, "/etc/libguestfs-tools.conf");
    for (size_t i = string_array_length (folders); i-- > 0;)
        if (*folders[i])
            strings_add_format (ret, "%s/" NAME_IN_FOLDER, folders[i]);
    if (home)
        strings_add_format (ret, "%s/.libguestfs-tools.rc", home);
    if (own)
        strings_add_format (ret, "%s/" NAME_IN_FOLDER, own);
    else if (home)
        strings_add_format (ret, "%s/.config/" NAME_IN_FOLDER, home);
}

int
guest_config_read (struct guest_options *o, struct error *err)
{
    cleanup_strings struct strings files = STRINGS_EMPTY;

    list_files (&files);
    for (size_t i = 0; i < files.count; i++)
        if (read_file (o, files.item[i], err) < 0)
            return -1;
    return 0;
}
