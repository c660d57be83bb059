/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packing a tree of files into a tar archive. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "io.h"
#include "memory.h"
#include "posix-acl.h"
#include "string-list.h"
#include "tar-pack.h"
#include "utf8.h"

/* What is read of a file at once, and where in memory: O_DIRECT wants that. */
#define BLOCK_SIZE (1 << 20)
#define ALIGNMENT 4096

/* From this size on the page cache is passed by. */
#define DIRECT_MIN (1 << 20)

/* What is written of a hole at once. */
#define HOLE_SIZE (256 << 10)

int
tar_pack_format (const struct libarchive *la, struct archive *a,
                 struct error *err)
{
    /* The header of attributes that tar(1) knows, too. */
    if (la->archive_write_set_format_pax (a) != ARCHIVE_OK
        || la->archive_write_set_options (a, "xattrheader=SCHILY")
               != ARCHIVE_OK)
        return archive_failed (la, a, err);
    return 0;
}

bool
path_is_excluded (char *const *excludes, const char *path)
{
    for (; excludes && *excludes; excludes++)
        for (const char *p = path; p; p = strchr (p, '/')) {
            p += *p == '/';
            if (fnmatch (*excludes, p, 0) == 0)
                return true;
        }
    return false;
}

static bool
skip (void *opaque, const char *path)
{
    const struct tar_pack *p = opaque;
    cleanup_free char *name = xasprintf ("%s%s", p->prefix, path);

    return path_is_excluded (p->excludes, name);
}

static int
add_xattr (struct tar_pack *p, const struct xattr *x, struct error *err)
{
    if (strcmp (x->name, XATTR_ACL_ACCESS) == 0
        || strcmp (x->name, XATTR_ACL_DEFAULT) == 0)
        return posix_acl_to_entry (p->la, p->entry, x, err);
    p->la->archive_entry_xattr_add_entry (p->entry, x->name, x->value,
                                          x->size);
    return 0;
}

static int
add_xattrs (struct tar_pack *p, const struct walk_entry *e,
            struct error *err)
{
    cleanup_xattr_list struct xattr_list list = { 0 };

    if (!p->xattrs.plain && !p->xattrs.selinux && !p->xattrs.acls)
        return 0;
    if (xattr_list_read (&list, &p->xattrs, e->fd, e->dir, e->name, e->path,
                         err) < 0)
        return -1;
    for (size_t i = 0; i < list.count; i++)
        if (add_xattr (p, &list.item[i], err) < 0)
            return fail_context (err, "%s", e->path);
    return 0;
}

static bool
is_sparse (const struct stat *st)
{
    return S_ISREG (st->st_mode)
           && (int64_t) st->st_blocks * 512 < st->st_size;
}

/* Where a file has data, from offset on; at the end both are its size. */
static int
next_data (const struct walk_entry *e, off_t offset, off_t *ret_start,
           off_t *ret_end, struct error *err)
{
    off_t start = lseek (e->fd, offset, SEEK_DATA), end;

    /* ENXIO: nothing but a hole follows. */
    if (start < 0 && errno == ENXIO)
        start = e->st.st_size;
    if (start < 0)
        return fail (err, errno, "%s: %m", e->path);
    end = start < e->st.st_size ? lseek (e->fd, start, SEEK_HOLE)
                                : e->st.st_size;
    if (end < 0)
        return fail (err, errno, "%s: %m", e->path);
    *ret_start = start;
    *ret_end = end < e->st.st_size ? end : e->st.st_size;
    return 0;
}

static int
add_sparse_map (struct tar_pack *p, const struct walk_entry *e,
                struct error *err)
{
    off_t start, end;

    if (!is_sparse (&e->st))
        return 0;
    for (off_t at = 0; at < e->st.st_size; at = end) {
        if (next_data (e, at, &start, &end, err) < 0)
            return -1;
        p->la->archive_entry_sparse_add_entry (p->entry, start, end - start);
    }
    return 0;
}

static void
set_stat (struct tar_pack *p, const struct stat *st)
{
    const struct libarchive *la = p->la;

    la->archive_entry_set_mode (p->entry, st->st_mode);
    la->archive_entry_set_uid (p->entry, st->st_uid);
    la->archive_entry_set_gid (p->entry, st->st_gid);
    la->archive_entry_set_mtime (p->entry, st->st_mtim.tv_sec,
                                 st->st_mtim.tv_nsec);
    la->archive_entry_set_size (p->entry,
                                S_ISREG (st->st_mode) ? st->st_size : 0);
    if (S_ISCHR (st->st_mode) || S_ISBLK (st->st_mode))
        la->archive_entry_set_rdev (p->entry, st->st_rdev);
    if (p->user)
        la->archive_entry_copy_uname (p->entry,
                                      p->user (p->opaque, st->st_uid));
    if (p->group)
        la->archive_entry_copy_gname (p->entry,
                                      p->group (p->opaque, st->st_gid));
}

static int
add_data (struct tar_pack *p, const void *data, size_t size,
          struct error *err)
{
    if (p->la->archive_write_data (p->archive, data, size)
        != (la_ssize_t) size)
        return archive_failed (p->la, p->archive, err);
    return 0;
}

