/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of strings. */

#include "config.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "string-list.h"

/* Make room for n more items. */
static void
reserve (struct strings *list, size_t n)
{
    if (list->count + n <= list->allocated)
        return;
    list->allocated = (list->count + n) * 2;
    list->item = xreallocarray (list->item, list->allocated,
                                sizeof *list->item);
}

void
strings_add_take (struct strings *list, char *take_s)
{
    reserve (list, 1);
    list->item[list->count++] = take_s;
}

void
strings_add (struct strings *list, const char *s)
{
    strings_add_take (list, xstrdup (s));
}

void
strings_add_format (struct strings *list, const char *fmt, ...)
{
    va_list args;
    char *s;
    int r;

    va_start (args, fmt);
    r = vasprintf (&s, fmt, args);
    va_end (args);
    if (r < 0)
        out_of_memory ();
    strings_add_take (list, s);
}

static int
compare (const void *a, const void *b)
{
    return strcmp (*(char *const *) a, *(char *const *) b);
}

void
strings_sort (struct strings *list)
{
    if (list->count > 1)
        qsort (list->item, list->count, sizeof *list->item, compare);
}

bool
strings_contain (const struct strings *list, const char *s)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp (list->item[i], s) == 0)
            return true;
    return false;
}

void
strings_add_once (struct strings *list, const char *s)
{
    if (!strings_contain (list, s))
        strings_add (list, s);
}

char *
strings_join (const struct strings *list, const char *separator)
{
    size_t n = strlen (separator), size = 1;
    char *joined, *p;

    for (size_t i = 0; i < list->count; i++)
        size += strlen (list->item[i]) + n;
    joined = p = xmalloc (size);
    for (size_t i = 0; i < list->count; i++)
        p = stpcpy (i ? stpcpy (p, separator) : p, list->item[i]);
    *p = '\0';
    return joined;
}

char **
strings_steal (struct strings *list)
{
    char **array;

    reserve (list, 1);
    array = list->item;
    array[list->count] = NULL;
    *list = STRINGS_EMPTY;
    return array;
}

void
strings_free (struct strings *list)
{
    for (size_t i = 0; i < list->count; i++)
        free (list->item[i]);
    free (list->item);
    *list = STRINGS_EMPTY;
}

size_t
string_array_length (char *const *array)
{
    size_t n = 0;

    while (array[n])
        n++;
    return n;
}

char **
string_array_copy (char *const *array)
{
    cleanup_strings struct strings list = STRINGS_EMPTY;

    for (size_t i = 0; array[i]; i++)
        strings_add (&list, array[i]);
    return strings_steal (&list);
}

bool
string_array_contains (char *const *array, const char *s)
{
    for (size_t i = 0; array[i]; i++)
        if (strcmp (array[i], s) == 0)
            return true;
    return false;
}

void
string_array_free (char **array)
{
    if (!array)
        return;
    for (size_t i = 0; array[i]; i++)
        free (array[i]);
    free (array);
}

void
cleanup_string_array_ (char ***array)
{
    string_array_free (*array);
}

char **
string_split (const char *s, char separator)
{
    cleanup_strings struct strings list = STRINGS_EMPTY;

    if (!*s)
        return strings_steal (&list);
    for (;;) {
        const char *end = strchrnul (s, separator);

        strings_add_take (&list, xstrndup (s, (size_t) (end - s)));
        if (!*end)
            return strings_steal (&list);
        s = end + 1;
    }
}

char **
string_split_lines (const char *text)
{
    cleanup_strings struct strings list = STRINGS_EMPTY;

    while (*text) {
        const char *end = strchrnul (text, '\n');

        strings_add_take (&list, xstrndup (text, (size_t) (end - text)));
        text = *end ? end + 1 : end;
    }
    return strings_steal (&list);
}

bool
string_starts_with (const char *s, const char *prefix)
{
    return strncmp (s, prefix, strlen (prefix)) == 0;
}

bool
string_ends_with (const char *s, const char *suffix)
{
    size_t n = strlen (s), m = strlen (suffix);

    return n >= m && strcmp (s + n - m, suffix) == 0;
}

void
string_trim_end (char *s)
{
    size_t n = strlen (s);

    while (n > 0 && isspace ((unsigned char) s[n - 1]))
        n--;
    s[n] = '\0';
}
