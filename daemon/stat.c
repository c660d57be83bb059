/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that tell what stat(2) and statvfs(3) do. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "calls.h"
#include "sysroot.h"

static void
put_stat (wire_statns *to, const struct stat *st)
{
    *to = (wire_statns) {
        .st_dev = (int64_t) st->st_dev,
        .st_ino = (int64_t) st->st_ino,
        .st_mode = st->st_mode,
        .st_nlink = (int64_t) st->st_nlink,
        .st_uid = st->st_uid,
        .st_gid = st->st_gid,
        .st_rdev = (int64_t) st->st_rdev,
        .st_size = st->st_size,
        .st_blksize = st->st_blksize,
        .st_blocks = st->st_blocks,
        .st_atime_sec = st->st_atim.tv_sec,
        .st_atime_nsec = st->st_atim.tv_nsec,
        .st_mtime_sec = st->st_mtim.tv_sec,
        .st_mtime_nsec = st->st_mtim.tv_nsec,
        .st_ctime_sec = st->st_ctim.tv_sec,
        .st_ctime_nsec = st->st_ctim.tv_nsec,
    };
}

static int
stat_path (struct call *call, const char *path, bool follow, wire_statns *ret)
{
    struct stat st;

    call->flushed_nothing = true;
    if (sysroot_stat (call, path, follow, &st) < 0)
        return -1;
    put_stat (ret, &st);
    return 0;
}

int
do_statns (struct call *call, const char *path, wire_statns *ret)
{
    return stat_path (call, path, true, ret);
}

int
do_lstatns (struct call *call, const char *path, wire_statns *ret)
{
    return stat_path (call, path, false, ret);
}

int
do_internal_lstatnslist (struct call *call, const char *path,
                         char *const *names, wire_statns_list *ret)
{
    cleanup_fd int dirfd = sysroot_open (call, path, O_PATH | O_DIRECTORY, 0);
    size_t count = string_array_length (names);
    wire_statns *list;

    if (dirfd < 0)
        return -1;
    list = xcalloc (count, sizeof *list);
    for (size_t i = 0; i < count; i++) {
        struct stat st;

        if (fstatat (dirfd, names[i], &st, AT_SYMLINK_NOFOLLOW) < 0)
            list[i].st_ino = -1;
        else
            put_stat (&list[i], &st);
    }
    ret->wire_statns_list_len = (u_int) count;
    ret->wire_statns_list_val = list;
    return 0;
}

int
do_statvfs (struct call *call, const char *path, wire_statvfs *ret)
{
    cleanup_fd int fd = sysroot_open (call, path, O_PATH, 0);
    struct statvfs st;

    if (fd < 0)
        return -1;
    if (fstatvfs (fd, &st) < 0)
        return fail (&call->err, errno, "%s: %m", path);
    *ret = (wire_statvfs) {
        .bsize = (int64_t) st.f_bsize,
        .frsize = (int64_t) st.f_frsize,
        .blocks = (int64_t) st.f_blocks,
        .bfree = (int64_t) st.f_bfree,
        .bavail = (int64_t) st.f_bavail,
        .files = (int64_t) st.f_files,
        .ffree = (int64_t) st.f_ffree,
        .favail = (int64_t) st.f_favail,
        .fsid = (int64_t) st.f_fsid,
        .flag = (int64_t) st.f_flag,
        .namemax = (int64_t) st.f_namemax,
    };
    return 0;
}
