/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Images on a server.
 *
 * Whatever the protocol is, what reads the image's format gets it as one
 * connected NBD socket and needs no network.  For NBD servers we make that
 * connection; for all others a second qemu-storage-daemon, the bridge, which
 * alone has the network and sees no image and no format, makes an NBD
 * server of them.
 */
#ifndef LIB_REMOTE_H
#define LIB_REMOTE_H

#include "json.h"
#include "nbd.h"
#include "supervised.h"

struct drive;
struct remote;

/* One row for each protocol. */
struct protocol {
    const char *name;
    const char *port; /* where its servers are by default */
    int min_servers, max_servers; /* max -1: any number */
    bool has_sockets;  /* its servers may be behind Unix sockets */
    bool has_username;
    bool has_secret;
    bool has_key;      /* its secret is bytes, and given in base64 */
    bool is_writable;
    bool has_files; /* which formats other than raw want to make longer,
                       as NBD can't */
    const char *form; /* what the name of an image looks like */
    bool (*check) (const char *name);
    /* QEMU's block driver with its options, for the bridge; NULL: NBD. */
    json_t *(*node) (const struct remote *r);
};

extern const struct protocol remote_protocols[];

struct remote {
    const struct protocol *protocol;
    struct server *servers;
    size_t nr_servers;
    char *path; /* what the servers call the image */
    char *username, *secret; /* or NULL */

    /* From remote_open to remote_close: */
    int connection; /* to the NBD server, ready for its greeting, or -1 */
    int spare;      /* another one, for who must look at the format, or -1 */
    int look;       /* a third one, for us to do so, until then, or -1 */
    int header;     /* as large as the image, and like its beginning and its
                       end; holes between; or -1 */
    int64_t opened; /* when that was: monotonic_ms () */
    struct supervised bridge;
    int messages; /* what the bridge prints, or -1 */
};

/* Check what add_drive was given, and keep it.  NULL with *err set. */
struct remote *remote_new (const char *protocol, const char *path,
                           char *const *servers, const char *username,
                           const char *secret, struct error *err);
void remote_free (struct remote *r);

/* What messages call it: a URI without the user and the secret. */
char *remote_name (const struct remote *r);

/* What NBD calls it. */
const char *remote_export (const struct remote *r);

/* Start the bridge, if there is one, so that all bridges connect at the same
 * time.
 */
int remote_begin (guestfs_h *g, struct drive *d);

/* Connect, look at the header where that is needed, and find out the
 * format if it was not said.
 */
int remote_open (guestfs_h *g, struct drive *d);

/* Was that so long ago that it should be done again?  Servers don't wait for
 * ever for the first word of who has connected.
 */
bool remote_is_old (const struct remote *r);
void remote_close (struct remote *r);

/* The QEMU node of it, for a connection. */
json_t *remote_node (const struct remote *r, int connection);

/* How the bridge opens the image; secret is where it reads the secret. */
json_t *bridge_node (const struct remote *r);
#define BRIDGE_SECRET "secret"

/* Where the bridge sees the Unix socket that it may connect to. */
#define BRIDGE_SOCKET "/agent"

/* Where TLS libraries of Debian look for whom they trust. */
#define BRIDGE_CA_FILE "/etc/ssl/certs/ca-certificates.crt"

/* Start the bridge, and make that many connections to it. */
int bridge_start (guestfs_h *g, const struct drive *d, int *connections,
                  size_t nr_connections);

/* It has failed, or has not spoken in time, which is in *err: explain. */
int bridge_failed (const struct drive *d, struct error *err);

#endif /* LIB_REMOTE_H */
