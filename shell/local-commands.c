/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that concern this program alone: echo, lcd, setenv, unsetenv. */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "own-commands.h"

int
run_echo (struct shell *sh, char *const *words, struct error *err)
{
    (void) sh;
    (void) err;
    for (size_t i = 1; words[i]; i++)
        printf ("%s%s", i > 1 ? " " : "", words[i]);
    putchar ('\n');
    return 0;
}

int
run_lcd (struct shell *sh, char *const *words, struct error *err)
{
    (void) sh;
    if (chdir (words[1]) < 0)
        return fail (err, errno, "%s: %m", words[1]);
    return 0;
}

int
run_setenv (struct shell *sh, char *const *words, struct error *err)
{
    (void) sh;
    if (setenv (words[1], words[2], 1) < 0)
        return fail (err, errno, "'%s': %m", words[1]);
    return 0;
}

int
run_unsetenv (struct shell *sh, char *const *words, struct error *err)
{
    (void) sh;
    if (unsetenv (words[1]) < 0)
        return fail (err, errno, "'%s': %m", words[1]);
    return 0;
}
