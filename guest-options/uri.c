/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Disks by URI (RFC 3986): PROTOCOL://[USER[:SECRET]@][HOST[:PORT]]/PATH,
 * with ?socket=PATH for servers behind a Unix socket.  Some programs write
 * PROTOCOL+TRANSPORT; the transport shows in the rest.
 */

#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "memory.h"
#include "string-list.h"
#include "uri.h"

/* The protocols that have URIs, and what add_drive calls them.  The path of
 * some begins with a slash.
 */
static const struct {
    const char *name;
    const char *protocol; /* NULL: a file of this host */
    bool slash;
} protocols[] = {
    { "file", NULL, true },
    { "ftp", "ftp", true },
    { "ftps", "ftps", true },
    { "gluster", "gluster", false },
    { "gluster+tcp", "gluster", false },
    { "gluster+unix", "gluster", false },
    { "http", "http", true },
    { "https", "https", true },
    { "iscsi", "iscsi", false },
    { "nbd", "nbd", false },
    { "nbd+unix", "nbd", false },
    { "rbd", "rbd", false },
    { "sheepdog", "sheepdog", false },
    { "ssh", "ssh", true },
    { "tftp", "tftp", true },
};

#define PROTOCOLS (sizeof protocols / sizeof *protocols)

static int
hex_digit (char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *p = c ? strchr (digits, c) : NULL;

    return p ? (int) ((p - digits) % 16) : -1;
}

/* Replace %41 by A.  NULL if a percent sign means nothing. */
static char *
decode (const char *text, size_t size, struct error *err)
{
    cleanup_free char *decoded = xcalloc (size + 1, 1);
    char *out = decoded;

    for (size_t i = 0; i < size; i++) {
        int high = -1, low = -1;

        if (text[i] != '%') {
            *out++ = text[i];
            continue;
        }
        if (i + 2 < size) {
            high = hex_digit (text[i + 1]);
            low = hex_digit (text[i + 2]);
        }
        if (high < 0 || low < 0 || (high == 0 && low == 0))
            return fail_null (err, EINVAL, "'%%' without two hex digits");
        *out++ = (char) (high * 16 + low);
        i += 2;
    }
    return steal (&decoded);
}

/* "[USER[:SECRET]@]HOST[:PORT]", each part of it decoded. */
static int
parse_authority (const char *text, size_t size, struct uri *uri,
                 struct error *err)
{
    const char *at = memrchr (text, '@', size);
    const char *host = at ? at + 1 : text;
    size_t host_size = size - (size_t) (host - text);

    if (at) {
        const char *colon = memchr (text, ':', (size_t) (at - text));
        size_t user_size = (size_t) ((colon ? colon : at) - text);

        uri->username = decode (text, user_size, err);
        if (!uri->username)
            return -1;
        if (colon) {
            uri->secret = decode (colon + 1, (size_t) (at - colon - 1), err);
            if (!uri->secret)
                return -1;
        }
    }
    if (host_size > 0)
        uri->server[0] = xasprintf ("tcp:%.*s", (int) host_size, host);
    return 0;
}

/* "/PATH[?socket=PATH]" */
static int
parse_path (const char *text, bool slash, struct uri *uri, struct error *err)
{
    const char *query = strchr (text, '?');
    size_t size = query ? (size_t) (query - text) : strlen (text);
    bool skip = !slash && *text == '/';

    uri->path = decode (text + skip, size - skip, err);
    if (!uri->path)
        return -1;
    if (query && string_starts_with (query, "?socket=")) {
        const char *socket = query + strlen ("?socket=");
        cleanup_free char *name = decode (socket, strlen (socket), err);

        if (!name)
            return -1;
        if (uri->server[0])
            return fail (err, EINVAL, "both a server and a socket");
        uri->server[0] = xasprintf ("unix:%s", name);
    } else if (query) {
        return fail (err, EINVAL, "only ?socket=PATH is known");
    }
    return 0;
}

static int
parse_parts (const char *text, const char *rest, struct uri *uri,
             struct error *err)
{
    size_t length = (size_t) (rest - text) - strlen ("://");
    size_t authority = strcspn (rest, "/?");

    for (size_t i = 0; i < PROTOCOLS; i++) {
        if (strlen (protocols[i].name) != length
            || memcmp (protocols[i].name, text, length) != 0)
            continue;
        if (protocols[i].protocol)
            uri->protocol = xstrdup (protocols[i].protocol);
        if (parse_authority (rest, authority, uri, err) < 0)
            return -1;
        return parse_path (rest + authority, protocols[i].slash, uri, err);
    }
    return fail (err, EINVAL, "this protocol is unknown");
}

/* What looks like a host is mostly a name with a slash too few. */
static int
check_local (const struct uri *uri, struct error *err)
{
    if (uri->protocol
        || (!uri->server[0] && !uri->username && !uri->secret))
        return 0;
    return fail (err, EINVAL, "a file has no server: file:///PATH");
}

/* The URI as messages may have it: "USER:SECRET@" without the secret. */
static char *
without_secret (const char *text)
{
    const char *user = strstr (text, "://") + strlen ("://");
    size_t authority = strcspn (user, "/?");
    const char *at = memrchr (user, '@', authority);
    const char *colon = at ? memchr (user, ':', (size_t) (at - user)) : NULL;

    if (!colon)
        return xstrdup (text);
    return xasprintf ("%.*s***%s", (int) (colon + 1 - text), text, at);
}

int
uri_parse (const char *text, struct uri *ret, struct error *err)
{
    const char *mark = strstr (text, "://");
    struct uri uri = { .path = NULL };

    if (!mark || mark == text || memchr (text, '/', (size_t) (mark - text))) {
        ret->path = xstrdup (text);
        return 0;
    }
    if (parse_parts (text, mark + strlen ("://"), &uri, err) < 0
        || check_local (&uri, err) < 0) {
        cleanup_free char *shown = without_secret (text);

        uri_free (&uri);
        return fail_context (err, "-a %s", shown);
    }
    *ret = uri;
    return 0;
}

void
uri_options (const struct uri *uri, struct guestfs_add_drive_opts_argv *opts)
{
    if (!uri->protocol)
        return;
    opts->bitmask |= GUESTFS_ADD_DRIVE_OPTS_PROTOCOL_BITMASK;
    opts->protocol = uri->protocol;
    if (uri->server[0]) {
        opts->bitmask |= GUESTFS_ADD_DRIVE_OPTS_SERVER_BITMASK;
        opts->server = (char **) uri->server;
    }
    if (uri->username) {
        opts->bitmask |= GUESTFS_ADD_DRIVE_OPTS_USERNAME_BITMASK;
        opts->username = uri->username;
    }
    if (uri->secret) {
        opts->bitmask |= GUESTFS_ADD_DRIVE_OPTS_SECRET_BITMASK;
        opts->secret = uri->secret;
    }
}

void
uri_free (struct uri *uri)
{
    free (uri->path);
    free (uri->protocol);
    free (uri->server[0]);
    free (uri->username);
    if (uri->secret)
        explicit_bzero (uri->secret, strlen (uri->secret));
    free (uri->secret);
    *uri = (struct uri) { .path = NULL };
}
