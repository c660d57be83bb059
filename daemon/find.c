/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that go through whole trees of files. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "calls.h"
#include "link-table.h"
#include "output.h"
#include "sysroot.h"
#include "tree.h"

static int
send_path (void *opaque, const struct tree_entry *entry, struct error *err)
{
    (void) err; /* it is that of the output's call */
    return output_add (opaque, entry->path, strlen (entry->path) + 1);
}

int
do_find0 (struct call *call, const char *directory)
{
    static const struct tree_visitor sender = { .entry = send_path };
    cleanup_output struct output output = { 0 };
    int fd = sysroot_open (call, directory, O_RDONLY | O_DIRECTORY, 0);

    if (fd < 0)
        return -1;
    output_init (&output, call);
    if (tree_walk (fd, directory, &sender, &output, &call->err) < 0)
        return -1;
    return output_end (&output);
}

/* What a tree takes up. */
struct usage {
    struct call *call;
    const char *path;
    uint64_t blocks; /* of 512 bytes */
    struct link_table counted;
    uint64_t files, files_max; /* for the progress bar */
};

static void
count_file (struct usage *u, const struct stat *st, const char *path)
{
    if (S_ISDIR (st->st_mode) || !link_table_find (&u->counted, st, path))
        u->blocks += (uint64_t) st->st_blocks;
    u->files++;
    if (u->files < u->files_max)
        progress (u->call, u->files, u->files_max);
}

static int
count_entry (void *opaque, const struct tree_entry *entry, struct error *err)
{
    struct usage *u = opaque;
    struct stat st;

    if (fstatat (entry->dirfd, entry->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return fail (err, errno, "%s/%s: %m", u->path, entry->path);
    count_file (u, &st, entry->path);
    return 0;
}

/* The bar goes by how many files the whole file system has. */
static void
guess_files (struct usage *u, int fd)
{
    struct statvfs st;

    if (fstatvfs (fd, &st) == 0 && st.f_files > st.f_ffree)
        u->files_max = st.f_files - st.f_ffree;
}

static int
count_tree (struct usage *u, int take_fd)
{
    static const struct tree_visitor counter = { .entry = count_entry };

    guess_files (u, take_fd);
    if (tree_walk (take_fd, u->path, &counter, u, &u->call->err) < 0)
        return -1;
    if (u->files_max > 0)
        progress (u->call, u->files_max, u->files_max);
    return 0;
}

int64_t
do_du (struct call *call, const char *path)
{
    struct usage u = { .call = call, .path = path };
    struct stat st;
    int fd, r = 0;

    if (sysroot_stat (call, path, false, &st) < 0)
        return -1;
    count_file (&u, &st, path);
    if (S_ISDIR (st.st_mode)) {
        fd = sysroot_open (call, path, O_RDONLY | O_DIRECTORY, 0);
        r = fd < 0 ? -1 : count_tree (&u, fd);
    }
    link_table_free (&u.counted);
    return r < 0 ? -1 : (int64_t) ((u.blocks + 1) / 2);
}
