/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the daemon's replies to FUSE requests must look like. */

#include "config.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "fuse-check.h"

/* The kernel takes no others for errors of a server's. */
#define ERRNO_MAX 511

#define BILLION 1000000000u

/* Of any file system that Linux has a driver for. */
#define BLOCK_MAX (64u << 20)

static int
bad (struct error *err, const char *what)
{
    return fail (err, EPROTO, "the daemon broke the protocol: a FUSE reply "
                 "%s", what);
}

static int
check_attr (const struct fuse_attr *attr, struct error *err)
{
    if (attr->atimensec >= BILLION || attr->mtimensec >= BILLION
        || attr->ctimensec >= BILLION)
        return bad (err, "with a time that is none");
    if (attr->size > INT64_MAX)
        return bad (err, "with a size that is none");
    if (attr->blksize > BLOCK_MAX || (attr->blksize & (attr->blksize - 1)))
        return bad (err, "with a block size that is none");
    switch (attr->mode & S_IFMT) {
    case S_IFREG: case S_IFDIR: case S_IFLNK: case S_IFCHR:
    case S_IFBLK: case S_IFIFO: case S_IFSOCK:
        return 0;
    default:
        return bad (err, "with a file of unknown type");
    }
}

/* Node 0 says that there is no such name. */
static int
check_entry (const struct fuse_entry_out *entry, bool may_be_absent,
             struct error *err)
{
    if (entry->nodeid == FUSE_ROOT_ID)
        return bad (err, "with the root in a place where it can't be");
    if (entry->entry_valid_nsec >= BILLION || entry->attr_valid_nsec >= BILLION)
        return bad (err, "with a time that is none");
    if (entry->nodeid == 0)
        return may_be_absent ? 0 : bad (err, "without a node");
    return check_attr (&entry->attr, err);
}

/* Of each kind of reply: what follows the header. */

static int
payload_entry (const struct fuse_pending *request, const char *data,
               size_t size, struct error *err)
{
    struct fuse_entry_out entry;

    (void) size;
    memcpy (&entry, data, sizeof entry);
    return check_entry (&entry, request->opcode == FUSE_LOOKUP, err);
}

static int
payload_attr (const struct fuse_pending *request, const char *data,
              size_t size, struct error *err)
{
    struct fuse_attr_out out;

    (void) request, (void) size;
    memcpy (&out, data, sizeof out);
    if (out.attr_valid_nsec >= BILLION)
        return bad (err, "with a time that is none");
    return check_attr (&out.attr, err);
}

/* WRITE and COPY_FILE_RANGE: not more than was to be written. */
static int
payload_written (const struct fuse_pending *request, const char *data,
                 size_t size, struct error *err)
{
    struct fuse_write_out out;

    (void) size;
    memcpy (&out, data, sizeof out);
    if (out.size > request->size)
        return bad (err, "that says more was written than there is");
    return 0;
}

static int
payload_offset (const struct fuse_pending *request, const char *data,
                size_t size, struct error *err)
{
    struct fuse_lseek_out out;

    (void) request, (void) size;
    memcpy (&out, data, sizeof out);
    if (out.offset > INT64_MAX)
        return bad (err, "with an offset that is none");
    return 0;
}

static int
payload_statfs (const struct fuse_pending *request, const char *data,
                size_t size, struct error *err)
{
    struct fuse_statfs_out out;

    (void) request, (void) size;
    memcpy (&out, data, sizeof out);
    if (out.st.bsize > BLOCK_MAX || out.st.frsize > BLOCK_MAX
        || out.st.namelen > PATH_MAX)
        return bad (err, "about an impossible file system");
    return 0;
}

/* Names with a NUL behind each, as listxattr(2) returns them. */
static bool
are_names (const char *data, size_t size)
{
    return size == 0 || (data[0] != '\0' && data[size - 1] == '\0');
}

