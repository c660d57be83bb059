/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers, sizes and truth as users write them. */

#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "number.h"

/* What a suffix multiplies by is base to the power of exponent. */
static bool
parse_suffix (const char *suffix, int *ret_base, int *ret_exponent)
{
    static const char letters[] = "KMGTPEZY";
    const char *letter;

    *ret_base = 1024;
    *ret_exponent = 0;
    if (!*suffix)
        return true;
    letter = strchr (letters, *suffix == 'k' ? 'K' : *suffix);
    if (!letter)
        return false;
    *ret_exponent = (int) (letter - letters) + 1;
    if (strcmp (suffix + 1, "B") == 0)
        *ret_base = 1000;
    return !suffix[1] || *ret_base == 1000 || strcmp (suffix + 1, "iB") == 0;
}

static int
fail_range (const char *text, int64_t min, int64_t max, struct error *err)
{
    return fail (err, ERANGE, "'%s' is not between %" PRId64 " and %" PRId64,
                 text, min, max);
}

int
parse_number (const char *text, int64_t min, int64_t max, int64_t *ret,
              struct error *err)
{
    char *end;
    int64_t value;
    int base, exponent;

    errno = 0;
    value = strtoimax (text, &end, 0);
    if (end == text || isspace ((unsigned char) *text)
        || !parse_suffix (end, &base, &exponent))
        return fail (err, EINVAL, "'%s' is not a number", text);
    if (errno == ERANGE)
        return fail_range (text, min, max, err);
    while (exponent-- > 0)
        if (__builtin_mul_overflow (value, (int64_t) base, &value))
            return fail_range (text, min, max, err);
    if (value < min || value > max)
        return fail_range (text, min, max, err);
    *ret = value;
    return 0;
}

int
parse_bool (const char *text, bool *ret, struct error *err)
{
    static const char *const words[2][6] = {
        { "false", "f", "no", "n", "off", "0" },
        { "true", "t", "yes", "y", "on", "1" },
    };

    for (int truth = 0; truth < 2; truth++)
        for (int i = 0; i < 6; i++)
            if (strcasecmp (text, words[truth][i]) == 0) {
                *ret = truth;
                return 0;
            }
    return fail (err, EINVAL, "'%s' is neither true nor false", text);
}
