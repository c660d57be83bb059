/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unpacking an archive that the library sends. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>

#include "calls.h"
#include "owner-names.h"
#include "server.h"
#include "sysroot.h"
#include "tar-unpack.h"

/* Chunks that are put together, so that a file is written with few system
 * calls.
 */
#define SOURCE_PIECES 32

struct source {
    struct call *call;
    const struct libarchive *la;
    char *buffer;
};

/* libarchive asks for more. */
static la_ssize_t
read_source (struct archive *a, void *opaque, const void **ret)
{
    struct source *s = opaque;
    struct iovec iov[SOURCE_PIECES];
    int count = receive_pieces (s->call, iov, SOURCE_PIECES);
    size_t size = 0;

    if (count < 0) {
        s->la->archive_set_error (a, s->call->err.errnum, "%s",
                                  s->call->err.message);
        return -1;
    }
    for (int i = 0; i < count; i++) {
        memcpy (s->buffer + size, iov[i].iov_base, iov[i].iov_len);
        size += iov[i].iov_len;
    }
    *ret = s->buffer;
    return (la_ssize_t) size;
}

/* Read what comes after the archive's end. */
static int
drain (struct call *call)
{
    struct iovec iov[SOURCE_PIECES];
    int count;

    while ((count = receive_pieces (call, iov, SOURCE_PIECES)) > 0)
        ;
    return count;
}

static int
open_source (struct source *s, struct archive *a, const char *compress)
{
    const struct compression *c = NULL;
    struct error *err = &s->call->err;

    if (compress) {
        c = find_compression (compress, err);
        if (!c || compression_read (c, s->la, a, err) < 0)
            return -1;
    }
    if (s->la->archive_read_support_format_tar (a) != ARCHIVE_OK
        || s->la->archive_read_support_format_empty (a) != ARCHIVE_OK
        || s->la->archive_read_open (a, s, NULL, read_source, NULL)
               != ARCHIVE_OK)
        return archive_failed (s->la, a, err);
    return 0;
}

/* Below the guest's root, links that are absolute mean the guest's files; in
 * any other directory they leave it.
 */
static uint64_t
resolve_flags (struct call *call, int dir)
{
    struct stat st, root;

    if (fstat (dir, &st) == 0 && fstat (call->daemon->sysroot_fd, &root) == 0
        && st.st_dev == root.st_dev && st.st_ino == root.st_ino)
        return RESOLVE_IN_ROOT;
    return RESOLVE_BENEATH;
}

/* The guest's names, which ACLs of archives may have instead of numbers. */
struct owners {
    struct owner_names *users, *groups;
};

static bool
find_owner (void *opaque, bool group, const char *name, uint32_t *ret)
{
    const struct owners *o = opaque;

    return owner_id (group ? o->groups : o->users, name, ret);
}

static int
unpack (struct source *s, struct archive *a, int dir,
        const struct tar_in_opts *opts)
{
    cleanup_tree_maker struct tree_maker maker = TREE_MAKER (dir);
    cleanup_owner_names struct owner_names users = { 0 }, groups = { 0 };
    struct owners owners = { &users, &groups };
    struct tar_unpack u = {
        .la = s->la,
        .archive = a,
        .maker = &maker,
        .xattrs = { .plain = opts->xattrs, .selinux = opts->selinux,
                    .acls = opts->acls },
        .find_owner = find_owner,
        .opaque = &owners,
    };
    mode_t before = umask (0);
    int r;

    if (opts->acls) {
        owner_names_read (s->call, "/etc/passwd", &users);
        owner_names_read (s->call, "/etc/group", &groups);
    }
    maker.resolve = resolve_flags (s->call, dir);
    maker.exact = maker.no_umask = true;
    maker.keep_links = opts->keepdirlink;
    r = tar_unpack (&u, &s->call->err);
    umask (before);
    return r < 0 ? -1 : drain (s->call);
}

static int
receive_tar (struct call *call, const char *directory, const char *compress,
             const struct tar_in_opts *opts)
{
    cleanup_fd int dir = sysroot_open (call, directory,
                                       O_RDONLY | O_DIRECTORY, 0);
    cleanup_free char *buffer = xmalloc (SOURCE_PIECES * WIRE_CHUNK_MAX);
    struct source s = { .call = call, .buffer = buffer };
    struct archive *a;
    int r;

    if (dir < 0)
        return -1;
    s.la = load_libarchive (&call->err);
    if (!s.la)
        return -1;
    a = s.la->archive_read_new ();
    r = open_source (&s, a, compress);
    if (r == 0)
        r = unpack (&s, a, dir, opts);
    s.la->archive_read_free (a);
    return r;
}

int
do_tar_in (struct call *call, const char *directory,
           const struct tar_in_opts *opts)
{
    return receive_tar (call, directory,
                        opts->given & TAR_IN_COMPRESS ? opts->compress : NULL,
                        opts);
}

int
do_tgz_in (struct call *call, const char *directory)
{
    const struct tar_in_opts none = { 0 };

    return receive_tar (call, directory, "gzip", &none);
}

int
do_txz_in (struct call *call, const char *directory)
{
    const struct tar_in_opts none = { 0 };

    return receive_tar (call, directory, "xz", &none);
}
