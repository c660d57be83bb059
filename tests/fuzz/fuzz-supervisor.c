/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: what the process that confines the appliance reports. */

#include "config.h"

#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "supervised.h"

/* Lines come in pieces. */
#define PIECE_MAX 64

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    struct script script = { data, data + size };
    struct supervised p = SUPERVISED_NONE;
    cleanup_error struct error err = { 0 };
    int fds[2];

    check (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    p.control = fds[0];
    while (bytes_left (&script) > 0) {
        size_t n = next_byte (&script) % PIECE_MAX;

        if (n > bytes_left (&script))
            n = bytes_left (&script);
        check (send (fds[1], script.p, n, MSG_NOSIGNAL) == (ssize_t) n);
        script.p += n;
        supervised_read (&p);
        check (p.dead == (p.why.count > 0));
    }
    close (fds[1]);
    supervised_read (&p);
    check (p.dead);
    check (supervised_explain (&p, &err) == (err.message != NULL));
    supervised_end (&p);
    return 0;
}
