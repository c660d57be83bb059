/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bridge to a server: a qemu-storage-daemon that speaks the server's
 * protocol on one side and NBD on the other.  It is confined, has the
 * network, and sees no image of the host.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "block-nodes.h"
#include "impl.h"
#include "io.h"
#include "remote.h"

#define STORAGE_DAEMON "/usr/bin/qemu-storage-daemon"

#define CEPH_CONF "/etc/ceph/ceph.conf"
#define CEPH_KEYRING "/etc/ceph/keyring"

#define GLUSTER_FOLDER "/usr/lib/" MULTIARCH "/glusterfs"

/* Of what the bridge has printed, so much is looked at. */
#define MESSAGES_MAX 16384

/* A folder for a moment, whose name nobody else can use. */
struct place {
    char *name;
    int fd;
};

static void
place_remove (struct place *p)
{
    if (p->fd >= 0)
        unlinkat (p->fd, "nbd", 0);
    close_fd (&p->fd);
    if (p->name)
        rmdir (p->name);
    free (p->name);
}

#define cleanup_place __attribute__ ((cleanup (place_remove)))

static int
place_make (guestfs_h *g, struct place *ret)
{
    cleanup_free char *sockdir = impl_get_sockdir (g);
    cleanup_free char *name = xasprintf ("%s/guestfs-XXXXXX", sockdir);

    if (!mkdtemp (name))
        return fail (&g->error, errno, "%s: a folder for a socket: %m",
                     sockdir);
    ret->name = steal (&name);
    /* The program's umask may be anything. */
    if (chmod (ret->name, 0700) < 0)
        return fail (&g->error, errno, "%s: %m", ret->name);
    ret->fd = open (ret->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (ret->fd < 0)
        return fail (&g->error, errno, "%s: %m", ret->name);
    return 0;
}

/* A socket that listens, and connections to it, which wait there until the
 * bridge accepts them.  It has a name for that moment only, so that nobody
 * else can connect.
 */
static int
make_sockets (guestfs_h *g, int *ret_listener, int *connections, size_t n)
{
    cleanup_place struct place place = { .name = NULL, .fd = -1 };
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    cleanup_fd int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || above_stdio (&fd, &g->error) < 0
        || place_make (g, &place) < 0)
        return -1;
    snprintf (address.sun_path, sizeof address.sun_path,
              "/proc/self/fd/%d/nbd", place.fd);
    if (bind (fd, (struct sockaddr *) &address, sizeof address) < 0
        || fchmodat (place.fd, "nbd", 0600, 0) < 0
        || listen (fd, (int) n) < 0)
        return fail (&g->error, errno, "%s: a socket: %m", place.name);
    for (size_t i = 0; i < n; i++) {
        connections[i] = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connections[i] < 0
            || connect (connections[i], (struct sockaddr *) &address,
                        sizeof address) < 0)
            return fail (&g->error, errno, "%s: a socket: %m", place.name);
        if (above_stdio (&connections[i], &g->error) < 0)
            return -1;
    }
    *ret_listener = steal_fd (&fd);
    return 0;
}

/* A file of the host that the bridge sees, if it is there. */
static void
show_file (struct start *start, const char *path, const char *seen_as)
{
    if (access (path, F_OK) == 0)
        start_option (start, "--file=%s:%s", path, seen_as);
}

static const char *
home_of_user (void)
{
    const char *home = getenv ("HOME");
    const struct passwd *user = home ? NULL : getpwuid (geteuid ());

    return home ? home : user ? user->pw_dir : "/nonexistent";
}

/* With an agent, keys stay with it. */
static void
show_ssh_files (struct start *start, bool has_agent)
{
    static const char *const keys[] = { "id_ed25519", "id_ecdsa", "id_rsa" };
    const char *home = home_of_user ();
    cleanup_free char *hosts = xasprintf ("%s/.ssh/known_hosts", home);

    show_file (start, hosts, "/.ssh/known_hosts");
    if (has_agent)
        return;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        cleanup_free char *key = xasprintf ("%s/.ssh/%s", home, keys[i]);
        cleanup_free char *seen_as = xasprintf ("/.ssh/%s", keys[i]);

        show_file (start, key, seen_as);
    }
}

