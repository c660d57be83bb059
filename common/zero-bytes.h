/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding out quickly whether there is nothing but zeroes. */
#ifndef COMMON_ZERO_BYTES_H
#define COMMON_ZERO_BYTES_H

#include <stdbool.h>
#include <stddef.h>

bool is_all_zero (const void *data, size_t size);

#endif /* COMMON_ZERO_BYTES_H */
