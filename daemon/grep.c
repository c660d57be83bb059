/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Searching in files. */

#include "config.h"

#include <errno.h>
#include <regex.h>
#include <string.h>

#include "calls.h"
#include "content.h"
#include "lines.h"
#include "unpacked.h"
#include "utf8.h"

enum {
    EXTENDED = 1,
    FIXED = 2,
    INSENSITIVE = 4,
    COMPRESSED = 8,
};

/* What zgrep(1) reads. */
static const char *const methods[] = { "gzip", "compress", NULL };

struct search {
    const char *fixed; /* look for this; NULL: for the expression */
    regex_t regex;
    struct string_result found;
};

static bool
matches (const struct search *s, const char *line, size_t size)
{
    regmatch_t range = { .rm_so = 0, .rm_eo = (regoff_t) size };

    if (s->fixed)
        return memmem (line, size, s->fixed, strlen (s->fixed));
    return regexec (&s->regex, line, 1, &range, REG_STARTEND) == 0;
}

static int
search_line (void *opaque, const char *line, size_t size, struct error *err)
{
    struct search *s = opaque;

    if (!matches (s, line, size))
        return 0;
    return string_result_add (&s->found, line, size, err);
}

static int
search_file (struct call *call, struct search *s, const char *path, int flags)
{
    cleanup_line_splitter struct line_splitter splitter = {
        .fn = search_line, .opaque = s,
    };
    cleanup_fd int fd = -1;

    if (flags & COMPRESSED) {
        if (unpacked_read (call, path, methods, split_block, &splitter) < 0)
            return -1;
    } else {
        fd = content_open (call, path, false);
        if (fd < 0
            || content_read (call, fd, path, split_block, &splitter) < 0)
            return -1;
    }
    return split_end (&splitter, &call->err);
}

/* Regular expressions know upper and lower case, so a fixed text in which
 * they don't matter becomes one.
 */
static char *
quote (const char *text)
{
    char *quoted = xmalloc (2 * strlen (text) + 1), *p = quoted;

    for (; *text; text++) {
        if (strchr ("\\.*[]^$", *text))
            *p++ = '\\';
        *p++ = *text;
    }
    *p = '\0';
    return quoted;
}

static int
compile (struct search *s, const char *regex, int flags, struct error *err)
{
    cleanup_free char *quoted = flags & FIXED ? quote (regex) : NULL;
    int r = regcomp (&s->regex, quoted ? quoted : regex,
                     (flags & EXTENDED ? REG_EXTENDED : 0)
                         | (flags & INSENSITIVE ? REG_ICASE : 0));
    char message[256];

    if (r == 0)
        return 0;
    regerror (r, &s->regex, message, sizeof message);
    return fail (err, EINVAL, "'%s' is no regular expression: %s", regex,
                 message);
}

static char **
search (struct call *call, const char *regex, const char *path, int flags)
{
    cleanup_utf8 locale_t locale = utf8_begin ();
    struct search s = { 0 };
    int r;

    (void) locale;
    if ((flags & FIXED) && !(flags & INSENSITIVE))
        s.fixed = regex;
    else if (compile (&s, regex, flags, &call->err) < 0)
        return NULL;
    r = search_file (call, &s, path, flags);
    if (!s.fixed)
        regfree (&s.regex);
    if (r == 0)
        return string_result_steal (&s.found);
    string_result_free (&s.found);
    return NULL;
}

char **
do_grep (struct call *call, const char *regex, const char *path,
         const struct grep_opts *opts)
{
    int flags = (opts->extended ? EXTENDED : 0) | (opts->fixed ? FIXED : 0)
                | (opts->insensitive ? INSENSITIVE : 0)
                | (opts->compressed ? COMPRESSED : 0);

    if (opts->extended && opts->fixed)
        return fail_null (&call->err, EINVAL,
                          "extended and fixed exclude each other");
    return search (call, regex, path, flags);
}

/* The older calls: one for each combination. */
#define DEFINE_GREP(name, flags)                                            \
    char **                                                                 \
    do_##name (struct call *call, const char *regex, const char *path)      \
    {                                                                       \
        return search (call, regex, path, flags);                           \
    }

DEFINE_GREP (egrep, EXTENDED)
DEFINE_GREP (egrepi, EXTENDED | INSENSITIVE)
DEFINE_GREP (fgrep, FIXED)
DEFINE_GREP (fgrepi, FIXED | INSENSITIVE)
DEFINE_GREP (grepi, INSENSITIVE)
DEFINE_GREP (zgrep, COMPRESSED)
DEFINE_GREP (zgrepi, COMPRESSED | INSENSITIVE)
DEFINE_GREP (zegrep, COMPRESSED | EXTENDED)
DEFINE_GREP (zegrepi, COMPRESSED | EXTENDED | INSENSITIVE)
DEFINE_GREP (zfgrep, COMPRESSED | FIXED)
DEFINE_GREP (zfgrepi, COMPRESSED | FIXED | INSENSITIVE)