/* Where Ceph's own programs have these files by default, and where they look
 * first.  The client expects a keyring under the first name, but without a
 * configuration, which the first depends on, under the second.
 */
static void
show_ceph_files (struct start *start, const struct remote *r)
{
    const char *user = r->username ? r->username : "admin";
    const char *conf = secure_getenv ("CEPH_CONF");
    const char *other_keyring = secure_getenv ("CEPH_KEYRING");
    cleanup_free char *keyring = xasprintf ("/etc/ceph/ceph.client.%s."
                                            "keyring", user);

    show_file (start, conf ? conf : CEPH_CONF, CEPH_CONF);
    if (r->secret || strchr (user, '/'))
        return;
    show_file (start, other_keyring ? other_keyring : keyring, keyring);
    show_file (start, other_keyring ? other_keyring : keyring, CEPH_KEYRING);
}

/* The Unix socket that it may connect to: of an ssh-agent, or the server's. */
static const char *
socket_to_show (const struct remote *r)
{
    const char *agent;

    if (strcmp (r->protocol->name, "ssh") != 0)
        return r->nr_servers > 0 ? r->servers[0].socket : NULL;
    agent = getenv ("SSH_AUTH_SOCK");
    return agent && access (agent, R_OK | W_OK) == 0 ? agent : NULL;
}

/* The profile, and what only some protocols need. */
static void
init_start (struct start *start, const struct remote *r)
{
    const char *protocol = r->protocol->name;
    const char *socket = socket_to_show (r);
    const char *ca = getenv ("SSL_CERT_FILE");

    start_init (start, socket ? "remote-storage-agent" : "remote-storage");
    if (socket)
        show_file (start, socket, BRIDGE_SOCKET);
    if (strcmp (protocol, "ssh") == 0)
        show_ssh_files (start, socket != NULL);
    else if (strcmp (protocol, "rbd") == 0) {
        show_ceph_files (start, r);
        start_ceph (start);
    } else if (strcmp (protocol, "gluster") == 0)
        start_gluster (start);
    else if (strcmp (protocol, "iscsi") == 0)
        start_iscsi (start);
    else {
        if (string_ends_with (protocol, "s"))
            show_file (start, ca ? ca : BRIDGE_CA_FILE, BRIDGE_CA_FILE);
        start_curl (start);
    }
}

/* In a file that has no name, not on a command line. */
static int
add_secret (struct start *start, const struct remote *r, int *ret_fd,
            struct error *err)
{
    cleanup_free char *text = NULL;
    cleanup_json json_t *object = NULL;
    cleanup_free char *file = NULL;

    *ret_fd = memfd_create ("guestfs-secret", MFD_CLOEXEC);
    if (*ret_fd < 0 || write_full (*ret_fd, r->secret,
                                   strlen (r->secret)) < 0)
        return fail (err, errno, "a file for the secret: %m");
    if (above_stdio (ret_fd, err) < 0)
        return -1;
    file = xasprintf ("/proc/self/fd/%d", *ret_fd);
    object = json_made (json_pack ("{s:s, s:s, s:s, s:s}", "qom-type",
                                   "secret", "id", BRIDGE_SECRET, "file", file,
                                   "format",
                                   r->protocol->has_key ? "base64" : "raw"));
    text = json_text (object);
    start_keep (start, *ret_fd);
    start_argument (start, "--object");
    start_argument (start, "%s", text);
    return 0;
}

static char *
node_text (const struct drive *d)
{
    cleanup_json json_t *node = bridge_node (d->remote);
    cleanup_json json_t *common
        = block_node_options (d, d->readonly || d->write_protected);

    json_add (node, common);
    if (json_object_set_new (node, "node-name", json_string ("image")) < 0)
        out_of_memory ();
    return json_text (node);
}

