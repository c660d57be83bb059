/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lib/fuse-init.c */

#include "unit.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fuse-check.h"
#include "fuse-init.h"

/* A kernel that offers everything. */
static struct fuse_init_in
offer (uint32_t minor)
{
    return (struct fuse_init_in) {
        .major = FUSE_KERNEL_VERSION,
        .minor = minor,
        .max_readahead = UINT32_MAX,
        .flags = UINT32_MAX,
    };
}

/* To a daemon that asks for everything. */
static struct fuse_init_out
answer (const struct fuse_init_in *in, const struct fuse_init_options *o)
{
    struct fuse_init_out out;

    memset (&out, 0xff, sizeof out);
    fuse_init_limit (in, o, &out);
    return out;
}

static void
limits (void **state)
{
    const struct fuse_init_in in = offer (99);
    const struct fuse_init_options o = { 0 };
    struct fuse_init_out out = answer (&in, &o);

    (void) state;
    assert_int_equal (out.major, 7);
    assert_in_range (out.minor, 29, 36);
    assert_int_equal (out.max_write, FUSE_DATA_MAX);
    assert_int_equal (out.max_readahead, FUSE_DATA_MAX);
    assert_int_equal (out.max_pages * getpagesize (), FUSE_DATA_MAX);
    assert_int_equal (out.time_gran, 1);
    assert_int_equal (out.max_background, 32);
    assert_int_equal (out.congestion_threshold, 32);
    assert_int_equal (out.flags2, 0);
}

/* Nothing that would have the kernel trust the daemon with more. */
static void
flags (void **state)
{
    const uint32_t never = FUSE_POSIX_LOCKS | FUSE_FLOCK_LOCKS
                           | FUSE_EXPORT_SUPPORT | FUSE_ATOMIC_O_TRUNC
                           | FUSE_HAS_IOCTL_DIR | FUSE_EXPLICIT_INVAL_DATA
                           | FUSE_MAP_ALIGNMENT | FUSE_SUBMOUNTS
                           | FUSE_SETXATTR_EXT | FUSE_INIT_EXT
                           | FUSE_SPLICE_MOVE | FUSE_HANDLE_KILLPRIV;
    const struct fuse_init_options plain = { 0 };
    const struct fuse_init_options all = { .writeback = true, .acl = true };
    struct fuse_init_in in = offer (38);
    uint32_t got = answer (&in, &plain).flags;

    (void) state;
    assert_int_equal (got & never, 0);
    assert_int_equal (got & (FUSE_WRITEBACK_CACHE | FUSE_POSIX_ACL), 0);
    assert_true (got & FUSE_AUTO_INVAL_DATA);
    got = answer (&in, &all).flags;
    assert_int_equal (got & never, 0);
    assert_true (got & FUSE_WRITEBACK_CACHE);
    assert_true (got & FUSE_POSIX_ACL);
    assert_false (got & FUSE_AUTO_INVAL_DATA);
    /* And nothing that was not offered. */
    in.flags = FUSE_ASYNC_READ;
    assert_int_equal (answer (&in, &all).flags, FUSE_ASYNC_READ);
    in.minor = 30;
    assert_int_equal (answer (&in, &all).minor, 30);
}

/* A daemon that asks for little gets that. */
static void
modest (void **state)
{
    const struct fuse_init_options all = { .writeback = true, .acl = true };
    const struct fuse_init_in in = offer (38);
    struct fuse_init_out out = {
        .flags = FUSE_ASYNC_READ,
        .max_write = 4096,
        .max_pages = 1,
        .max_background = 2,
    };

    (void) state;
    fuse_init_limit (&in, &all, &out);
    assert_int_equal (out.flags, FUSE_ASYNC_READ | FUSE_HANDLE_KILLPRIV_V2);
    assert_int_equal (out.max_write, 4096);
    assert_int_equal (out.max_pages, 1);
    assert_int_equal (out.max_background, 2);
}

static void
too_old (void **state)
{
    cleanup_error struct error err = { 0 };
    struct fuse_init_in in = offer (28);

    (void) state;
    assert_int_equal (fuse_init_check (&in, sizeof in, &err), -1);
    assert_int_equal (err.errnum, ENOTSUP);
    in = offer (31);
    assert_int_equal (fuse_init_check (&in, 15, &err), -1);
    in.major = 8;
    assert_int_equal (fuse_init_check (&in, sizeof in, &err), -1);
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (limits),
        cmocka_unit_test (flags),
        cmocka_unit_test (modest),
        cmocka_unit_test (too_old),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
