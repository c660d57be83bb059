/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unpacking a tar archive. */

#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"
#include "string-list.h"
#include "tar-unpack.h"
#include "utf8.h"

/* The path of a member below the target. */
static char *
member_path (const struct tar_unpack *u, const char *name, struct error *err)
{
    cleanup_free char *path = NULL;

    if (!name)
        return fail_null (err, EINVAL, "a member without a name");
    path = tree_clean_path (name, err);
    if (!path || !u->prefix)
        return steal (&path);
    return xasprintf ("%s%s%s", u->prefix, *path ? "/" : "", path);
}

static int
write_at (int fd, const char *p, size_t size, off_t offset)
{
    while (size > 0) {
        ssize_t n = pwrite (fd, p, size, offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        p += n;
        offset += n;
        size -= (size_t) n;
    }
    return 0;
}

/* What is missing between the pieces of a sparse file stays a hole. */
static int
write_content (const struct tar_unpack *u, int fd, const char *path,
               int64_t size, struct error *err)
{
    int64_t end = 0;

    for (;;) {
        const void *data;
        size_t n;
        la_int64_t offset;
        int r = u->la->archive_read_data_block (u->archive, &data, &n,
                                                &offset);

        if (r == ARCHIVE_EOF)
            break;
        if (r < ARCHIVE_WARN)
            return archive_failed (u->la, u->archive, err);
        if (write_at (fd, data, n, offset) < 0)
            return fail (err, errno, "%s: %m", path);
        if (n > 0)
            end = offset + (int64_t) n;
    }
    if (end < size && ftruncate (fd, size) < 0)
        return fail (err, errno, "%s: %" PRIi64 " bytes: %m", path, size);
    return 0;
}

static int
unpack_file (const struct tar_unpack *u, struct archive_entry *entry,
             const char *path, const struct tree_attrs *attrs,
             struct error *err)
{
    cleanup_fd int fd = tree_make_file (u->maker, path, attrs, err);
    int64_t size = u->la->archive_entry_size (entry);

    if (fd < 0)
        return -1;
    if (size > 0 && write_content (u, fd, path, size, err) < 0)
        return -1;
    if (tree_finish_file (u->maker, fd, path, attrs, err) < 0)
        return -1;
    if (close (steal_fd (&fd)) < 0)
        return fail (err, errno, "%s: %m", path);
    return 0;
}

static int
unpack_link (const struct tar_unpack *u, struct archive_entry *entry,
             const char *path, struct error *err)
{
    cleanup_free char *existing =
        member_path (u, u->la->archive_entry_hardlink (entry), err);

    if (!existing)
        return -1;
    return tree_make_link (u->maker, path, existing, err);
}

static int
unpack_symlink (const struct tar_unpack *u, struct archive_entry *entry,
                const char *path, const struct tree_attrs *attrs,
                struct error *err)
{
    const char *target = u->la->archive_entry_symlink (entry);

    if (!target || !*target)
        return fail (err, EINVAL, "%s: a symbolic link without a target",
                     path);
    return tree_make_symlink (u->maker, path, target, attrs, err);
}

static int
unpack_member (const struct tar_unpack *u, struct archive_entry *entry,
               const char *path, const struct tree_attrs *attrs,
               struct error *err)
{
    if (u->la->archive_entry_hardlink (entry))
        return unpack_link (u, entry, path, err);
    switch (attrs->mode & S_IFMT) {
    case S_IFREG:
        return unpack_file (u, entry, path, attrs, err);
    case S_IFDIR:
        return tree_make_directory (u->maker, path, attrs, err);
    case S_IFLNK:
        return unpack_symlink (u, entry, path, attrs, err);
    case S_IFCHR:
    case S_IFBLK:
    case S_IFIFO:
        return tree_make_special (u->maker, path,
                                  u->la->archive_entry_rdev (entry), attrs,
                                  err);
    }
    return fail (err, EINVAL, "%s: a member of an unknown type", path);
}

/* The chosen attributes of a member, and its ACLs. */
static int
member_xattrs (const struct tar_unpack *u, struct archive_entry *entry,
               struct xattr_list *ret, struct error *err)
{
    const char *name;
    const void *value;
    size_t size;

    u->la->archive_entry_xattr_reset (entry);
    while (u->la->archive_entry_xattr_next (entry, &name, &value, &size)
           == ARCHIVE_OK)
        if (name && !string_starts_with (name, "system.")
            && xattr_is_chosen (&u->xattrs, name))
            xattr_list_add (ret, name, value, size);
    if (!u->xattrs.acls)
        return 0;
    return posix_acl_from_entry (u->la, entry, u->find_owner, u->opaque, ret,
                                 err);
}

static void
member_attrs (const struct tar_unpack *u, struct archive_entry *entry,
              struct tree_attrs *ret)
{
    const struct libarchive *la = u->la;

    *ret = (struct tree_attrs) {
        .mode = la->archive_entry_mode (entry),
        .uid = (uid_t) la->archive_entry_uid (entry),
        .gid = (gid_t) la->archive_entry_gid (entry),
        .times = {
            { .tv_nsec = UTIME_NOW },
            { .tv_sec = la->archive_entry_mtime (entry),
              .tv_nsec = la->archive_entry_mtime_nsec (entry) },
        },
    };
    if (la->archive_entry_atime_is_set (entry))
        ret->times[0] = (struct timespec) {
            .tv_sec = la->archive_entry_atime (entry),
            .tv_nsec = la->archive_entry_atime_nsec (entry),
        };
}

static int
unpack_entry (const struct tar_unpack *u, struct archive_entry *entry,
              struct error *err)
{
    cleanup_xattr_list struct xattr_list xattrs = { 0 };
    cleanup_free char *path =
        member_path (u, u->la->archive_entry_pathname (entry), err);
    struct tree_attrs attrs;

    if (!path)
        return -1;
    member_attrs (u, entry, &attrs);
    if (u->xattrs.plain || u->xattrs.selinux || u->xattrs.acls) {
        if (member_xattrs (u, entry, &xattrs, err) < 0)
            return fail_context (err, "%s", path);
        attrs.xattrs = &xattrs;
    }
    return unpack_member (u, entry, path, &attrs, err);
}

int
tar_unpack (struct tar_unpack *u, struct error *err)
{
    cleanup_utf8 locale_t locale = utf8_begin ();

    (void) locale;
    for (;;) {
        struct archive_entry *entry;
        int r = u->la->archive_read_next_header (u->archive, &entry);

        if (r == ARCHIVE_EOF)
            return tree_finish (u->maker, err);
        /* ARCHIVE_WARN is for names that are no UTF-8: they are bytes. */
        if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
            return archive_failed (u->la, u->archive, err);
        if (unpack_entry (u, entry, err) < 0)
            return -1;
    }
}
