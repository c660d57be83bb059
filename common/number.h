/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers, sizes and truth as users write them. */
#ifndef COMMON_NUMBER_H
#define COMMON_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

/* Decimal, 0octal or 0xhex, with a suffix for a size: k K M G T P E Z Y,
 * alone or with iB, are powers of 1024; with B they are powers of 1000.
 */
int parse_number (const char *text, int64_t min, int64_t max, int64_t *ret,
                  struct error *err);

/* true t yes y on 1, false f no n off 0, in any case of letters. */
int parse_bool (const char *text, bool *ret, struct error *err);

#endif /* COMMON_NUMBER_H */
