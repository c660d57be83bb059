/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text is UTF-8 for what happens between these two: libarchive's names and
 * regcomp's characters.  Only the thread that calls is concerned.
 */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <locale.h>

/* Returns the locale to go back to. */
locale_t utf8_begin (void);
void utf8_end (locale_t *before);

#define cleanup_utf8 __attribute__ ((cleanup (utf8_end)))

#endif /* COMMON_UTF8_H */
