/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prompts and colours from the environment. */

#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "memory.h"
#include "prompt.h"

/* What readline calls RL_PROMPT_START_IGNORE and RL_PROMPT_END_IGNORE. */
#define INVISIBLE '\001'
#define VISIBLE '\002'

/* count digits of the base, as one character; false if they are not there. */
static bool
decode_number (const char *digits, size_t count, int base, char *ret)
{
    char copy[4] = "";
    char *end;

    if (strnlen (digits, count) < count)
        return false;
    memcpy (copy, digits, count);
    *ret = (char) strtol (copy, &end, base);
    return end == copy + count && copy[0] != '-' && copy[0] != '+'
           && copy[0] != ' ';
}

/* What stands after a backslash.  Returns how many characters that takes;
 * an escape that means nothing stays as it is.
 */
static size_t
decode_escape (const char *p, char *ret)
{
    static const char names[] = "\\aenr[]";
    static const char values[] = { '\\', '\a', '\033', '\n', '\r', INVISIBLE,
                                   VISIBLE };
    const char *name = *p ? strchr (names, *p) : NULL;

    if (name) {
        *ret = values[name - names];
        return 1;
    }
    if (*p == 'x' && decode_number (p + 1, 2, 16, ret))
        return 3;
    if (decode_number (p, 3, 8, ret))
        return 3;
    *ret = '\\';
    return 0;
}

char *
prompt_decode (const char *text)
{
    char *decoded = xcalloc (strlen (text) + 1, 1);
    char *out = decoded;

    while (*text)
        if (*text == '\\')
            text += 1 + decode_escape (text + 1, out++);
        else
            *out++ = *text++;
    return decoded;
}

void
prompt_print (const char *variable)
{
    const char *text = getenv (variable);
    cleanup_free char *decoded = text ? prompt_decode (text) : NULL;

    if (!decoded)
        return;
    fputs (decoded, stdout);
    fflush (stdout);
}
