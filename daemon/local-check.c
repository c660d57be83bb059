/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest mounted on the host: what libfuse takes for granted, since its
 * requests come from a kernel: that they are as long as they say.
 */

#include "config.h"

#include <linux/fuse.h>
#include <string.h>

#include "local-check.h"

/* The structs that requests begin with, and the strings that follow. */
static const struct shape {
    uint8_t size;
    uint8_t strings;
    bool alone; /* nothing follows */
} shapes[] = {
    [FUSE_INIT] = { .size = 16 }, /* of kernels before 5.17 */
    [FUSE_LOOKUP] = { .strings = 1 },
    [FUSE_FORGET] = { .size = sizeof (struct fuse_forget_in) },
    [FUSE_BATCH_FORGET] = { .size = sizeof (struct fuse_batch_forget_in) },
    [FUSE_GETATTR] = { .size = sizeof (struct fuse_getattr_in) },
    [FUSE_SETATTR] = { .size = sizeof (struct fuse_setattr_in) },
    [FUSE_READLINK] = { .alone = true },
    [FUSE_STATFS] = { .alone = true },
    [FUSE_SYMLINK] = { .strings = 2 },
    [FUSE_MKNOD] = { .size = sizeof (struct fuse_mknod_in), .strings = 1 },
    [FUSE_MKDIR] = { .size = sizeof (struct fuse_mkdir_in), .strings = 1 },
    [FUSE_UNLINK] = { .strings = 1 },
    [FUSE_RMDIR] = { .strings = 1 },
    [FUSE_RENAME] = { .size = sizeof (struct fuse_rename_in), .strings = 2 },
    [FUSE_RENAME2] = { .size = sizeof (struct fuse_rename2_in), .strings = 2 },
    [FUSE_LINK] = { .size = sizeof (struct fuse_link_in), .strings = 1 },
    [FUSE_READ] = { .size = sizeof (struct fuse_read_in) },
    [FUSE_WRITE] = { .size = sizeof (struct fuse_write_in) },
    [FUSE_FSYNC] = { .size = sizeof (struct fuse_fsync_in) },
    [FUSE_FSYNCDIR] = { .size = sizeof (struct fuse_fsync_in) },
    [FUSE_FALLOCATE] = { .size = sizeof (struct fuse_fallocate_in) },
    [FUSE_LSEEK] = { .size = sizeof (struct fuse_lseek_in) },
    [FUSE_COPY_FILE_RANGE] = {
        .size = sizeof (struct fuse_copy_file_range_in) },
    [FUSE_READDIR] = { .size = sizeof (struct fuse_read_in) },
    [FUSE_READDIRPLUS] = { .size = sizeof (struct fuse_read_in) },
    [FUSE_GETXATTR] = { .size = sizeof (struct fuse_getxattr_in),
                        .strings = 1 },
    [FUSE_LISTXATTR] = { .size = sizeof (struct fuse_getxattr_in) },
    [FUSE_SETXATTR] = { .size = FUSE_COMPAT_SETXATTR_IN_SIZE, .strings = 1 },
    [FUSE_REMOVEXATTR] = { .strings = 1 },
};

/* How many bytes follow structs and strings, as the struct says. */
static uint64_t
size_of_data (uint32_t opcode, const char *in)
{
    struct fuse_write_in write;
    struct fuse_setxattr_in xattr = { 0 };
    struct fuse_batch_forget_in forget;

    switch (opcode) {
    case FUSE_WRITE:
        memcpy (&write, in, sizeof write);
        return write.size;
    case FUSE_SETXATTR:
        memcpy (&xattr, in, FUSE_COMPAT_SETXATTR_IN_SIZE);
        return xattr.size;
    case FUSE_BATCH_FORGET:
        memcpy (&forget, in, sizeof forget);
        return (uint64_t) forget.count * sizeof (struct fuse_forget_one);
    default:
        return 0;
    }
}

static const struct shape *
find_shape (uint32_t opcode)
{
    const struct shape *s;

    if (opcode >= sizeof shapes / sizeof *shapes)
        return NULL;
    s = &shapes[opcode];
    return s->size || s->strings || s->alone ? s : NULL;
}

bool
local_check_request (const char *request, size_t size)
{
    struct fuse_in_header header;
    const struct shape *shape;
    const char *in = request + sizeof header, *p = in;

    if (size < sizeof header)
        return false;
    memcpy (&header, request, sizeof header);
    shape = find_shape (header.opcode);
    if (!shape || size - sizeof header < shape->size)
        return false;
    p += shape->size;
    for (size_t i = 0; i < shape->strings; i++) {
        p = memchr (p, '\0', (size_t) (request + size - p));
        if (!p++)
            return false;
    }
    return size_of_data (header.opcode, in) <= (uint64_t) (request + size - p);
}