/* The value or the names; or if no room was given for it, how long it is. */
static int
payload_xattr (const struct fuse_pending *request, const char *data,
               size_t size, struct error *err)
{
    struct fuse_getxattr_out out;

    if (request->size > 0) {
        if (request->opcode == FUSE_LISTXATTR && !are_names (data, size))
            return bad (err, "with names of attributes that are none");
        return 0;
    }
    if (size != sizeof out)
        return bad (err, "of the wrong length");
    memcpy (&out, data, sizeof out);
    if (out.size > XATTR_SIZE_MAX)
        return bad (err, "with an attribute that is too long");
    return 0;
}

static int
payload_link (const struct fuse_pending *request, const char *data,
              size_t size, struct error *err)
{
    (void) request;
    if (memchr (data, '\0', size))
        return bad (err, "with a symbolic link that has a zero byte");
    return 0;
}

static int
check_name (const struct fuse_dirent *entry, const char *name,
            struct error *err)
{
    if (entry->namelen == 0 || entry->namelen > NAME_MAX
        || memchr (name, '/', entry->namelen)
        || memchr (name, '\0', entry->namelen))
        return bad (err, "with a name that no file can have");
    if (entry->off > INT64_MAX)
        return bad (err, "with an offset that is none");
    return 0;
}

/* What stands before each name is of that size, a struct fuse_dirent at its
 * end.
 */
static int
check_directory (const char *data, size_t size, size_t before,
                 struct error *err)
{
    while (size > 0) {
        struct fuse_dirent entry;
        size_t length;

        if (size < before)
            return bad (err, "with a directory that breaks off");
        memcpy (&entry, data + before - sizeof entry, sizeof entry);
        length = FUSE_ALIGN (before + (size_t) entry.namelen);
        if (length > size)
            return bad (err, "with a directory that breaks off");
        if (check_name (&entry, data + before, err) < 0)
            return -1;
        if (before > sizeof entry) {
            struct fuse_entry_out node;

            memcpy (&node, data, sizeof node);
            if (check_entry (&node, true, err) < 0)
                return -1;
        }
        data += length;
        size -= length;
    }
    return 0;
}

static int
payload_directory (const struct fuse_pending *request, const char *data,
                   size_t size, struct error *err)
{
    return check_directory (data, size,
                            request->opcode == FUSE_READDIR
                                ? sizeof (struct fuse_dirent)
                                : sizeof (struct fuse_direntplus), err);
}

/* What it allows itself, lib/fuse-init.c looks at. */
static int
payload_init (const struct fuse_pending *request, const char *data,
              size_t size, struct error *err)
{
    struct fuse_init_out out;

    (void) request, (void) size;
    memcpy (&out, data, sizeof out);
    if (out.major != FUSE_KERNEL_VERSION)
        return bad (err, "of another version");
    return 0;
}

