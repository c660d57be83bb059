/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The protocols of remote storage, and what QEMU's block drivers for them
 * want to know (BlockdevOptions in QEMU's qapi/block-core.json).
 */

#include "config.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "environment.h"
#include "remote.h"

/* What an NBD server may be asked for, in bytes. */
#define EXPORT_NAME_MAX 4096

/* What has a number on an iSCSI target. */
#define LUN_MAX 65535

/* The bridge's only export. */
#define BRIDGE_EXPORT "image"

static bool
is_export (const char *name)
{
    return strlen (name) <= EXPORT_NAME_MAX;
}

static bool
is_path (const char *name)
{
    return *name == '/' && name[1];
}

static const char *
skip_slash (const char *name)
{
    return name + (*name == '/');
}

/* "A/B", neither of them empty. */
static bool
has_two_parts (const char *name)
{
    const char *slash = strchr (skip_slash (name), '/');

    return slash && slash > skip_slash (name) && slash[1];
}

static bool
is_logical_unit (const char *name)
{
    int number;

    return has_two_parts (name)
           && parse_int (strchr (skip_slash (name), '/') + 1, 0, LUN_MAX,
                         &number);
}

static char *
first_part (const struct remote *r)
{
    const char *name = skip_slash (r->path);

    return xstrndup (name, strcspn (name, "/"));
}

static const char *
second_part (const struct remote *r)
{
    return strchr (skip_slash (r->path), '/') + 1;
}

/* "HOST:PORT", as it stands in a URI. */
static char *
host_and_port (const struct server *s)
{
    bool ipv6 = strchr (s->host, ':');

    return xasprintf ("%s%s%s:%s", ipv6 ? "[" : "", s->host, ipv6 ? "]" : "",
                      s->port);
}

static void
add_string (json_t *node, const char *key, const char *value)
{
    if (json_object_set_new (node, key, json_made (json_string (value))) < 0)
        out_of_memory ();
}

/* RFC 3986: what may stand in a path; all else is written as %41. */
static char *
escape_path (const char *path)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-._~!$&'()*+,;=:@/";
    char *escaped = xcalloc (strlen (path) * 3 + 1, 1), *out = escaped;

    for (; *path; path++) {
        if (strchr (plain, *path)) {
            *out++ = *path;
            continue;
        }
        *out++ = '%';
        *out++ = "0123456789ABCDEF"[(unsigned char) *path >> 4];
        *out++ = "0123456789ABCDEF"[(unsigned char) *path & 15];
    }
    return escaped;
}

/* ftp, ftps, http, https: the driver's name is the protocol's. */
static json_t *
curl_node (const struct remote *r)
{
    cleanup_free char *where = host_and_port (&r->servers[0]);
    cleanup_free char *path = escape_path (r->path);
    cleanup_free char *url = xasprintf ("%s://%s%s", r->protocol->name, where,
                                        path);
    json_t *node = json_made (json_pack ("{s:s, s:s}", "driver",
                                         r->protocol->name, "url", url));

    if (r->username)
        add_string (node, "username", r->username);
    if (r->secret)
        add_string (node, "password-secret", BRIDGE_SECRET);
    return node;
}

/* Host keys are checked with known_hosts, which is the default. */
static json_t *
ssh_node (const struct remote *r)
{
    const struct passwd *user = r->username ? NULL : getpwuid (geteuid ());
    json_t *node = json_made (
        json_pack ("{s:s, s:s, s:{s:s, s:s}}", "driver", "ssh", "path",
                   r->path, "server", "host", r->servers[0].host, "port",
                   r->servers[0].port));

    if (r->username || user)
        add_string (node, "user", r->username ? r->username : user->pw_name);
    return node;
}

static json_t *
iscsi_node (const struct remote *r)
{
    cleanup_free char *portal = host_and_port (&r->servers[0]);
    cleanup_free char *target = first_part (r);
    int lun = 0;
    json_t *node;

    parse_int (second_part (r), 0, LUN_MAX, &lun);
    node = json_made (json_pack ("{s:s, s:s, s:s, s:s, s:i}", "driver",
                                 "iscsi", "transport", "tcp", "portal",
                                 portal, "target", target, "lun", lun));

    if (r->username)
        add_string (node, "user", r->username);
    if (r->secret)
        add_string (node, "password-secret", BRIDGE_SECRET);
    return node;
}

