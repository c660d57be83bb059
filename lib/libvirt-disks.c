/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Adding the disks of a domain of libvirt's: each as add_drive would have
 * it.
 */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drive.h"
#include "environment.h"
#include "events.h"
#include "impl.h"
#include "libvirt-disks.h"

/* What is said of one drive, and what belongs to it. */
struct adding {
    struct guestfs_add_drive_opts_argv options;
    char *name;
    char **servers;
    char *secret;
};

static void
adding_free (struct adding *a)
{
    free (a->name);
    string_array_free (a->servers);
    secret_free (&a->secret);
}

#define cleanup_adding __attribute__ ((cleanup (adding_free)))

/* One of a path's protocols: libvirt leaves out the slash. */
static bool
has_paths (const char *protocol)
{
    static const char *const protocols[] = { "ftp", "ftps", "http", "https",
                                             "ssh", "tftp" };

    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
        if (strcmp (protocols[i], protocol) == 0)
            return true;
    return false;
}

static char *
name_on_server (const struct libvirt_disk *d)
{
    if (has_paths (d->protocol) && *d->name != '/')
        return xasprintf ("/%s", d->name);
    if (strcmp (d->protocol, "iscsi") == 0 && !strchr (d->name, '/'))
        return xasprintf ("%s/0", d->name); /* LUN 0 */
    return xstrdup (d->name);
}

static int
add_server (struct strings *servers, const struct libvirt_host *h,
            struct error *err)
{
    bool ipv6 = strchr (h->name, ':') && *h->name != '[';

    if (strcmp (h->transport, "unix") == 0) {
        strings_add_format (servers, "unix:%s", h->socket);
        return 0;
    }
    if (*h->transport && strcmp (h->transport, "tcp") != 0)
        return fail (err, ENOTSUP, "transport '%s' is not possible",
                     h->transport);
    strings_add_format (servers, "%s%s%s%s%s", ipv6 ? "[" : "", h->name,
                        ipv6 ? "]" : "", *h->port ? ":" : "", h->port);
    return 0;
}

/* The functions below find out where a disk of their type is; a disk without
 * an image, such as an empty CD drive, leaves a->name NULL.
 */

static int
find_file (guestfs_h *g, virConnectPtr connection,
           const struct libvirt_disk *d, struct adding *a)
{
    (void) g;
    (void) connection;
    if (*d->file)
        a->name = xstrdup (d->file);
    return 0;
}

static int
find_device (guestfs_h *g, virConnectPtr connection,
             const struct libvirt_disk *d, struct adding *a)
{
    (void) g;
    (void) connection;
    if (*d->device)
        a->name = xstrdup (d->device);
    return 0;
}

static int
find_volume (guestfs_h *g, virConnectPtr connection,
             const struct libvirt_disk *d, struct adding *a)
{
    const struct libvirt *libvirt = load_libvirt (&g->error);
    cleanup_pool virStoragePoolPtr pool = NULL;
    cleanup_volume virStorageVolPtr volume = NULL;

    if (!*d->pool && !*d->volume)
        return 0;
    pool = libvirt->virStoragePoolLookupByName (connection, d->pool);
    if (!pool)
        return fail_libvirt (&g->error, "storage pool '%s'", d->pool);
    volume = libvirt->virStorageVolLookupByName (pool, d->volume);
    if (volume)
        a->name = libvirt->virStorageVolGetPath (volume);
    if (!a->name)
        return fail_libvirt (&g->error, "volume '%s' of the storage pool "
                             "'%s'", d->volume, d->pool);
    return 0;
}

static int
find_on_network (guestfs_h *g, virConnectPtr connection,
                 const struct libvirt_disk *d, struct adding *a)
{
    cleanup_strings struct strings servers = STRINGS_EMPTY;

    if (!*d->protocol)
        return 0;
    if (*d->query)
        return fail (&g->error, ENOTSUP, "a query ('%s') is not possible",
                     d->query);
    if (strcmp (d->tls, "yes") == 0)
        return fail (&g->error, ENOTSUP, "TLS is not possible with the "
                     "protocol '%s'", d->protocol);
    for (size_t i = 0; i < d->nr_hosts; i++)
        if (add_server (&servers, &d->hosts[i], &g->error) < 0)
            return -1;
    if (*d->secret_uuid || *d->secret_usage) {
        a->secret = libvirt_secret (g, connection, d);
        if (!a->secret)
            return -1;
    }
    a->name = name_on_server (d);
    a->servers = strings_steal (&servers);
    a->options.protocol = d->protocol;
    a->options.server = a->servers;
    a->options.username = *d->username ? d->username : NULL;
    a->options.secret = a->secret;
    return 0;
}