/* What is forwarded, and what is known of its reply. */
static const struct rule {
    const char *name;
    size_t exact;  /* bytes that follow the header */
    size_t most;   /* or at most so many, ... */
    bool as_asked; /* or at most as many as the request asks for */
    bool silent;   /* no reply at all */
    int (*check) (const struct fuse_pending *request, const char *data,
                  size_t size, struct error *err);
} rules[] = {
    [FUSE_LOOKUP] = { .name = "LOOKUP",
                      .exact = sizeof (struct fuse_entry_out),
                      .check = payload_entry },
    [FUSE_FORGET] = { .name = "FORGET", .silent = true },
    [FUSE_GETATTR] = { .name = "GETATTR",
                       .exact = sizeof (struct fuse_attr_out),
                       .check = payload_attr },
    [FUSE_SETATTR] = { .name = "SETATTR",
                       .exact = sizeof (struct fuse_attr_out),
                       .check = payload_attr },
    [FUSE_READLINK] = { .name = "READLINK", .most = PATH_MAX - 1,
                        .check = payload_link },
    [FUSE_SYMLINK] = { .name = "SYMLINK",
                       .exact = sizeof (struct fuse_entry_out),
                       .check = payload_entry },
    [FUSE_MKNOD] = { .name = "MKNOD",
                     .exact = sizeof (struct fuse_entry_out),
                     .check = payload_entry },
    [FUSE_MKDIR] = { .name = "MKDIR",
                     .exact = sizeof (struct fuse_entry_out),
                     .check = payload_entry },
    [FUSE_UNLINK] = { .name = "UNLINK" },
    [FUSE_RMDIR] = { .name = "RMDIR" },
    [FUSE_RENAME] = { .name = "RENAME" },
    [FUSE_LINK] = { .name = "LINK",
                    .exact = sizeof (struct fuse_entry_out),
                    .check = payload_entry },
    [FUSE_READ] = { .name = "READ", .as_asked = true },
    [FUSE_WRITE] = { .name = "WRITE",
                     .exact = sizeof (struct fuse_write_out),
                     .check = payload_written },
    [FUSE_STATFS] = { .name = "STATFS",
                      .exact = sizeof (struct fuse_statfs_out),
                      .check = payload_statfs },
    [FUSE_FSYNC] = { .name = "FSYNC" },
    [FUSE_SETXATTR] = { .name = "SETXATTR" },
    [FUSE_GETXATTR] = { .name = "GETXATTR", .as_asked = true,
                        .most = sizeof (struct fuse_getxattr_out),
                        .check = payload_xattr },
    [FUSE_LISTXATTR] = { .name = "LISTXATTR", .as_asked = true,
                         .most = sizeof (struct fuse_getxattr_out),
                         .check = payload_xattr },
    [FUSE_REMOVEXATTR] = { .name = "REMOVEXATTR" },
    [FUSE_INIT] = { .name = "INIT", .exact = sizeof (struct fuse_init_out),
                    .check = payload_init },
    [FUSE_READDIR] = { .name = "READDIR", .as_asked = true,
                       .check = payload_directory },
    [FUSE_FSYNCDIR] = { .name = "FSYNCDIR" },
    [FUSE_BATCH_FORGET] = { .name = "BATCH_FORGET", .silent = true },
    [FUSE_FALLOCATE] = { .name = "FALLOCATE" },
    [FUSE_READDIRPLUS] = { .name = "READDIRPLUS", .as_asked = true,
                           .check = payload_directory },
    [FUSE_RENAME2] = { .name = "RENAME2" },
    [FUSE_LSEEK] = { .name = "LSEEK",
                     .exact = sizeof (struct fuse_lseek_out),
                     .check = payload_offset },
    [FUSE_COPY_FILE_RANGE] = { .name = "COPY_FILE_RANGE",
                               .exact = sizeof (struct fuse_write_out),
                               .check = payload_written },
};

static const struct rule *
find_rule (uint32_t opcode)
{
    if (opcode >= sizeof rules / sizeof *rules || !rules[opcode].name)
        return NULL;
    return &rules[opcode];
}

const char *
fuse_opcode_name (uint32_t opcode)
{
    const struct rule *rule = find_rule (opcode);

    return rule ? rule->name : "request";
}

bool
fuse_opcode_forwarded (uint32_t opcode)
{
    return opcode != FUSE_INIT && find_rule (opcode);
}

bool
fuse_opcode_silent (uint32_t opcode)
{
    const struct rule *rule = find_rule (opcode);

    return rule && rule->silent;
}

/* How much the request asks for, or writes. */
static uint32_t
size_of_data (const struct fuse_in_header *request)
{
    const void *body = request + 1;
    const struct fuse_copy_file_range_in *copy;

    switch (request->opcode) {
    case FUSE_READ:
    case FUSE_READDIR:
    case FUSE_READDIRPLUS:
        return ((const struct fuse_read_in *) body)->size;
    case FUSE_WRITE:
        return ((const struct fuse_write_in *) body)->size;
    case FUSE_GETXATTR:
    case FUSE_LISTXATTR:
        return ((const struct fuse_getxattr_in *) body)->size;
    case FUSE_COPY_FILE_RANGE:
        copy = body;
        return copy->len > UINT32_MAX ? UINT32_MAX : (uint32_t) copy->len;
    default:
        return 0;
    }
}

