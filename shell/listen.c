/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestfish --listen: a process in the background.  It does not compete for
 * what is typed; what goes wrong later, each client sees on its own stderr.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "background.h"
#include "cleanup.h"
#include "listen.h"
#include "remote.h"
#include "run.h"

static int
serve (const struct command_line *c, struct background *b, struct error *err)
{
    struct shell sh = { .guest = &c->guest, .settings = c->settings };
    cleanup_fd int listener = -1;
    int r;

    if (shell_open_handle (&sh, err) < 0
        || shell_open_guest (&sh, err) < 0
        || (listener = remote_listen (err)) < 0
        || background_ready (b, err) < 0) {
        cleanup_error struct error ignored = { 0 };

        shell_close_handle (&sh, &ignored);
        return -1;
    }
    r = remote_serve (&sh, listener, err);
    return shell_close_handle (&sh, err) < 0 ? -1 : r;
}

static void
print_environment (pid_t pid, bool csh)
{
    if (csh)
        printf ("setenv GUESTFISH_PID %d\n", (int) pid);
    else
        printf ("GUESTFISH_PID=%d; export GUESTFISH_PID\n", (int) pid);
}

/* The appliance ends with the process that launched it, so everything is
 * done by the new one, and this one waits until that is ready.
 */
int
listen_in_background (const struct command_line *c)
{
    cleanup_error struct error err = { 0 };
    struct background b;
    int status;

    if (background_start (&b, &err) < 0)
        fail_context (&err, "--listen");
    else if (b.pid == 0 && serve (c, &b, &err) == 0)
        return EXIT_SUCCESS;
    if (err.message) {
        print_error (&err);
        return EXIT_FAILURE;
    }
    if (background_wait (&b, &status) < 0)
        return status;
    print_environment (b.pid, c->csh);
    return EXIT_SUCCESS;
}
