/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: what an NBD server says, until the first bytes of an image. */

#include "config.h"

#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "fuzz.h"
#include "nbd.h"

/* As much as fits into a socket's buffer in any case. */
#define SAID_MAX 65536

#define READ_SIZE 512

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    cleanup_error struct error err = { 0 };
    cleanup_fd int ours = -1, theirs = -1;
    struct nbd_export export = { .size = UINT64_MAX };
    char buffer[READ_SIZE];
    int fds[2], r;

    if (size > SAID_MAX)
        return 0;
    check (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    ours = fds[0];
    theirs = fds[1];
    check (send (theirs, data, size, MSG_NOSIGNAL) == (ssize_t) size);
    check (shutdown (theirs, SHUT_WR) == 0);
    r = nbd_await_greeting (ours, NBD_TIMEOUT_MS, "drive", &err);
    if (r == 0)
        r = nbd_open (ours, "export", "drive", &export, &err);
    check (r < 0 || export.size <= INT64_MAX);
    if (r == 0)
        r = nbd_read (ours, buffer, sizeof buffer, 0, "drive", &err);
    check ((r < 0) == (err.message != NULL));
    nbd_disconnect (ours);
    return 0;
}