/* The most bytes that may follow the header. */
static size_t
payload_max (const struct rule *rule, uint32_t size)
{
    if (rule->exact > 0)
        return rule->exact;
    if (!rule->as_asked || size == 0)
        return rule->most;
    return size < FUSE_DATA_MAX ? size : FUSE_DATA_MAX;
}

void
fuse_batch_begin (struct fuse_batch *batch)
{
    batch->count = 0;
    batch->reply_room = 0;
}

void
fuse_batch_add (struct fuse_batch *batch, const struct fuse_in_header *request)
{
    const struct rule *rule = find_rule (request->opcode);
    struct fuse_pending *p = &batch->item[batch->count++];

    *p = (struct fuse_pending) {
        .unique = request->unique,
        .node = request->nodeid,
        .opcode = request->opcode,
        .size = size_of_data (request),
        .answered = rule->silent,
    };
    if (!rule->silent)
        batch->reply_room += FUSE_ALIGN (sizeof (struct fuse_out_header)
                                         + payload_max (rule, p->size));
}

/* Mostly they are answered in order. */
static struct fuse_pending *
find_pending (struct fuse_batch *batch, uint64_t unique, size_t *guess)
{
    for (size_t i = 0; i < batch->count; i++) {
        size_t at = (*guess + i) % batch->count;

        if (batch->item[at].unique == unique && !batch->item[at].answered) {
            *guess = at + 1;
            return &batch->item[at];
        }
    }
    return NULL;
}

static int
check_payload (const struct fuse_pending *request, const char *data,
               size_t size, struct error *err)
{
    const struct rule *rule = find_rule (request->opcode);
    size_t most = payload_max (rule, request->size);

    if (size > most || (rule->exact > 0 && size != rule->exact))
        return bad (err, "of the wrong length");
    return rule->check ? rule->check (request, data, size, err) : 0;
}

static int
check_reply (struct fuse_batch *batch, const struct fuse_out_header *header,
             const char *data, size_t *guess, struct error *err)
{
    struct fuse_pending *request = find_pending (batch, header->unique, guess);
    size_t size = header->len - sizeof *header;

    if (!request)
        return bad (err, "to a request that nobody has made");
    request->answered = true;
    if (header->error > 0 || header->error < -ERRNO_MAX)
        return bad (err, "with an error that is none");
    if (header->error < 0)
        return size > 0 ? bad (err, "of the wrong length") : 0;
    return check_payload (request, data, size, err);
}

/* Of replies that are not passed on. */
static void
forget_answers (struct fuse_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        batch->item[i].answered = fuse_opcode_silent (batch->item[i].opcode);
}

const char *
fuse_batch_reply (const char *replies, size_t size,
                  struct fuse_out_header *ret)
{
    if (size < sizeof *ret)
        return NULL;
    memcpy (ret, replies, sizeof *ret);
    if (ret->len < sizeof *ret || FUSE_ALIGN ((size_t) ret->len) > size)
        return NULL;
    return replies + FUSE_ALIGN ((size_t) ret->len);
}

int
fuse_batch_check (struct fuse_batch *batch, const char *replies, size_t size,
                  struct error *err)
{
    const char *end = replies + size;
    size_t guess = 0;
    int r = 0;

    while (r == 0 && replies < end) {
        struct fuse_out_header header;
        const char *next = fuse_batch_reply (replies, (size_t) (end - replies),
                                             &header);

        r = next ? check_reply (batch, &header, replies + sizeof header,
                                &guess, err)
                 : bad (err, "that breaks off");
        replies = next;
    }
    if (r < 0)
        forget_answers (batch);
    return r;
}
