/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ext2, ext3 and ext4 by libext2fs and libe2p. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* The library's headers need its types first. */
#include <ext2fs/ext2_fs.h>
#include <ext2fs/ext2fs.h>
#include <e2p/e2p.h>

#include "cleanup.h"
#include "ext2fs.h"
#include "library.h"
#include "memory.h"

#define EXT2FS_FUNCTIONS(LIBRARY)                       \
    LIBRARY (ext2fs_open)                               \
    LIBRARY (ext2fs_close_free)                         \
    LIBRARY (unix_io_manager)

#define E2P_FUNCTIONS(LIBRARY) LIBRARY (list_super2)

DECLARE_LIBRARY (ext2fs, EXT2FS_FUNCTIONS)
DEFINE_LIBRARY (ext2fs, "libext2fs.so.2", EXT2FS_FUNCTIONS)
DECLARE_LIBRARY (e2p, E2P_FUNCTIONS)
DEFINE_LIBRARY (e2p, "libe2p.so.2", E2P_FUNCTIONS)

/* Its error codes below 2^31 are errno's, all others its own. */
static int
open_failed (const char *device, errcode_t code, struct error *err)
{
    if (code == EXT2_ET_BAD_MAGIC || code == EXT2_ET_SHORT_READ)
        return fail (err, EINVAL, "%s: no ext2, ext3 or ext4", device);
    if (code > 0 && code < 4096)
        return fail (err, (int) code, "%s: %m", device);
    return fail (err, EIO, "%s: the superblock can't be read (error %ld of "
                 "libext2fs)", device, (long) code);
}

char *
ext2_describe (const char *device, struct error *err)
{
    const struct ext2fs *lib = load_ext2fs (err);
    const struct e2p *e2p = lib ? load_e2p (err) : NULL;
    ext2_filsys fs = NULL;
    errcode_t code;
    char *text = NULL;
    size_t size;
    FILE *fp;

    if (!e2p)
        return NULL;
    code = lib->ext2fs_open (device,
                             EXT2_FLAG_SOFTSUPP_FEATURES | EXT2_FLAG_64BITS
                                 | EXT2_FLAG_JOURNAL_DEV_OK
                                 | EXT2_FLAG_SUPER_ONLY
                                 | EXT2_FLAG_IGNORE_CSUM_ERRORS,
                             0, 0, *lib->unix_io_manager, &fs);
    if (code) {
        open_failed (device, code, err);
        return NULL;
    }
    fp = open_memstream (&text, &size);
    if (!fp)
        out_of_memory ();
    e2p->list_super2 (fs->super, fp);
    if (fclose (fp) != 0)
        out_of_memory ();
    lib->ext2fs_close_free (&fs);
    return text;
}

/* The size that mklost+found(8) makes it. */
#define LOST_AND_FOUND_SIZE 16384
#define NAME_LENGTH 246

/* A directory of ext2 does not become smaller when its files go. */
static int
grow (int fd, const char *path, struct error *err)
{
    char name[NAME_LENGTH + 1];
    int count = 0;
    int r = 0;

    for (; r == 0 && count < LOST_AND_FOUND_SIZE / NAME_LENGTH; count++) {
        cleanup_fd int file = -1;

        snprintf (name, sizeof name, "%0*d", NAME_LENGTH, count);
        file = openat (fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                       0600);
        if (file < 0)
            r = fail (err, errno, "%s/lost+found: %m", path);
    }
    while (count-- > 0) {
        snprintf (name, sizeof name, "%0*d", NAME_LENGTH, count);
        unlinkat (fd, name, 0);
    }
    return r;
}

int
ext2_make_lost_and_found (int fd, const char *path, struct error *err)
{
    cleanup_fd int directory = -1;

    if (mkdirat (fd, "lost+found", 0700) < 0)
        return fail (err, errno, "%s/lost+found: %m", path);
    directory = openat (fd, "lost+found",
                        O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory < 0)
        return fail (err, errno, "%s/lost+found: %m", path);
    return grow (directory, path, err);
}
