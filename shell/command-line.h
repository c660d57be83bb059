/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of guestfish. */
#ifndef SHELL_COMMAND_LINE_H
#define SHELL_COMMAND_LINE_H

#include "error.h"
#include "guest.h"
#include "options.h"
#include "shell.h"

/* What to do instead of a session. */
enum mode {
    MODE_SESSION,
    MODE_LISTEN,
    MODE_HELP,
    MODE_COMMAND_HELP,
    MODE_VERSION,
    MODE_PREPARED_HELP,
    MODE_COMPLETION,
    MODE_LONG_OPTIONS,
    MODE_SHORT_OPTIONS,
};

enum bars { BARS_DEFAULT, BARS_ON, BARS_OFF };

struct command_line {
    struct guest_options guest; /* first, for guest-options/ */
    enum mode mode;
    enum bars bars;
    struct settings settings;
    const char *script; /* -f */
    const char *help_about; /* the command of --cmd-help=COMMAND */
    bool csh;
    int remote_pid;
    char **words; /* the rest of argv, from here */
};

extern const struct option_row command_line_options[];

int command_line_parse (int argc, char *argv[], struct command_line *ret,
                        struct error *err);

void print_usage (void);
void print_options (enum mode mode);

#endif /* SHELL_COMMAND_LINE_H */
