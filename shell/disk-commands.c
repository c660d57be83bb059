/* SPDX-License-Identifier: GPL-2.0-or-later */
/* alloc and sparse: new, empty disks. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>

#include "cleanup.h"
#include "image.h"
#include "number.h"
#include "own-commands.h"

static int
make_file (const char *file, int64_t size, bool sparse, struct error *err)
{
    cleanup_fd int fd = open (file, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY
                                    | O_CLOEXEC, 0666);
    int r;

    if (fd < 0)
        return fail (err, errno, "%s: %m", file);
    if (sparse)
        r = ftruncate (fd, size) < 0 ? errno : 0;
    else
        r = posix_fallocate (fd, 0, size);
    if (r == 0 && close (steal_fd (&fd)) < 0)
        r = errno;
    if (r != 0) {
        unlink (file);
        return fail (err, r, "%s: %m", file);
    }
    return 0;
}

int
image_make (guestfs_h *g, const char *file, const char *size, bool sparse,
            struct error *err)
{
    const struct guestfs_add_drive_opts_argv options = {
        .bitmask = GUESTFS_ADD_DRIVE_OPTS_FORMAT_BITMASK,
        .format = "raw",
    };
    int64_t bytes;

    if (guestfs_is_config (g) != 1)
        return fail (err, EBUSY, "disks must be added before 'run'");
    if (parse_number (size, 1, INT64_MAX, &bytes, err) < 0)
        return fail_context (err, "size");
    if (make_file (file, bytes, sparse, err) < 0)
        return -1;
    if (guestfs_add_drive_opts_argv (g, file, &options) < 0)
        return guest_error (g, err);
    return 0;
}

int
run_alloc (struct shell *sh, char *const *words, struct error *err)
{
    return image_make (sh->g, words[1], words[2], false, err);
}

int
run_sparse (struct shell *sh, char *const *words, struct error *err)
{
    return image_make (sh->g, words[1], words[2], true, err);
}