static bool
set_direct (int fd, bool on)
{
    int flags = fcntl (fd, F_GETFL);

    return flags >= 0
           && fcntl (fd, F_SETFL, on ? flags | O_DIRECT
                                     : flags & ~O_DIRECT) == 0;
}

/* Read up to want bytes.  With O_DIRECT it is always a whole buffer that is
 * asked for, and fewer come at the end of the file; file systems that refuse
 * it do so now, or after a piece that was none.
 */
static ssize_t
read_piece (struct tar_pack *p, int fd, size_t want, bool *direct)
{
    ssize_t n;

    do
        n = read (fd, p->buffer, *direct ? BLOCK_SIZE : want);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EINVAL && *direct && set_direct (fd, false)) {
        *direct = false;
        n = read_full (fd, p->buffer, want);
    }
    return n > (ssize_t) want ? (ssize_t) want : n;
}

static int
pack_data (struct tar_pack *p, const struct walk_entry *e, off_t size,
           struct error *err)
{
    bool direct = p->direct && size >= DIRECT_MIN && set_direct (e->fd, true);

    while (size > 0) {
        size_t want = size < BLOCK_SIZE ? (size_t) size : BLOCK_SIZE;
        ssize_t n = read_piece (p, e->fd, want, &direct);

        if (n < 0)
            return fail (err, errno, "%s: %m", e->path);
        if (n == 0)
            return fail (err, EIO, "%s: it ends before its size", e->path);
        if (add_data (p, p->buffer, (size_t) n, err) < 0)
            return -1;
        size -= n;
    }
    /* The next piece may be a small one. */
    if (direct)
        set_direct (e->fd, false);
    return 0;
}

/* libarchive wants to see a hole pass by, and leaves it out. */
static int
pack_hole (struct tar_pack *p, off_t size, struct error *err)
{
    static const char zeros[HOLE_SIZE];

    while (size > 0) {
        size_t n = size < HOLE_SIZE ? (size_t) size : HOLE_SIZE;

        if (add_data (p, zeros, n, err) < 0)
            return -1;
        size -= (off_t) n;
    }
    return 0;
}

static int
pack_sparse_content (struct tar_pack *p, const struct walk_entry *e,
                     struct error *err)
{
    off_t start, end;

    for (off_t at = 0; at < e->st.st_size; at = end) {
        if (next_data (e, at, &start, &end, err) < 0
            || pack_hole (p, start - at, err) < 0)
            return -1;
        if (lseek (e->fd, start, SEEK_SET) < 0)
            return fail (err, errno, "%s: %m", e->path);
        if (pack_data (p, e, end - start, err) < 0)
            return -1;
    }
    return 0;
}

static int
pack_content (struct tar_pack *p, const struct walk_entry *e,
              struct error *err)
{
    if (is_sparse (&e->st))
        return pack_sparse_content (p, e, err);
    if (e->data)
        return add_data (p, e->data, (size_t) e->st.st_size, err);
    return pack_data (p, e, e->st.st_size, err);
}

static int
pack_entry (struct tar_pack *p, const struct walk_entry *e, const char *name,
            struct error *err)
{
    const struct libarchive *la = p->la;
    const char *link = S_ISDIR (e->st.st_mode)
                           ? NULL
                           : link_table_find (&p->links, &e->st, name);

    la->archive_entry_clear (p->entry);
    la->archive_entry_copy_pathname (p->entry, name);
    set_stat (p, &e->st);
    if (link) {
        la->archive_entry_set_size (p->entry, 0);
        la->archive_entry_copy_hardlink (p->entry, link);
    } else if (e->target) {
        la->archive_entry_copy_symlink (p->entry, e->target);
    }
    if (!link && (add_xattrs (p, e, err) < 0 || add_sparse_map (p, e, err) < 0))
        return -1;
    /* ARCHIVE_WARN is for names that are no UTF-8, which work. */
    if (la->archive_write_header (p->archive, p->entry) < ARCHIVE_WARN)
        return archive_failed (la, p->archive, err);
    return link || !S_ISREG (e->st.st_mode) ? 0 : pack_content (p, e, err);
}

static int
visit (void *opaque, const struct walk_entry *e, struct error *err)
{
    struct tar_pack *p = opaque;
    cleanup_free char *name = NULL;

    /* They mean nothing once their program has ended, and tar has no type
     * for them.
     */
    if (S_ISSOCK (e->st.st_mode))
        return 0;
    name = xasprintf ("%s%s", p->prefix, e->path);
    return pack_entry (p, e, name, err);
}

int
tar_pack (struct tar_pack *p, int dir, const char *name, const char *path,
          struct error *err)
{
    cleanup_utf8 locale_t locale = utf8_begin ();
    struct file_walk walk = {
        .visit = visit,
        .skip = p->excludes ? skip : NULL,
        .opaque = p,
        .ahead = p->ahead,
    };
    int r;

    (void) locale;
    p->entry = p->la->archive_entry_new ();
    p->buffer = aligned_alloc (ALIGNMENT, BLOCK_SIZE);
    if (!p->buffer)
        out_of_memory ();
    r = file_walk (&walk, dir, name, path, err);
    p->la->archive_entry_free (p->entry);
    free (p->buffer);
    link_table_free (&p->links);
    return r;
}
