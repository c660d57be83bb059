/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Domains of libvirt's: whose disks to add. */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "impl.h"
#include "libvirt-auth.h"
#include "libvirt-disks.h"

#define UUID_LENGTH 36 /* with its dashes */

static bool
is_uuid (const char *s)
{
    return strlen (s) == UUID_LENGTH
           && strspn (s, "0123456789abcdefABCDEF-") == UUID_LENGTH;
}

static virDomainPtr
find_domain (virConnectPtr connection, const char *name, bool allow_uuid,
             struct error *err)
{
    const struct libvirt *libvirt = load_libvirt (err);
    virDomainPtr domain = NULL;

    if (allow_uuid && is_uuid (name))
        domain = libvirt->virDomainLookupByUUIDString (connection, name);
    if (!domain)
        domain = libvirt->virDomainLookupByName (connection, name);
    if (!domain)
        fail_libvirt (err, "domain '%s'", name);
    return domain;
}

static int
check_domain (guestfs_h *g, virDomainPtr domain,
              const struct domain_options *o)
{
    const struct libvirt *libvirt = load_libvirt (&g->error);
    const char *name = libvirt->virDomainGetName (domain);
    int active;

    if (o->readonly)
        return 0;
    active = libvirt->virDomainIsActive (domain);
    if (!name || active < 0)
        return fail_libvirt (&g->error, "domain '%s'", name ? name : "");
    if (active > 0)
        return fail (&g->error, EBUSY, "domain '%s' is running: whoever else "
                     "writes to its disks destroys them; they can be added "
                     "with the option 'readonly'", name);
    if (libvirt->virDomainHasManagedSaveImage (domain, 0) > 0)
        warning (g, "domain '%s': its memory was saved, and won't fit disks "
                 "that were written to: before it is started, it must be "
                 "thrown away (virsh managedsave-remove)", name);
    return 0;
}

/* Checked before libvirt is asked for anything. */
static int
check_options (guestfs_h *g, const struct domain_options *o)
{
    if (o->live)
        return fail (&g->error, ENOTSUP, "live: what ran inside of the domain "
                     "for that does not exist any more; its disks can be "
                     "added with the option 'readonly'");
    return 0;
}

static int
add_disks_of (guestfs_h *g, virConnectPtr connection, virDomainPtr domain,
              const struct domain_options *o)
{
    const struct libvirt *libvirt = load_libvirt (&g->error);
    cleanup_libvirt_disks struct libvirt_disks disks = { .item = NULL };
    cleanup_free char *xml = NULL;

    if (check_domain (g, domain, o) < 0)
        return -1;
    xml = libvirt->virDomainGetXMLDesc (domain, 0);
    if (!xml)
        return fail_libvirt (&g->error, "the description of the domain");
    if (libvirt_parse (xml, &disks, &g->error) < 0)
        return -1;
    return libvirt_add_disks (g, connection, &disks, o);
}

int
impl_add_domain (guestfs_h *g, const char *dom,
                 const struct guestfs_add_domain_argv *o)
{
    const struct domain_options options = {
        .readonly = o->readonly,
        .live = o->live,
        .copyonread = o->copyonread,
        .iface = o->iface,
        .readonlydisk = o->readonlydisk,
        .cachemode = o->cachemode,
        .discard = o->discard,
    };
    cleanup_connection virConnectPtr connection = NULL;
    cleanup_domain virDomainPtr domain = NULL;

    if (check_options (g, &options) < 0)
        return -1;
    connection = libvirt_connect (g, o->libvirturi, VIR_CONNECT_RO);
    if (!connection)
        return -1;
    domain = find_domain (connection, dom, o->allowuuid, &g->error);
    return domain ? add_disks_of (g, connection, domain, &options) : -1;
}

/* The program uses libvirt itself, and lends us its domain. */
int
impl_add_libvirt_dom (guestfs_h *g, void *dom,
                      const struct guestfs_add_libvirt_dom_argv *o)
{
    const struct libvirt *libvirt = load_libvirt (&g->error);
    const struct domain_options options = {
        .readonly = o->readonly,
        .live = o->live,
        .copyonread = o->copyonread,
        .iface = o->iface,
        .readonlydisk = o->readonlydisk,
        .cachemode = o->cachemode,
        .discard = o->discard,
    };
    virConnectPtr connection;

    if (!libvirt || check_options (g, &options) < 0)
        return -1;
    connection = libvirt->virDomainGetConnect (dom);
    if (!connection)
        return fail_libvirt (&g->error, "dom");
    return add_disks_of (g, connection, dom, &options);
}