static const struct {
    const char *type;
    int (*find) (guestfs_h *g, virConnectPtr connection,
                 const struct libvirt_disk *d, struct adding *a);
} types[] = {
    { "file", find_file },
    { "block", find_device },
    { "volume", find_volume },
    { "network", find_on_network },
};

static int
find_image (guestfs_h *g, virConnectPtr connection,
            const struct libvirt_disk *d, struct adding *a)
{
    if (strcmp (d->slice, "true") == 0)
        return fail (&g->error, ENOTSUP, "it is a part of its image, which "
                     "is not possible");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp (types[i].type, d->type) == 0)
            return types[i].find (g, connection, d, a);
    warning (g, "disk %s of the domain is left out: it is of the type '%s'",
             d->target, d->type);
    return 0;
}

/* What to do with disks that are read-only in the domain. */
static const struct readonlydisk {
    const char *name;
    bool fails, is_skipped, is_readonly;
} readonlydisks[] = {
    { .name = "write" }, /* the default */
    { .name = "read", .is_readonly = true },
    { .name = "error", .fails = true },
    { .name = "ignore", .is_skipped = true },
};

static const struct readonlydisk *
find_readonlydisk (const char *name, struct error *err)
{
    if (!name)
        return &readonlydisks[0];
    for (size_t i = 0; i < sizeof readonlydisks / sizeof *readonlydisks; i++)
        if (strcmp (readonlydisks[i].name, name) == 0)
            return &readonlydisks[i];
    return fail_null (err, EINVAL, "readonlydisk '%s' is none of 'error', "
                      "'ignore', 'read' and 'write'", name);
}

static int
set_options (struct adding *a, const struct libvirt_disk *d,
             const struct domain_options *o, bool readonly, struct error *err)
{
    struct guestfs_add_drive_opts_argv *to = &a->options;
    bool enable = o->discard && strcmp (o->discard, "enable") == 0;

    if (*d->blocksize) {
        to->bitmask |= GUESTFS_ADD_DRIVE_OPTS_BLOCKSIZE_BITMASK;
        if (!parse_int (d->blocksize, 0, 1 << 30, &to->blocksize))
            return fail (err, EINVAL, "logical_block_size '%s' is no number",
                         d->blocksize);
    }
    to->readonly = readonly;
    to->format = *d->format ? d->format : NULL;
    to->iface = o->iface;
    to->cachemode = o->cachemode;
    to->copyonread = o->copyonread;
    /* Said of all disks, it means those that are written to. */
    to->discard = enable && readonly && !o->readonly ? NULL : o->discard;
    return 0;
}

/* Returns 1 if it was added, 0 if there is nothing to add. */
static int
add_disk (guestfs_h *g, virConnectPtr connection,
          const struct libvirt_disk *d, const struct domain_options *o,
          const struct readonlydisk *how)
{
    cleanup_adding struct adding a = { .name = NULL };
    bool protected = strcmp (d->readonly, "true") == 0;

    if (protected && how->is_skipped)
        return 0;
    if (protected && how->fails && !o->readonly)
        return fail (&g->error, EROFS, "it is read-only in the domain");
    if (find_image (g, connection, d, &a) < 0)
        return -1;
    if (!a.name)
        return 0;
    if (set_options (&a, d, o,
                     o->readonly || (protected && how->is_readonly),
                     &g->error) < 0
        || impl_add_drive (g, a.name, &a.options) < 0)
        return -1;
    return 1;
}

int
libvirt_add_disks (guestfs_h *g, virConnectPtr connection,
                   const struct libvirt_disks *disks,
                   const struct domain_options *options)
{
    const struct readonlydisk *how
        = find_readonlydisk (options->readonlydisk, &g->error);
    size_t before = g->nr_drives;
    int count = 0;

    if (!how)
        return -1;
    for (size_t i = 0; i < disks->count; i++) {
        const struct libvirt_disk *d = &disks->item[i];
        int r = add_disk (g, connection, d, options, how);

        if (r < 0) {
            drives_truncate (g, before);
            return fail_context (&g->error, "disk %s of the domain",
                                 d->target);
        }
        count += r;
    }
    return count;
}
