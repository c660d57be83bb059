/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestfs-iscsi.so: gives up a server that has gone.  QEMU's client of iSCSI
 * connects again and again, for ever, and who reads from the disk waits.
 * Loaded into QEMU (LD_PRELOAD), this ends the process when that has gone on
 * for too long: who is connected to it gets an error then, as from a disk
 * that is broken.
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "next.h"

/* Like a server that restarts; seconds. */
#define PATIENCE 15

/* libiscsi's, iscsi/iscsi.h. */
struct iscsi_context;
__attribute__ ((visibility ("default"))) int
iscsi_reconnect (struct iscsi_context *iscsi);

static time_t
now (void)
{
    struct timespec ts;

    clock_gettime (CLOCK_MONOTONIC, &ts);
    return ts.tv_sec;
}

/* The library calls this when it has lost the connection, being logged in,
 * and then after each attempt that has failed.
 */
int
iscsi_reconnect (struct iscsi_context *iscsi)
{
    static const char message[] = "iSCSI: the server has gone\n";
    static time_t lost;
    const void *caller = __builtin_return_address (0);
    int (*is_logged_in) (struct iscsi_context *);
    int (*next) (struct iscsi_context *);

    *(void **) &is_logged_in = next_function (caller, "iscsi_is_logged_in");
    *(void **) &next = next_function (caller, "iscsi_reconnect");
    if (is_logged_in (iscsi) || lost == 0)
        lost = now ();
    if (now () - lost > PATIENCE) {
        if (write (STDERR_FILENO, message, strlen (message)) < 0)
            abort ();
        _exit (EXIT_FAILURE);
    }
    return next (iscsi);
}
