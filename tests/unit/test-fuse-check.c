/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lib/fuse-check.c */

#include "unit.h"

#include <errno.h>
#include <sys/stat.h>

#include "fuse-check.h"

/* One request and whatever is replied to it. */
struct conversation {
    struct fuse_batch batch;
    _Alignas (8) char replies[8192];
    size_t size;
    struct error err;
};

static struct conversation *
begin (void **state)
{
    struct conversation *c = *state;

    fuse_batch_begin (&c->batch);
    c->size = 0;
    error_clear (&c->err);
    return c;
}

static void
ask (struct conversation *c, uint64_t unique, uint32_t opcode, uint32_t size)
{
    struct {
        struct fuse_in_header header;
        union {
            struct fuse_read_in read;
            struct fuse_write_in write;
            struct fuse_getxattr_in getxattr;
            struct fuse_copy_file_range_in copy;
        } body;
    } request = { .header = { .opcode = opcode, .unique = unique } };

    switch (opcode) {
    case FUSE_WRITE:
        request.body.write.size = size;
        break;
    case FUSE_GETXATTR:
    case FUSE_LISTXATTR:
        request.body.getxattr.size = size;
        break;
    case FUSE_COPY_FILE_RANGE:
        request.body.copy.len = size;
        break;
    default:
        request.body.read.size = size;
    }
    fuse_batch_add (&c->batch, &request.header);
}

static void
reply (struct conversation *c, uint64_t unique, int error, const void *data,
       size_t size)
{
    struct fuse_out_header header = {
        .len = (uint32_t) (sizeof header + size),
        .error = error,
        .unique = unique,
    };
    char *p = c->replies + c->size;

    memset (p, 0, FUSE_ALIGN (header.len));
    memcpy (p, &header, sizeof header);
    if (size > 0)
        memcpy (p + sizeof header, data, size);
    c->size += FUSE_ALIGN (header.len);
}

static void
assert_accepted (struct conversation *c)
{
    int r = fuse_batch_check (&c->batch, c->replies, c->size, &c->err);

    assert_string_equal (c->err.message ? c->err.message : "", "");
    assert_int_equal (r, 0);
}

static void
assert_refused (struct conversation *c, const char *part)
{
    assert_int_equal (fuse_batch_check (&c->batch, c->replies, c->size,
                                        &c->err), -1);
    assert_int_equal (c->err.errnum, EPROTO);
    if (!strstr (c->err.message, part))
        assert_string_equal (c->err.message, part);
}

static struct fuse_entry_out
entry (uint64_t node, uint32_t mode)
{
    return (struct fuse_entry_out) {
        .nodeid = node, .attr = { .mode = mode, .blksize = 4096 },
    };
}

static void
any_order (void **state)
{
    struct conversation *c = begin (state);

    ask (c, 2, FUSE_READ, 10);
    ask (c, 4, FUSE_FORGET, 0);
    ask (c, 6, FUSE_UNLINK, 0);
    reply (c, 6, -ENOENT, NULL, 0);
    reply (c, 2, 0, "0123456789", 10);
    assert_accepted (c);
    for (size_t i = 0; i < 3; i++)
        assert_true (c->batch.item[i].answered);
    /* A read may end before what was asked for, and nobody must answer. */
    c = begin (state);
    ask (c, 2, FUSE_READ, 10);
    ask (c, 4, FUSE_READ, 10);
    reply (c, 4, 0, "", 0);
    assert_accepted (c);
    assert_false (c->batch.item[0].answered);
}

static void
whose (void **state)
{
    struct conversation *c = begin (state);

    ask (c, 2, FUSE_UNLINK, 0);
    reply (c, 2, 0, NULL, 0);
    reply (c, 2, 0, NULL, 0);
    assert_refused (c, "nobody has made");
    assert_false (c->batch.item[0].answered);
    c = begin (state);
    ask (c, 2, FUSE_UNLINK, 0);
    reply (c, 0, 2, NULL, 0); /* a notification */
    assert_refused (c, "nobody has made");
    c = begin (state);
    ask (c, 2, FUSE_FORGET, 0);
    reply (c, 2, 0, NULL, 0);
    assert_refused (c, "nobody has made");
    c = begin (state);
    reply (c, 2, 0, NULL, 0);
    assert_refused (c, "nobody has made");
}

static void
errors (void **state)
{
    static const int bad[] = { 1, -512, -4096, INT32_MIN };
    struct conversation *c;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        c = begin (state);
        ask (c, 2, FUSE_UNLINK, 0);
        reply (c, 2, bad[i], NULL, 0);
        assert_refused (c, "an error that is none");
    }
    c = begin (state);
    ask (c, 2, FUSE_READ, 10);
    reply (c, 2, -EIO, "data", 4);
    assert_refused (c, "wrong length");
}

static void
lengths (void **state)
{
    struct fuse_entry_out e = entry (5, S_IFREG);
    struct fuse_write_out w = { .size = 11 };
    struct conversation *c = begin (state);

    ask (c, 2, FUSE_READ, 10);
    reply (c, 2, 0, "0123456789a", 11);
    assert_refused (c, "wrong length");
    c = begin (state);
    ask (c, 2, FUSE_LOOKUP, 0);
    reply (c, 2, 0, &e, sizeof e - 8);
    assert_refused (c, "wrong length");
    c = begin (state);
    ask (c, 2, FUSE_WRITE, 10);
    reply (c, 2, 0, &w, sizeof w);
    assert_refused (c, "more was written");
    c = begin (state);
    ask (c, 2, FUSE_COPY_FILE_RANGE, 10);
    reply (c, 2, 0, &w, sizeof w);
    assert_refused (c, "more was written");
    c = begin (state);
    ask (c, 2, FUSE_UNLINK, 0);
    reply (c, 2, 0, NULL, 0);
    c->size -= 8;
    assert_refused (c, "breaks off");
    c = begin (state);
    ask (c, 2, FUSE_UNLINK, 0);
    reply (c, 2, 0, NULL, 0);
    ((struct fuse_out_header *) c->replies)->len = 15;
    assert_refused (c, "breaks off");
    ((struct fuse_out_header *) c->replies)->len = UINT32_MAX;
    assert_refused (c, "breaks off");
}

