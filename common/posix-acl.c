/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* POSIX ACLs as extended attributes and as libarchive has them. */

#include "config.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "memory.h"
#include "posix-acl.h"

/* linux/posix_acl_xattr.h, all little endian: a version, then entries of
 * tag, permissions and id.
 */
#define ACL_VERSION 2
#define HEADER_SIZE 4
#define ENTRY_SIZE 8
#define NO_ID UINT32_C (0xffffffff)

/* In the order that the kernel demands. */
static const struct {
    uint16_t tag; /* linux/posix_acl.h */
    int archive;
    bool has_id;
} tags[] = {
    { 0x01, ARCHIVE_ENTRY_ACL_USER_OBJ, false },
    { 0x02, ARCHIVE_ENTRY_ACL_USER, true },
    { 0x04, ARCHIVE_ENTRY_ACL_GROUP_OBJ, false },
    { 0x08, ARCHIVE_ENTRY_ACL_GROUP, true },
    { 0x10, ARCHIVE_ENTRY_ACL_MASK, false },
    { 0x20, ARCHIVE_ENTRY_ACL_OTHER, false },
};
#define NR_TAGS (sizeof tags / sizeof *tags)

static uint16_t
get16 (const unsigned char *p)
{
    return (uint16_t) (p[0] | p[1] << 8);
}

static uint32_t
get32 (const unsigned char *p)
{
    return get16 (p) | (uint32_t) get16 (p + 2) << 16;
}

static void
put_entry (unsigned char *p, uint16_t tag, uint16_t perm, uint32_t id)
{
    uint16_t tag_le = htole16 (tag), perm_le = htole16 (perm);
    uint32_t id_le = htole32 (id);

    memcpy (p, &tag_le, 2);
    memcpy (p + 2, &perm_le, 2);
    memcpy (p + 4, &id_le, 4);
}

static int
add_one (const struct libarchive *la, struct archive_entry *entry, int type,
         const unsigned char *p, struct error *err)
{
    for (size_t i = 0; i < NR_TAGS; i++)
        if (tags[i].tag == get16 (p)) {
            int id = tags[i].has_id ? (int) get32 (p + 4) : -1;

            la->archive_entry_acl_add_entry (entry, type, get16 (p + 2),
                                             tags[i].archive, id, NULL);
            return 0;
        }
    return fail (err, EINVAL, "ACL with an unknown tag 0x%x", get16 (p));
}

int
posix_acl_to_entry (const struct libarchive *la, struct archive_entry *entry,
                    const struct xattr *x, struct error *err)
{
    const unsigned char *p = x->value;
    int type = strcmp (x->name, XATTR_ACL_DEFAULT) == 0
                   ? ARCHIVE_ENTRY_ACL_TYPE_DEFAULT
                   : ARCHIVE_ENTRY_ACL_TYPE_ACCESS;

    if (x->size < HEADER_SIZE || (x->size - HEADER_SIZE) % ENTRY_SIZE != 0
        || get32 (p) != ACL_VERSION)
        return fail (err, EINVAL, "ACL that can't be understood");
    for (size_t i = HEADER_SIZE; i < x->size; i += ENTRY_SIZE)
        if (add_one (la, entry, type, p + i, err) < 0)
            return -1;
    return 0;
}

/* Append the entries with one tag.  libarchive keeps them in any order. */
static unsigned char *
put_tag (const struct libarchive *la, struct archive_entry *entry, int type,
         size_t i, unsigned char *p)
{
    int t, permset, tag, id;
    const char *name;

    la->archive_entry_acl_reset (entry, type);
    while (la->archive_entry_acl_next (entry, type, &t, &permset, &tag, &id,
                                       &name)
           == ARCHIVE_OK)
        if (tag == tags[i].archive) {
            put_entry (p, tags[i].tag, (uint16_t) (permset & 7),
                       tags[i].has_id ? (uint32_t) id : NO_ID);
            p += ENTRY_SIZE;
        }
    return p;
}

static void
add_acl (const struct libarchive *la, struct archive_entry *entry, int type,
         const char *name, struct xattr_list *ret)
{
    int count = la->archive_entry_acl_count (entry, type);
    cleanup_free unsigned char *value = NULL;
    unsigned char *p;

    if (count <= 0)
        return;
    /* libarchive adds the three of the mode to what it counts. */
    value = xcalloc (HEADER_SIZE + ((size_t) count + 3) * ENTRY_SIZE, 1);
    value[0] = ACL_VERSION;
    p = value + HEADER_SIZE;
    for (size_t i = 0; i < NR_TAGS; i++)
        p = put_tag (la, entry, type, i, p);
    xattr_list_add (ret, name, value, (size_t) (p - value));
}

void
posix_acl_from_entry (const struct libarchive *la,
                      struct archive_entry *entry, struct xattr_list *ret)
{
    add_acl (la, entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, XATTR_ACL_ACCESS, ret);
    add_acl (la, entry, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT, XATTR_ACL_DEFAULT,
             ret);
}
