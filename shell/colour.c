/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Colours: few, and what they say is also said in words. */

#include "config.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "colour.h"

/* https://no-color.org/: whatever it is set to, if not to nothing. */
static bool
are_wanted (FILE *fp)
{
    const char *no = getenv ("NO_COLOR");
    const char *term = getenv ("TERM");

    return !(no && *no) && term && *term && strcmp (term, "dumb") != 0
           && isatty (fileno (fp));
}

const char *
colour_begin (FILE *fp, enum colour colour)
{
    static const char *const codes[] = {
        [COLOUR_ERROR] = "\033[1;31m",
        [COLOUR_PLACE] = "\033[1;32m",
        [COLOUR_COMMAND] = "\033[1m",
    };

    return are_wanted (fp) ? codes[colour] : "";
}

const char *
colour_end (FILE *fp)
{
    return are_wanted (fp) ? "\033[0m" : "";
}
