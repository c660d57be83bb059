/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One session of guestfish. */
#ifndef SHELL_SHELL_H
#define SHELL_SHELL_H

#include <stdbool.h>

#include "error.h"
#include "guest.h"
#include "input.h"

/* What the options chose. */
struct settings {
    bool pipe_error;
    bool no_dest_paths;
    bool progress_bars;
    bool interactive; /* commands come from a terminal */
};

struct event_handler;

struct shell {
    guestfs_h *g;
    const struct guest_options *guest;
    struct settings settings;
    struct input *input; /* where the commands come from right now */
    int remote_pid;      /* send the commands there; 0: carry them out */
    bool quit;           /* exit was called */
    bool piped;          /* stdout is a pipe to a host command */

    struct event_handler *events; /* of the event command; events.c */
};

/* A new handle with the settings. */
int shell_open_handle (struct shell *sh, struct error *err);

/* End the handle.  What could not be written is an error. */
int shell_close_handle (struct shell *sh, struct error *err);

/* Do what the options said of disks and file systems. */
int shell_open_guest (struct shell *sh, struct error *err);

/* Report the last error of the library. */
int library_error (struct shell *sh, struct error *err);

#endif /* SHELL_SHELL_H */
