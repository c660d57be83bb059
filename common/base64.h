/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Base64 (RFC 4648). */
#ifndef COMMON_BASE64_H
#define COMMON_BASE64_H

#include <stddef.h>

/* The 64 characters, in the order of their values. */
extern const char base64_alphabet[];

/* So many characters stand for size bytes. */
#define BASE64_LENGTH(size) (((size) + 2) / 3 * 4)

/* Write them, without a NUL.  Returns the end of what was written. */
char *base64_encode (char *out, const void *data, size_t size);

#endif /* COMMON_BASE64_H */
