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

/* An ACL while it is put together. */
struct builder {
    const struct libarchive *la;
    struct archive_entry *entry;
    owner_finder find;
    void *opaque;
    unsigned char *end; /* of what is there */
};

static int
find_id (const struct builder *b, size_t tag, int id, const char *name,
         uint32_t *ret, struct error *err)
{
    bool group = tags[tag].archive == ARCHIVE_ENTRY_ACL_GROUP;

    *ret = tags[tag].has_id ? (uint32_t) id : NO_ID;
    if (!tags[tag].has_id || id != -1)
        return 0;
    if (name && b->find && b->find (b->opaque, group, name, ret))
        return 0;
    return fail (err, EINVAL, "ACL for the unknown %s '%s'",
                 group ? "group" : "user", name ? name : "");
}

/* Append the entries with one tag.  libarchive keeps them in any order. */
static int
put_tag (struct builder *b, int type, size_t i, struct error *err)
{
    int t, permset, tag, id;
    const char *name;
    uint32_t number;

    b->la->archive_entry_acl_reset (b->entry, type);
    while (b->la->archive_entry_acl_next (b->entry, type, &t, &permset, &tag,
                                          &id, &name)
           == ARCHIVE_OK) {
        if (tag != tags[i].archive)
            continue;
        if (find_id (b, i, id, name, &number, err) < 0)
            return -1;
        put_entry (b->end, tags[i].tag, (uint16_t) (permset & 7), number);
        b->end += ENTRY_SIZE;
    }
    return 0;
}

static int
add_acl (struct builder *b, int type, const char *name,
         struct xattr_list *ret, struct error *err)
{
    int count = b->la->archive_entry_acl_count (b->entry, type);
    cleanup_free unsigned char *value = NULL;

    if (count <= 0)
        return 0;
    /* libarchive adds the three of the mode to what it counts. */
    value = xcalloc (HEADER_SIZE + ((size_t) count + 3) * ENTRY_SIZE, 1);
    value[0] = ACL_VERSION;
    b->end = value + HEADER_SIZE;
    for (size_t i = 0; i < NR_TAGS; i++)
        if (put_tag (b, type, i, err) < 0)
            return -1;
    xattr_list_add (ret, name, value, (size_t) (b->end - value));
    return 0;
}

int
posix_acl_from_entry (const struct libarchive *la,
                      struct archive_entry *entry, owner_finder find,
                      void *opaque, struct xattr_list *ret,
                      struct error *err)
{
    struct builder b = { .la = la, .entry = entry, .find = find,
                         .opaque = opaque };

    if (add_acl (&b, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, XATTR_ACL_ACCESS, ret,
                 err) < 0)
        return -1;
    return add_acl (&b, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT, XATTR_ACL_DEFAULT,
                    ret, err);
}
