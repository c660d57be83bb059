/* SPDX-License-Identifier: GPL-2.0-or-later */
/* daemon/local-check.c */

#include "unit.h"

#include <linux/fuse.h>
#include <stdlib.h>
#include <string.h>

#include "local-check.h"

/* A request that is exactly as long as its memory, for sanitizers. */
static bool
check (uint32_t opcode, const void *body, size_t size)
{
    struct fuse_in_header header = { .opcode = opcode };
    char *request = malloc (sizeof header + size);
    bool r;

    header.len = (uint32_t) (sizeof header + size);
    memcpy (request, &header, sizeof header);
    memcpy (request + sizeof header, body, size);
    r = local_check_request (request, header.len);
    free (request);
    return r;
}

static void
lengths (void **state)
{
    static const struct {
        uint32_t opcode;
        size_t size; /* the least */
    } rows[] = {
        { FUSE_INIT, 16 },
        { FUSE_FORGET, 8 },
        { FUSE_GETATTR, 16 },
        { FUSE_SETATTR, 88 },
        { FUSE_READLINK, 0 },
        { FUSE_STATFS, 0 },
        { FUSE_READ, 40 },
        { FUSE_WRITE, 40 },
        { FUSE_FALLOCATE, 32 },
        { FUSE_LSEEK, 24 },
        { FUSE_COPY_FILE_RANGE, 56 },
        { FUSE_READDIRPLUS, 40 },
        { FUSE_BATCH_FORGET, 8 },
        { FUSE_LISTXATTR, 8 },
    };
    static const char zeros[128];

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true (check (rows[i].opcode, zeros, rows[i].size));
        assert_true (check (rows[i].opcode, zeros, rows[i].size + 1));
        if (rows[i].size > 0)
            assert_false (check (rows[i].opcode, zeros, rows[i].size - 1));
    }
    assert_false (local_check_request (zeros, 0));
    assert_false (local_check_request (zeros,
                                       sizeof (struct fuse_in_header) - 1));
}

static void
strings (void **state)
{
    (void) state;
    assert_true (check (FUSE_LOOKUP, "a", 2));
    assert_false (check (FUSE_LOOKUP, "a", 1));
    assert_false (check (FUSE_LOOKUP, "", 0));
    assert_true (check (FUSE_SYMLINK, "a\0b", 4));
    assert_false (check (FUSE_SYMLINK, "a\0b", 3));
    assert_false (check (FUSE_SYMLINK, "a", 2));
    assert_true (check (FUSE_RENAME, "12345678a\0b", 12));
    assert_false (check (FUSE_RENAME, "12345678a\0b", 11));
    assert_false (check (FUSE_RENAME, "1234567\0", 8));
}

/* What the struct says that follows. */
static void
data (void **state)
{
    struct {
        struct fuse_write_in in;
        char data[4];
    } write = { .in.size = 4 };
    struct {
        struct fuse_batch_forget_in in;
        struct fuse_forget_one one;
    } forget = { .in.count = 1 };

    (void) state;
    assert_true (check (FUSE_WRITE, &write, sizeof write.in + 4));
    assert_false (check (FUSE_WRITE, &write, sizeof write.in + 3));
    write.in.size = UINT32_MAX;
    assert_false (check (FUSE_WRITE, &write, sizeof write.in + 4));
    assert_true (check (FUSE_BATCH_FORGET, &forget, sizeof forget));
    assert_false (check (FUSE_BATCH_FORGET, &forget, sizeof forget - 1));
    forget.in.count = UINT32_MAX;
    assert_false (check (FUSE_BATCH_FORGET, &forget, sizeof forget));
    assert_true (check (FUSE_SETXATTR, "\2\0\0\0\0\0\0\0n\0vv", 12));
    assert_false (check (FUSE_SETXATTR, "\2\0\0\0\0\0\0\0n\0v", 11));
    assert_false (check (FUSE_SETXATTR, "\2\0\0\0\0\0\0\0nnvv", 12));
}

/* They are never sent. */
static void
unknown (void **state)
{
    static const char zeros[128];

    (void) state;
    assert_false (check (0, zeros, sizeof zeros));
    assert_false (check (FUSE_OPEN, zeros, sizeof zeros));
    assert_false (check (FUSE_IOCTL, zeros, sizeof zeros));
    assert_false (check (1000, zeros, sizeof zeros));
    assert_false (check (UINT32_MAX, zeros, sizeof zeros));
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (lengths),
        cmocka_unit_test (strings),
        cmocka_unit_test (data),
        cmocka_unit_test (unknown),
    };

    return cmocka_run_group_tests (tests, NULL, NULL);
}
