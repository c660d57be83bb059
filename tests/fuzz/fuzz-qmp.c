/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: what QEMU says on its monitor.  The input is all of it, the
 * greeting first; then it hangs up.
 */

#include "config.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "appliance.h"
#include "fuzz.h"
#include "qmp.h"

/* What fits into a socket at once. */
#define INPUT_MAX 65536

static void
talk (guestfs_h *g, struct qmp *q, int fd)
{
    cleanup_json json_t *info = NULL;

    if (qmp_open (g, q, fd) < 0
        || qmp_command (g, q, "migrate-incoming",
                        json_pack ("{s:s}", "uri", "fd:4"), NULL) < 0
        || qmp_wait_event (g, q, "RESUME") < 0)
        return;
    if (qmp_command (g, q, "query-migrate", NULL, &info) == 0)
        check (info != NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    struct qmp q = QMP_NONE;
    guestfs_h *g;
    int fds[2];

    if (size > INPUT_MAX)
        return 0;
    g = guestfs_create ();
    guestfs_set_error_handler (g, NULL, NULL);
    g->appliance = appliance_new ();
    check (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    check (send (fds[1], data, size, MSG_NOSIGNAL) == (ssize_t) size);
    check (shutdown (fds[1], SHUT_WR) == 0);
    talk (g, &q, fds[0]);
    qmp_close (&q);
    close (fds[1]);
    error_clear (&g->error);
    appliance_free (steal (&g->appliance));
    guestfs_close (g);
    return 0;
}
