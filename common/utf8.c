/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text is UTF-8 for a while. */

#include "config.h"

#include "utf8.h"

locale_t
utf8_begin (void)
{
    locale_t utf8 = newlocale (LC_CTYPE_MASK, "C.UTF-8", (locale_t) 0);

    /* A host without it can do with plain bytes. */
    return utf8 ? uselocale (utf8) : (locale_t) 0;
}

void
utf8_end (locale_t *before)
{
    if (*before)
        freelocale (uselocale (*before));
}
