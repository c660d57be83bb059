/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that concern this program alone: echo, lcd, setenv, unsetenv. */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "command-table.h"

static int
run_echo (struct shell *sh, char *const *words, struct error *err)
{
    (void) sh;
    (void) err;
    for (size_t i = 1; words[i]; i++)
        printf ("%s%s", i > 1 ? " " : "", words[i]);
    putchar ('\n');
    return 0;
}

static int
run_lcd (struct shell *sh, char *const *words, struct error *err)
{
    (void) sh;
    if (chdir (words[1]) < 0)
        return fail (err, errno, "%s: %m", words[1]);
    return 0;
}

static int
run_setenv (struct shell *sh, char *const *words, struct error *err)
{
    (void) sh;
    if (setenv (words[1], words[2], 1) < 0)
        return fail (err, errno, "'%s': %m", words[1]);
    return 0;
}

static int
run_unsetenv (struct shell *sh, char *const *words, struct error *err)
{
    (void) sh;
    if (unsetenv (words[1]) < 0)
        return fail (err, errno, "'%s': %m", words[1]);
    return 0;
}

const struct shell_command local_commands[] = {
    {
        .name = "echo",
        .usage = "[word ...]",
        .summary = "print words",
        .help = "Prints the words with spaces between them.\n",
        .max_words = ANY_WORDS,
        .run = run_echo,
    },
    {
        .name = "lcd",
        .usage = "directory",
        .summary = "change the local directory",
        .help = "Changes the directory of this host that names of local "
                "files start from.\n",
        .min_words = 1,
        .max_words = 1,
        .run = run_lcd,
    },
    {
        .name = "setenv",
        .usage = "VAR value",
        .summary = "set an environment variable",
        .help = "Sets a variable, which host commands see: !echo $VAR\n",
        .min_words = 2,
        .max_words = 2,
        .run = run_setenv,
    },
    {
        .name = "unsetenv",
        .usage = "VAR",
        .summary = "remove an environment variable",
        .help = "Removes a variable from the environment.\n",
        .min_words = 1,
        .max_words = 1,
        .run = run_unsetenv,
    },
    { .name = NULL },
};
