/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The handle of a session. */

#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "events.h"
#include "interrupt.h"
#include "memory.h"
#include "progress.h"
#include "shell.h"

void
out_of_memory (void)
{
    fputs ("guestfish: no memory is left\n", stderr);
    abort ();
}

int
shell_open_handle (struct shell *sh, struct error *err)
{
    sh->g = guestfs_create ();
    if (!sh->g)
        return fail (err, ENOMEM, "no handle could be made");
    /* Errors are reported by whoever runs the command. */
    guestfs_set_error_handler (sh->g, NULL, NULL);
    /* Then Ctrl-C reaches us alone, and not what the library started. */
    if (sh->settings.interactive && guestfs_set_pgroup (sh->g, 1) < 0)
        return library_error (sh, err);
    if (guest_settings (sh->g, sh->guest, err) < 0)
        return -1;
    if (sh->settings.progress_bars)
        progress_bars_on (sh->g);
    return 0;
}

int
shell_close_handle (struct shell *sh, struct error *err)
{
    int r = 0;

    if (!sh->g)
        return 0;
    interrupt_end ();
    if (guestfs_is_ready (sh->g) == 1 && guestfs_shutdown (sh->g) < 0)
        r = library_error (sh, err);
    guestfs_close (sh->g);
    sh->g = NULL;
    events_free (sh);
    return r;
}

int
shell_open_guest (struct shell *sh, struct error *err)
{
    int r;

    if (guest_attach (sh->g, sh->guest, err) < 0)
        return -1;
    if (!guest_needs_launch (sh->guest))
        return 0;
    progress_begin_passing ();
    r = guest_launch (sh->g, sh->guest, err);
    progress_end ();
    return r;
}

int
library_error (struct shell *sh, struct error *err)
{
    return guest_error (sh->g, err);
}
