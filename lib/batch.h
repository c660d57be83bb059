/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Long lists of arguments, which are sent to the daemon in several calls so
 * that neither they nor the results are too long for one message.
 */
#ifndef LIB_BATCH_H
#define LIB_BATCH_H

#include <stddef.h>

#include "cleanup.h"

/* At most count of the strings, from the first on, as an array that the
 * caller frees; the strings themselves are borrowed.  *ret_count is how
 * many there are: 0 at the end of the list.
 */
char **batch_next (char *const *strings, size_t count, size_t *ret_count);

#endif /* LIB_BATCH_H */
