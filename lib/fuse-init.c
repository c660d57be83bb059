/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel of the host is told once, when a mount begins.  The library
 * decides it alone: the daemon is not asked.
 */

#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fuse-check.h"
#include "fuse-init.h"

/* The version whose structs the daemon knows, and the oldest kernel that
 * need not open directories: 7.29 is Linux 5.1.
 */
#define MINOR 36
#define MINOR_MIN 29

/* How many requests the kernel sends ahead of programs (readahead, writing
 * back), and from where on it thinks that we are slow.
 */
#define BACKGROUND_MAX 32
#define CONGESTION 24

#define WANTED (FUSE_ASYNC_READ | FUSE_BIG_WRITES | FUSE_DONT_MASK \
                | FUSE_AUTO_INVAL_DATA | FUSE_DO_READDIRPLUS \
                | FUSE_ASYNC_DIO | FUSE_PARALLEL_DIROPS | FUSE_MAX_PAGES \
                | FUSE_CACHE_SYMLINKS | FUSE_HANDLE_KILLPRIV_V2)

static uint32_t
choose_flags (uint32_t offered, const struct fuse_init_options *o)
{
    uint32_t wanted = WANTED;

    if (o->writeback) {
        /* Its own idea of a file's size and times is the right one. */
        wanted |= FUSE_WRITEBACK_CACHE;
        wanted &= ~(uint32_t) FUSE_AUTO_INVAL_DATA;
    }
    if (o->acl)
        wanted |= FUSE_POSIX_ACL;
    return offered & wanted;
}

int
fuse_init_reply (const struct fuse_init_in *in, size_t size,
                 const struct fuse_init_options *o, struct fuse_init_out *ret,
                 struct error *err)
{
    if (size < 16 || in->major != FUSE_KERNEL_VERSION
        || in->minor < MINOR_MIN)
        return fail (err, ENOTSUP, "the host's kernel is too old for mounting "
                     "locally: 5.1 or later is needed");
    *ret = (struct fuse_init_out) {
        .major = FUSE_KERNEL_VERSION,
        .minor = in->minor < MINOR ? in->minor : MINOR,
        .max_readahead = in->max_readahead < FUSE_DATA_MAX
                         ? in->max_readahead : FUSE_DATA_MAX,
        .flags = choose_flags (in->flags, o),
        .max_background = BACKGROUND_MAX,
        .congestion_threshold = CONGESTION,
        .max_write = FUSE_DATA_MAX,
        .time_gran = 1,
        .max_pages = (uint16_t) (FUSE_DATA_MAX / (size_t) getpagesize ()),
    };
    return 0;
}
