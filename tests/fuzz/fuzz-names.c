/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: names of many kinds that come from a guest: those of users
 * in its /etc/passwd, of logical volumes, of files in archives, and of
 * users in ACLs.
 */

#include "config.h"

#include <sys/mman.h>
#include <unistd.h>

#include "content.h"
#include "dm-names.h"
#include "fuzz.h"
#include "io.h"
#include "memory.h"
#include "owner-names.h"
#include "posix-acl.h"
#include "tree-make.h"

static const uint8_t *passwd;
static size_t passwd_size;

/* In the place of the daemon's: /etc/passwd. */
int
content_open (struct call *call, const char *name, bool device)
{
    int fd = memfd_create ("passwd", MFD_CLOEXEC);

    (void) call, (void) name, (void) device;
    check (fd >= 0 && write_full (fd, passwd, passwd_size) == 0);
    check (lseek (fd, 0, SEEK_SET) == 0);
    return fd;
}

static void
fuzz_owners (const uint8_t *data, size_t size)
{
    cleanup_owner_names struct owner_names names;
    struct call call = { 0 };

    passwd = data;
    passwd_size = size;
    owner_names_read (&call, "/etc/passwd", &names);
    check (!call.err.message);
    for (uint32_t id = 0; id < 10; id++) {
        const char *name = owner_name (&names, id);
        uint32_t again;

        check (!name || *name);
        check (!name || owner_id (&names, name, &again));
    }
}

static void
fuzz_volume (const char *text)
{
    cleanup_lv_name struct lv_name name = { 0 };

    if (!lv_name_parse (text, &name))
        return;
    check (*name.vg && *name.lv);
    check (strlen (name.vg) + strlen (name.lv) < strlen (text));
}

static bool
has_dots (const char *path)
{
    for (const char *p = path; p; p = strchr (p, '/')) {
        p += *p == '/';
        if (strncmp (p, "..", 2) == 0 && (!p[2] || p[2] == '/'))
            return true;
    }
    return false;
}

static void
fuzz_path (const char *text)
{
    cleanup_error struct error err = { 0 };
    cleanup_free char *path = tree_clean_path (text, &err);

    check ((path == NULL) == (err.message != NULL));
    if (!path)
        return;
    check (strlen (path) <= strlen (text));
    check (*path != '/' && !has_dots (path) && !strstr (path, "//"));
    check (!*path || path[strlen (path) - 1] != '/');
}

static bool
find_owner (void *opaque, bool group, const char *name, uint32_t *ret)
{
    (void) opaque, (void) group;
    *ret = (uint32_t) strlen (name);
    return true;
}

/* There and back. */
static void
fuzz_acl (const struct libarchive *la, const uint8_t *data, size_t size)
{
    struct archive_entry *entry = la->archive_entry_new ();
    const struct xattr x = {
        .name = (char *) XATTR_ACL_ACCESS,
        .value = (void *) data,
        .size = size,
    };
    cleanup_xattr_list struct xattr_list list = { 0 };
    cleanup_error struct error err = { 0 };

    if (posix_acl_to_entry (la, entry, &x, &err) == 0)
        posix_acl_from_entry (la, entry, find_owner, NULL, &list, &err);
    la->archive_entry_free (entry);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    cleanup_free char *text = xstrndup ((const char *) data, size);
    cleanup_error struct error err = { 0 };
    const struct libarchive *la = load_libarchive (&err);

    check (la);
    fuzz_owners (data, size);
    fuzz_volume (text);
    fuzz_path (text);
    fuzz_acl (la, data, size);
    return 0;
}
