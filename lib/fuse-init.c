/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel of the host is told once, when a mount begins.  The daemon
 * answers, and may be hostile: it gets no more than what is allowed here.
 */

#include "config.h"

#include <errno.h>
#include <unistd.h>

#include "fuse-check.h"
#include "fuse-init.h"

/* The version whose structs we know, and the oldest kernel that need not open
 * directories: 7.29 is Linux 5.1.
 */
#define MINOR 36
#define MINOR_MIN 29

/* The most requests that the kernel sends ahead of programs. */
#define BACKGROUND_MAX 32

/* None of these makes the kernel trust the daemon with more. */
#define ALLOWED (FUSE_ASYNC_READ | FUSE_BIG_WRITES | FUSE_DONT_MASK \
                 | FUSE_AUTO_INVAL_DATA | FUSE_DO_READDIRPLUS \
                 | FUSE_ASYNC_DIO | FUSE_PARALLEL_DIROPS | FUSE_MAX_PAGES \
                 | FUSE_CACHE_SYMLINKS)

/* The daemon takes privileges away from files that are written to; but libfuse
 * (3.14) can't say so, and without it the kernel asks for an attribute before
 * each write.
 */
#define ADDED FUSE_HANDLE_KILLPRIV_V2

static uint32_t
choose_flags (uint32_t offered, uint32_t answered,
              const struct fuse_init_options *o)
{
    uint32_t allowed = ALLOWED;

    if (o->writeback) {
        /* Its own idea of a file's size and times is the right one. */
        allowed |= FUSE_WRITEBACK_CACHE;
        allowed &= ~(uint32_t) FUSE_AUTO_INVAL_DATA;
    }
    if (o->acl)
        allowed |= FUSE_POSIX_ACL;
    return offered & ((answered & allowed) | ADDED);
}

static uint32_t
at_most (uint32_t value, uint32_t most)
{
    return value < most ? value : most;
}

int
fuse_init_check (const struct fuse_init_in *in, size_t size,
                 struct error *err)
{
    if (size < 16 || in->major != FUSE_KERNEL_VERSION
        || in->minor < MINOR_MIN)
        return fail (err, ENOTSUP, "the host's kernel is too old for mounting "
                     "locally: 5.1 or later is needed");
    return 0;
}

void
fuse_init_limit (const struct fuse_init_in *in,
                 const struct fuse_init_options *o, struct fuse_init_out *out)
{
    const uint32_t pages = FUSE_DATA_MAX / (uint32_t) getpagesize ();

    *out = (struct fuse_init_out) {
        .major = FUSE_KERNEL_VERSION,
        .minor = at_most (in->minor, MINOR),
        .max_readahead = at_most (at_most (out->max_readahead,
                                           in->max_readahead), FUSE_DATA_MAX),
        .flags = choose_flags (in->flags, out->flags, o),
        .max_background = (uint16_t) at_most (out->max_background,
                                              BACKGROUND_MAX),
        .congestion_threshold = (uint16_t) at_most (out->congestion_threshold,
                                                    BACKGROUND_MAX),
        .max_write = at_most (out->max_write, FUSE_DATA_MAX),
        .time_gran = 1,
        .max_pages = (uint16_t) at_most (out->max_pages, pages),
    };
}
