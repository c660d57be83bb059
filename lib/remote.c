/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Images on a server: what add_drive says of them. */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "drive.h"
#include "environment.h"
#include "remote.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static void
server_free (struct server *s)
{
    free (s->host);
    free (s->port);
    free (s->socket);
}

void
remote_free (struct remote *r)
{
    if (!r)
        return;
    remote_close (r);
    for (size_t i = 0; i < r->nr_servers; i++)
        server_free (&r->servers[i]);
    free (r->servers);
    free (r->path);
    free (r->username);
    if (r->secret)
        explicit_bzero (r->secret, strlen (r->secret));
    free (r->secret);
    free (r);
}

static void
cleanup_remote_ (struct remote **r)
{
    remote_free (*r);
}

#define cleanup_remote __attribute__ ((cleanup (cleanup_remote_)))

static const struct {
    const char *name, *why;
} refused_protocols[] = {
    { "sheepdog", "QEMU does not know it any more" },
    { "tftp", "QEMU does not know it any more" },
};

static const struct protocol *
find_protocol (const char *name, struct error *err)
{
    for (const struct protocol *p = remote_protocols; p->name; p++)
        if (strcmp (p->name, name) == 0)
            return p;
    for (size_t i = 0;
         i < sizeof refused_protocols / sizeof *refused_protocols; i++)
        if (strcmp (refused_protocols[i].name, name) == 0)
            return fail_null (err, ENOTSUP, "protocol '%s': %s", name,
                              refused_protocols[i].why);
    return fail_null (err, EINVAL, "protocol '%s' is not known", name);
}

static bool
is_utf8 (const char *s)
{
    cleanup_json json_t *json = json_string (s);

    return json != NULL;
}

/* "[ADDRESS]:PORT", "HOST:PORT", each with or without the port. */
static int
parse_host (const char *text, const struct protocol *p, struct server *ret,
            struct error *err)
{
    bool ipv6 = *text == '[';
    const char *host = text + ipv6;
    size_t size = strcspn (host, ipv6 ? "]" : ":");
    const char *end = host + size + ipv6;
    const char *allowed = ipv6 ? LETTERS DIGITS ":.%" : LETTERS DIGITS "-._";
    int port;

    if (size == 0 || strspn (host, allowed) < size || (ipv6 && end[-1] != ']')
        || (*end && *end != ':') || (*end && strchr (end + 1, ':')))
        return fail (err, EINVAL, "server '%s' is neither HOST nor HOST:PORT "
                     "(an IPv6 address stands in brackets)", text);
    if (*end && !parse_int (end + 1, 1, 65535, &port))
        return fail (err, EINVAL, "server '%s': a port is a number from 1 to "
                     "65535", text);
    ret->host = xstrndup (host, size);
    ret->port = xstrdup (*end ? end + 1 : p->port);
    return 0;
}

static int
parse_socket (const char *path, const struct protocol *p, struct server *ret,
              struct error *err)
{
    if (!p->has_sockets)
        return fail (err, EINVAL, "server 'unix:%s': protocol '%s' has no "
                     "servers behind Unix sockets", path, p->name);
    if (*path != '/' || !is_utf8 (path)
        || strlen (path) >= sizeof ((struct sockaddr_un *) NULL)->sun_path)
        return fail (err, EINVAL, "server 'unix:%s': the path of a socket "
                     "begins with '/' and is shorter than 108 bytes", path);
    ret->socket = xstrdup (path);
    return 0;
}

static int
parse_server (const char *text, const struct protocol *p, struct server *ret,
              struct error *err)
{
    if (string_starts_with (text, "unix:"))
        return parse_socket (text + strlen ("unix:"), p, ret, err);
    if (string_starts_with (text, "tcp:"))
        text += strlen ("tcp:");
    return parse_host (text, p, ret, err);
}

static int
parse_servers (struct remote *r, char *const *servers, struct error *err)
{
    const struct protocol *p = r->protocol;
    int count = servers ? (int) string_array_length (servers) : 0;

    if (count < p->min_servers)
        return fail (err, EINVAL, "protocol '%s' needs a server", p->name);
    if (p->max_servers >= 0 && count > p->max_servers)
        return fail (err, EINVAL, "protocol '%s' needs exactly one server, "
                     "not %d", p->name, count);
    r->servers = xcalloc ((size_t) count + 1, sizeof *r->servers);
    for (int i = 0; i < count; i++)
        if (parse_server (servers[i], p, &r->servers[r->nr_servers++], err)
            < 0)
            return -1;
    return 0;
}

static int
check_login (const struct protocol *p, const char *username,
             const char *secret, struct error *err)
{
    if (username && !p->has_username)
        return fail (err, EINVAL, "username has no meaning for the protocol "
                     "'%s'", p->name);
    if (username && (!*username || !is_utf8 (username)))
        return fail (err, EINVAL, "username: must be UTF-8, and not empty");
    if (secret && !p->has_secret)
        return fail (err, EINVAL, "secret has no meaning for the protocol "
                     "'%s'", p->name);
    if (secret && !*secret)
        return fail (err, EINVAL, "secret: is empty");
    /* Only Ceph has a user by default. */
    if (secret && !username && strcmp (p->name, "rbd") != 0)
        return fail (err, EINVAL, "secret needs a username for the protocol "
                     "'%s'", p->name);
    if (secret && p->has_key
        && secret[strspn (secret, LETTERS DIGITS "+/=")])
        return fail (err, EINVAL, "secret: must be in base64 for the "
                     "protocol '%s'", p->name);
    return 0;
}

struct remote *
remote_new (const char *protocol, const char *path, char *const *servers,
            const char *username, const char *secret, struct error *err)
{
    cleanup_remote struct remote *r = xcalloc (1, sizeof *r);

    *r = (struct remote) {
        .protocol = find_protocol (protocol, err),
        .connection = -1,
        .spare = -1,
        .look = -1,
        .header = -1,
        .messages = -1,
        .bridge = SUPERVISED_NONE,
    };
    if (!r->protocol || parse_servers (r, servers, err) < 0
        || check_login (r->protocol, username, secret, err) < 0)
        return NULL;
    if (!is_utf8 (path) || !r->protocol->check (path))
        return fail_null (err, EINVAL, "'%s': with protocol '%s', the name of "
                          "an image is %s, in UTF-8", path, protocol,
                          r->protocol->form);
    r->path = xstrdup (path);
    r->username = username ? xstrdup (username) : NULL;
    r->secret = secret ? xstrdup (secret) : NULL;
    return steal (&r);
}

static char *
server_name (const struct server *s, const char *default_port)
{
    bool ipv6 = s->host && strchr (s->host, ':');
    bool has_port = s->host && strcmp (s->port, default_port) != 0;

    if (!s->host)
        return xstrdup ("");
    return xasprintf ("%s%s%s%s%s", ipv6 ? "[" : "", s->host, ipv6 ? "]" : "",
                      has_port ? ":" : "", has_port ? s->port : "");
}

char *
remote_name (const struct remote *r)
{
    cleanup_strings struct strings servers = STRINGS_EMPTY;
    cleanup_free char *list = NULL;
    const char *socket = r->nr_servers == 1 ? r->servers[0].socket : NULL;

    for (size_t i = 0; i < r->nr_servers; i++)
        strings_add_take (&servers, server_name (&r->servers[i],
                                                 r->protocol->port));
    list = strings_join (&servers, ",");
    return xasprintf ("%s://%s%s%s%s%s", r->protocol->name, list,
                      *r->path == '/' ? "" : "/", r->path,
                      socket ? "?socket=" : "", socket ? socket : "");
}