static void
entries (void **state)
{
    struct fuse_entry_out good = entry (5, S_IFREG | 0644), e;
    const struct {
        uint32_t opcode;
        struct fuse_entry_out entry;
        const char *what; /* NULL: it is accepted */
    } table[] = {
        { FUSE_LOOKUP, good, NULL },
        { FUSE_LOOKUP, entry (0, 0), NULL },
        { FUSE_MKDIR, entry (0, 0), "without a node" },
        { FUSE_LOOKUP, entry (1, S_IFDIR), "the root" },
        { FUSE_LOOKUP, entry (5, 0), "unknown type" },
        { FUSE_LOOKUP, entry (5, S_IFMT), "unknown type" },
    };
    struct conversation *c;

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        c = begin (state);
        ask (c, 2, table[i].opcode, 0);
        reply (c, 2, 0, &table[i].entry, sizeof e);
        if (table[i].what)
            assert_refused (c, table[i].what);
        else
            assert_accepted (c);
    }
    c = begin (state);
    e = good;
    e.attr.size = UINT64_C (1) << 63;
    ask (c, 2, FUSE_LOOKUP, 0);
    reply (c, 2, 0, &e, sizeof e);
    assert_refused (c, "a size");
    c = begin (state);
    e = good;
    e.attr.blksize = 3000;
    ask (c, 2, FUSE_LOOKUP, 0);
    reply (c, 2, 0, &e, sizeof e);
    assert_refused (c, "a block size");
    c = begin (state);
    e = good;
    e.attr.mtimensec = 1000000000;
    ask (c, 2, FUSE_LOOKUP, 0);
    reply (c, 2, 0, &e, sizeof e);
    assert_refused (c, "a time");
}

/* A directory of one name. */
static void
reply_directory (struct conversation *c, uint64_t node, const char *name,
                 uint32_t length)
{
    char data[1024] = { 0 };
    struct fuse_direntplus d = {
        .entry_out = entry (node, S_IFREG),
        .dirent = { .namelen = length, .off = 1 },
    };

    memcpy (data, &d, sizeof d);
    memcpy (data + sizeof d, name, strlen (name) + 1);
    reply (c, 2, 0, data, FUSE_DIRENT_ALIGN (sizeof d + strlen (name)));
}

static void
directories (void **state)
{
    struct conversation *c;
    static const struct {
        uint64_t node;
        const char *name;
        uint32_t length;
        const char *what;
    } table[] = {
        { 5, "name", 4, NULL },
        { 0, "name", 4, NULL },
        { 1, "name", 4, "the root" },
        { 5, "", 0, "no file can have" },
        { 5, "../up", 5, "no file can have" },
        { 5, "nul", 4, "no file can have" },
        { 5, "name", 400, "breaks off" },
        { 5, "name", UINT32_MAX - 100, "breaks off" },
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        c = begin (state);
        ask (c, 2, FUSE_READDIRPLUS, 4096);
        reply_directory (c, table[i].node, table[i].name, table[i].length);
        if (table[i].what)
            assert_refused (c, table[i].what);
        else
            assert_accepted (c);
    }
    c = begin (state);
    ask (c, 2, FUSE_READDIRPLUS, 4096);
    reply (c, 2, 0, "short", 5);
    assert_refused (c, "breaks off");
}

static void
attributes (void **state)
{
    struct fuse_getxattr_out out = { .size = 65537 };
    struct conversation *c = begin (state);

    ask (c, 2, FUSE_GETXATTR, 0);
    reply (c, 2, 0, &out, sizeof out);
    assert_refused (c, "too long");
    c = begin (state);
    ask (c, 2, FUSE_GETXATTR, 0);
    reply (c, 2, 0, "va", 2);
    assert_refused (c, "wrong length");
    c = begin (state);
    ask (c, 2, FUSE_LISTXATTR, 100);
    reply (c, 2, 0, "user.x", 6);
    assert_refused (c, "names of attributes");
    c = begin (state);
    ask (c, 2, FUSE_LISTXATTR, 100);
    reply (c, 2, 0, "user.x", 7);
    assert_accepted (c);
    c = begin (state);
    ask (c, 2, FUSE_READLINK, 0);
    reply (c, 2, 0, "a\0b", 3);
    assert_refused (c, "a symbolic link");
}

static int
setup (void **state)
{
    *state = xcalloc (1, sizeof (struct conversation));
    return 0;
}

static int
teardown (void **state)
{
    error_clear (&((struct conversation *) *state)->err);
    free (*state);
    return 0;
}

int
main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (any_order),
        cmocka_unit_test (whose),
        cmocka_unit_test (errors),
        cmocka_unit_test (lengths),
        cmocka_unit_test (entries),
        cmocka_unit_test (directories),
        cmocka_unit_test (attributes),
    };

    return cmocka_run_group_tests (tests, setup, teardown);
}
