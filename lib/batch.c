/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Long lists of arguments, in several calls. */

#include "config.h"

#include <string.h>

#include "batch.h"
#include "memory.h"

char **
batch_next (char *const *strings, size_t count, size_t *ret_count)
{
    size_t n = 0;
    char **batch;

    while (n < count && strings[n])
        n++;
    batch = xcalloc (n + 1, sizeof *batch);
    memcpy (batch, strings, n * sizeof *batch);
    *ret_count = n;
    return batch;
}
