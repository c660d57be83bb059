/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of strings: a growing one, and the plain NULL-terminated arrays
 * that the API uses.
 */
#ifndef COMMON_STRING_LIST_H
#define COMMON_STRING_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "cleanup.h"

struct strings {
    char **item; /* count strings; NULL while nothing was added */
    size_t count;
    size_t allocated;
};

#define STRINGS_EMPTY ((struct strings) { 0 })

void strings_add (struct strings *list, const char *s);
void strings_add_take (struct strings *list, char *take_s);
void strings_add_format (struct strings *list, const char *fmt, ...)
    __attribute__ ((format (printf, 2, 3)));

bool strings_contain (const struct strings *list, const char *s);

/* Unless it is there already. */
void strings_add_once (struct strings *list, const char *s);

/* Sort by strcmp, ascending. */
void strings_sort (struct strings *list);

/* All of them with the separator between; "" if there are none. */
char *strings_join (const struct strings *list, const char *separator)
    __attribute__ ((malloc));

/* The strings as a NULL-terminated array that the caller owns; the list is
 * empty after.
 */
char **strings_steal (struct strings *list);

void strings_free (struct strings *list);

#define cleanup_strings __attribute__ ((cleanup (strings_free)))

/* NULL-terminated arrays. */
size_t string_array_length (char *const *array);
char **string_array_copy (char *const *array);
bool string_array_contains (char *const *array, const char *s);
void string_array_free (char **array);
void cleanup_string_array_ (char ***array);

#define cleanup_string_array __attribute__ ((cleanup (cleanup_string_array_)))

/* Split at every separator; an empty string gives an empty array. */
char **string_split (const char *s, char separator);

/* Split a text into lines.  The last line needs no newline at its end. */
char **string_split_lines (const char *text);

bool string_starts_with (const char *s, const char *prefix);
bool string_ends_with (const char *s, const char *suffix);

/* Cut trailing white space off, in place. */
void string_trim_end (char *s);

#endif /* COMMON_STRING_LIST_H */
