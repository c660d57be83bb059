/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* As much of the NBD protocol as must be known before QEMU's code gets a
 * connection: how large an image on a server is, and its first bytes.
 */
#ifndef LIB_NBD_H
#define LIB_NBD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* How long a server may be silent, and how long connecting may take. */
#define NBD_TIMEOUT_MS 30000

/* Where a server is. */
struct server {
    char *host;   /* a name or an address; NULL: a Unix socket */
    char *port;   /* a number */
    char *socket; /* its path, or NULL */
};

/* A new connection.  name is the drive's, for errors. */
int nbd_connect (const struct server *server, const char *name,
                 struct error *err);

/* The server speaks first: wait for the beginning of that, which stays to
 * be read, and check that it is NBD.  EPIPE if it hangs up before.
 */
int nbd_await_greeting (int fd, int timeout_ms, const char *name,
                        struct error *err);

struct nbd_export {
    uint64_t size;
    bool readonly;
    bool can_discard;
};

/* Ask for an export, and start to use it. */
int nbd_open (int fd, const char *export_name, const char *name,
              struct nbd_export *ret, struct error *err);

int nbd_read (int fd, void *buffer, size_t size, uint64_t offset,
              const char *name, struct error *err);

/* Say good bye; the descriptor stays open. */
void nbd_disconnect (int fd);

#endif /* LIB_NBD_H */
