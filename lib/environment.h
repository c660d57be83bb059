/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings from LIBGUESTFS_* and a few other environment variables. */
#ifndef LIB_ENVIRONMENT_H
#define LIB_ENVIRONMENT_H

#include "handle.h"

/* A whole decimal number in the given range. */
bool parse_int (const char *s, int min, int max, int *ret);

/* 1, true, yes, on, ... or the opposite. */
bool parse_bool_word (const char *s, bool *ret);

#endif /* LIB_ENVIRONMENT_H */
