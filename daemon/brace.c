/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The braces of shell patterns. */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "brace.h"
#include "memory.h"

/* "{a,b}{a,b}..." would double with each of them. */
#define EXPANSIONS_MAX 10000

/* The text behind the next comma (or, if there is none, the closing brace)
 * that belongs to the brace that text is inside of; NULL if it never ends.
 */
static const char *
alternative_end (const char *text)
{
    int depth = 0;

    for (; *text; text++) {
        if (*text == '\\' && text[1])
            text++;
        else if (*text == '{')
            depth++;
        else if (depth == 0 && (*text == ',' || *text == '}'))
            return text;
        else if (*text == '}')
            depth--;
    }
    return NULL;
}

static const char *
closing_brace (const char *text)
{
    while ((text = alternative_end (text)) && *text == ',')
        text++;
    return text;
}

/* The first brace that means something, or NULL; *ret_close its partner. */
static const char *
find_brace (const char *pattern, const char **ret_close)
{
    for (const char *p = pattern; *p; p++) {
        if (*p == '\\' && p[1])
            p++;
        else if (*p == '{' && p[1] == '}')
            p++;
        else if (*p == '{' && (*ret_close = closing_brace (p + 1)))
            return p;
    }
    return NULL;
}

/* One step: put what the first brace stands for in its place. */
static void
expand_first (const char *pattern, const char *open, const char *close,
              struct strings *todo)
{
    const char *from = open + 1;

    for (;;) {
        const char *end = alternative_end (from);

        strings_add_format (todo, "%.*s%.*s%s", (int) (open - pattern),
                            pattern, (int) (end - from), from, close + 1);
        if (end == close)
            return;
        from = end + 1;
    }
}

static int
expand (const char *pattern, struct strings *ret, struct error *err)
{
    cleanup_strings struct strings parts = STRINGS_EMPTY;
    const char *close;
    const char *open = find_brace (pattern, &close);

    if (ret->count >= EXPANSIONS_MAX)
        return fail (err, E2BIG, "the pattern's braces stand for more than "
                     "%d patterns", EXPANSIONS_MAX);
    if (!open) {
        strings_add (ret, pattern);
        return 0;
    }
    expand_first (pattern, open, close, &parts);
    for (size_t i = 0; i < parts.count; i++)
        if (expand (parts.item[i], ret, err) < 0)
            return -1;
    return 0;
}

/* Each step of the recursion takes a pair of braces away. */
#define BRACES_MAX 100

int
brace_expand (const char *pattern, struct strings *ret, struct error *err)
{
    size_t braces = 0;

    for (const char *p = pattern; *p; p++)
        braces += *p == '{';
    if (braces > BRACES_MAX)
        return fail (err, E2BIG, "the pattern has more than %d braces",
                     BRACES_MAX);
    return expand (pattern, ret, err);
}
