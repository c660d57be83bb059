/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How Linux counts disks: a, b, ..., z, aa, ab, ... */

#include "config.h"

#include <string.h>

#include "drive-name.h"

/* More letters than these are no drive that anybody has. */
#define MAX_LETTERS 4

void
drive_name (size_t index, char ret[DRIVE_NAME_SIZE])
{
    char reversed[DRIVE_NAME_SIZE];
    size_t n = 0;

    for (index++; index > 0; index = (index - 1) / 26)
        reversed[n++] = (char) ('a' + (index - 1) % 26);
    for (size_t i = 0; i < n; i++)
        ret[i] = reversed[n - 1 - i];
    ret[n] = '\0';
}

ssize_t
drive_index (const char *letters, const char **ret_rest)
{
    const char *p = letters;
    ssize_t index = 0;

    for (; *p >= 'a' && *p <= 'z'; p++) {
        if (p - letters == MAX_LETTERS)
            return -1;
        index = index * 26 + (*p - 'a' + 1);
    }
    *ret_rest = p;
    return index - 1;
}