/* QEMU asks the server for the volume, and then goes to where that is. */
static json_t *
gluster_node (const struct remote *r)
{
    cleanup_free char *volume = first_part (r);
    const struct server *s = &r->servers[0];
    json_t *server = s->socket
        ? json_pack ("{s:s, s:s}", "type", "unix", "path", BRIDGE_SOCKET)
        : json_pack ("{s:s, s:s, s:s}", "type", "inet", "host", s->host,
                     "port", s->port);

    return json_made (json_pack ("{s:s, s:s, s:s, s:[o], s:s}",
                                 "driver", "gluster", "volume", volume,
                                 "path", second_part (r), "server",
                                 json_made (server), "logfile",
                                 "/dev/null"));
}

static json_t *
server_list (const struct remote *r)
{
    json_t *list = json_made (json_array ());

    for (size_t i = 0; i < r->nr_servers; i++) {
        const struct server *s = &r->servers[i];
        json_t *server = json_made (json_pack ("{s:s, s:s}", "host", s->host,
                                               "port", s->port));

        if (json_array_append_new (list, server) < 0)
            out_of_memory ();
    }
    return list;
}

static json_t *
rbd_node (const struct remote *r)
{
    cleanup_free char *pool = first_part (r);
    json_t *node = json_made (json_pack ("{s:s, s:s, s:s}", "driver", "rbd",
                                         "pool", pool, "image",
                                         second_part (r)));

    if (r->nr_servers > 0
        && json_object_set_new (node, "server", server_list (r)) < 0)
        out_of_memory ();
    if (r->username)
        add_string (node, "user", r->username);
    if (r->secret)
        add_string (node, "key-secret", BRIDGE_SECRET);
    return node;
}

#define PATH_FORM "a path that begins with '/'"

const struct protocol remote_protocols[] = {
    { .name = "nbd", .port = "10809", .min_servers = 1, .max_servers = 1,
      .has_sockets = true, .is_writable = true,
      .form = "the name of an export, of at most 4096 bytes",
      .check = is_export },
    { .name = "http", .port = "80", .min_servers = 1, .max_servers = 1,
      .has_username = true, .has_secret = true,
      .form = PATH_FORM, .check = is_path, .node = curl_node },
    { .name = "https", .port = "443", .min_servers = 1, .max_servers = 1,
      .has_username = true, .has_secret = true,
      .form = PATH_FORM, .check = is_path, .node = curl_node },
    { .name = "ftp", .port = "21", .min_servers = 1, .max_servers = 1,
      .has_username = true, .has_secret = true,
      .form = PATH_FORM, .check = is_path, .node = curl_node },
    { .name = "ftps", .port = "990", .min_servers = 1, .max_servers = 1,
      .has_username = true, .has_secret = true,
      .form = PATH_FORM, .check = is_path, .node = curl_node },
    { .name = "ssh", .port = "22", .min_servers = 1, .max_servers = 1,
      .has_username = true, .is_writable = true, .has_files = true,
      .form = PATH_FORM, .check = is_path, .node = ssh_node },
    { .name = "iscsi", .port = "3260", .min_servers = 1, .max_servers = 1,
      .has_username = true, .has_secret = true, .is_writable = true,
      .form = "TARGET/LUN, where LUN is a number",
      .check = is_logical_unit, .node = iscsi_node },
    { .name = "gluster", .port = "24007", .min_servers = 1, .max_servers = 1,
      .has_sockets = true, .is_writable = true, .has_files = true,
      .form = "VOLUME/PATH", .check = has_two_parts, .node = gluster_node },
    { .name = "rbd", .port = "6789", .min_servers = 0, .max_servers = -1,
      .has_username = true, .has_secret = true, .has_key = true,
      .is_writable = true, .form = "POOL/IMAGE",
      .check = has_two_parts, .node = rbd_node },
    { .name = NULL },
};

const char *
remote_export (const struct remote *r)
{
    return r->protocol->node ? BRIDGE_EXPORT : r->path;
}

json_t *
remote_node (const struct remote *r, int connection)
{
    cleanup_free char *number = xasprintf ("%d", connection);

    return json_made (json_pack ("{s:s, s:{s:s, s:s}, s:s}", "driver", "nbd",
                                 "server", "type", "fd", "str", number,
                                 "export", remote_export (r)));
}

json_t *
bridge_node (const struct remote *r)
{
    return r->protocol->node (r);
}
