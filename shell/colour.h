/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Colours, on terminals that have them. */
#ifndef SHELL_COLOUR_H
#define SHELL_COLOUR_H

#include <stdio.h>

enum colour { COLOUR_ERROR, COLOUR_PLACE, COLOUR_COMMAND };

/* What begins a colour on that stream, and what ends it; "" where it is no
 * terminal, or colours are not wanted ($NO_COLOR, $TERM).
 */
const char *colour_begin (FILE *fp, enum colour colour);
const char *colour_end (FILE *fp);

#endif /* SHELL_COLOUR_H */
