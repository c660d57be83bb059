/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding out quickly whether there is nothing but zeroes. */

#include "config.h"

#include <string.h>

#include "zero-bytes.h"

/* How many bytes are looked at one by one. */
#define HEAD 16

bool
is_all_zero (const void *data, size_t size)
{
    const char *p = data;

    for (size_t i = 0; i < HEAD && i < size; i++)
        if (p[i] != 0)
            return false;
    /* All the others are the same as those HEAD bytes before them. */
    return size <= HEAD || memcmp (p, p + HEAD, size - HEAD) == 0;
}