static void
add_arguments (struct start *start, const struct drive *d, int listener)
{
    cleanup_free char *node = node_text (d);
    bool writable = !d->readonly && !d->write_protected;

    start_keep (start, listener);
    start_argument (start, "--blockdev");
    start_argument (start, "%s", node);
    start_argument (start, "--nbd-server");
    start_argument (start, "addr.type=fd,addr.str=%d", listener);
    start_argument (start, "--export");
    start_argument (start, "type=nbd,id=export,node-name=image,name=%s,"
                    "writable=%s", remote_export (d->remote),
                    writable ? "on" : "off");
}

int
bridge_start (guestfs_h *g, const struct drive *d, int *connections,
              size_t nr_connections)
{
    struct remote *r = d->remote;
    cleanup_start struct start start = { 0 };
    cleanup_fd int listener = -1, secret = -1;

    if (make_sockets (g, &listener, connections, nr_connections) < 0)
        return -1;
    r->messages = memfd_create ("guestfs-messages", MFD_CLOEXEC);
    if (r->messages < 0)
        return fail (&g->error, errno, "memfd_create: %m");
    if (above_stdio (&r->messages, &g->error) < 0)
        return -1;
    init_start (&start, r);
    start_argument (&start, STORAGE_DAEMON);
    if (r->secret && add_secret (&start, r, &secret, &g->error) < 0)
        return -1;
    add_arguments (&start, d, listener);
    return start_supervised (g, &start, r->messages, &r->bridge);
}

/* "qemu-storage-daemon: --blockdev {...}: WHY": the last part of what was
 * printed, or all of it.  Ceph's client knows more of names, and prints that
 * before.
 */
static char *
reason_printed (const struct drive *d)
{
    cleanup_free char *text = xcalloc (1, MESSAGES_MAX + 1);
    cleanup_free char *node = node_text (d);
    const char *why;
    ssize_t n = pread (d->remote->messages, text, MESSAGES_MAX, 0);

    if (n <= 0)
        return NULL;
    text[n] = '\0';
    string_trim_end (text);
    why = strstr (text, "server name not found: ");
    if (why)
        return xstrndup (why, strcspn (why, "\n"));
    why = strstr (text, node);
    why = why ? why + strlen (node) + strspn (why + strlen (node), ": ")
              : text;
    return *why ? xstrdup (why) : NULL;
}

/* QEMU has the drivers as modules, in packages of their own; Gluster's client
 * has modules, too.  Where Ceph's client tries two protocols, since the port is
 * an unusual one, it takes being refused by the one for silence of the other.
 */
static const struct {
    const char *reason, *text;
} hints[] = {
    { "Unknown driver", "is the package qemu-block-extra installed?" },
    { "does not accept value", "is the package qemu-block-extra installed?" },
    { "error connecting: Connection timed out",
      "no monitor answers, or none accepts the user and the secret" },
    { "error connecting: Invalid argument",
      "is the secret one that Ceph has made?" },
    { "error connecting: Operation not supported",
      "there is neither a secret nor a keyring" },
    { "error connecting: No such file",
      "neither servers nor Ceph's configuration were found" },
};

static char *
hint (const char *why)
{
    if (strstr (why, "Gluster connection") && access (GLUSTER_FOLDER, F_OK) < 0)
        return xstrdup ("\n(is the package glusterfs-common installed?)");
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (strstr (why, hints[i].reason))
            return xasprintf (" (%s)", hints[i].text);
    return xstrdup ("");
}

int
bridge_failed (const struct drive *d, struct error *err)
{
    cleanup_error struct error before = { 0 };
    cleanup_free char *why = NULL;
    struct supervised *r = &d->remote->bridge;

    error_move (&before, err);
    if (supervised_explain (r, err))
        return fail_context (err, "%s", d->filename);
    why = reason_printed (d);
    if (why) {
        cleanup_free char *advice = hint (why);

        return fail (err, EIO, "%s: %s%s", d->filename, why, advice);
    }
    if (before.errnum == EPIPE && r->why.count > 0)
        return fail (err, EIO, "%s: qemu-storage-daemon, which connects to "
                     "the server, has ended (%s)", d->filename,
                     r->why.item[r->why.count - 1]);
    error_move (err, &before);
    return -1;
}
