/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestfish: the shell for the file systems of virtual machines. */

#include "config.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cleanup.h"
#include "command-line.h"
#include "completion.h"
#include "help.h"
#include "interactive.h"
#include "listen.h"
#include "prepared.h"
#include "prompt.h"
#include "run.h"

static int
explain (const char *name)
{
    cleanup_error struct error err = { 0 };

    if (help_command (name, &err) == 0)
        return EXIT_SUCCESS;
    print_error (&err);
    return EXIT_FAILURE;
}

/* -h alone lists the commands.  first may be NULL. */
static int
command_help (const char *first, char *const *names)
{
    int status = EXIT_SUCCESS;

    if (!first && !names[0])
        help_list ();
    if (first)
        status = explain (first);
    for (size_t i = 0; names[i]; i++)
        if (explain (names[i]) != EXIT_SUCCESS)
            status = EXIT_FAILURE;
    return status;
}

static int
run_script (struct shell *sh, FILE *fp, const char *name)
{
    struct file_input in = file_input (fp, name);

    return run_input (sh, &in.base);
}

static int
run_script_file (struct shell *sh, const char *name)
{
    cleanup_file FILE *fp = fopen (name, "re");

    if (!fp) {
        fprintf (stderr, "guestfish: %s: %m\n", name);
        return -1;
    }
    return run_script (sh, fp, name);
}

/* Commands of the command line may read what follows "-<<END" from stdin. */
static int
run_command_line_words (struct shell *sh, char *const *words)
{
    struct file_input in = file_input (stdin, "standard input");

    sh->input = &in.base;
    return run_arguments (sh, words);
}

static int
run_commands (struct shell *sh, const struct command_line *c)
{
    if (c->words[0])
        return run_command_line_words (sh, c->words);
    if (c->script)
        return run_script_file (sh, c->script);
    if (sh->settings.interactive)
        return interactive_run (sh);
    return run_script (sh, stdin, "standard input");
}

static void
choose_settings (struct command_line *c)
{
    struct settings *s = &c->settings;

    s->interactive = !c->words[0] && !c->script && isatty (STDIN_FILENO)
                     && c->mode == MODE_SESSION;
    s->progress_bars = c->bars == BARS_ON
                       || (c->bars == BARS_DEFAULT && s->interactive);
}

static int
session (const struct command_line *c)
{
    struct shell sh = {
        .guest = &c->guest,
        .settings = c->settings,
        .remote_pid = c->remote_pid,
    };
    cleanup_error struct error err = { 0 };
    cleanup_error struct error end = { 0 };
    int r;

    r = shell_open_handle (&sh, &err);
    if (r == 0)
        r = shell_open_guest (&sh, &err);
    if (r < 0)
        print_error (&err);
    else
        r = run_commands (&sh, c);
    if (shell_close_handle (&sh, &end) < 0) {
        print_error (&end);
        r = -1;
    }
    if (c->settings.interactive)
        prompt_print ("GUESTFISH_RESTORE");
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int
do_mode (const struct command_line *c)
{
    switch (c->mode) {
    case MODE_SESSION:
        return session (c);
    case MODE_LISTEN:
        return listen_in_background (c);
    case MODE_COMMAND_HELP:
        return command_help (c->help_about, c->words);
    case MODE_HELP:
        print_usage ();
        break;
    case MODE_VERSION:
        puts ("guestfish " GUESTFS_VERSION);
        break;
    case MODE_PREPARED_HELP:
        prepared_print_types ();
        break;
    case MODE_COMPLETION:
        completion_print (c->words);
        break;
    case MODE_LONG_OPTIONS:
    case MODE_SHORT_OPTIONS:
        print_options (c->mode);
        break;
    }
    return EXIT_SUCCESS;
}

int
main (int argc, char *argv[])
{
    struct command_line c = { .mode = MODE_SESSION };
    cleanup_error struct error err = { 0 };
    int status = EXIT_FAILURE;

    setlocale (LC_ALL, "");
    /* Of a pipe that nobody reads, write tells. */
    signal (SIGPIPE, SIG_IGN);
    if (command_line_parse (argc, argv, &c, &err) < 0) {
        print_error (&err);
    } else {
        choose_settings (&c);
        status = do_mode (&c);
    }
    guest_options_free (&c.guest);
    if (fflush (stdout) != 0 && errno != EPIPE) {
        fprintf (stderr, "guestfish: standard output: %m\n");
        status = EXIT_FAILURE;
    }
    return status;
}
