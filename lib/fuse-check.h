/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* FUSE requests that go to the daemon together, and what its replies to them
 * must look like.  They go to the kernel of the host, and the daemon may be
 * hostile: whatever can be checked without knowing the guest is checked here.
 */
#ifndef LIB_FUSE_CHECK_H
#define LIB_FUSE_CHECK_H

#include <linux/fuse.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* The most bytes that one READ or WRITE moves. */
#define FUSE_DATA_MAX (1u << 20)

/* The longest request and reply, of what the kernel is told to send. */
#define FUSE_REQUEST_MAX (FUSE_DATA_MAX + 4096)
#define FUSE_REPLY_MAX (FUSE_DATA_MAX + 4096)

/* Messages stand one after the other, each at a multiple of 8. */
#define FUSE_ALIGN(size) (((size) + 7) & ~(size_t) 7)

struct fuse_pending {
    uint64_t unique;
    uint64_t node;
    uint32_t opcode;
    uint32_t size;  /* of data that were asked for, or sent */
    bool answered;
};

#define FUSE_BATCH_MAX 512

struct fuse_batch {
    struct fuse_pending item[FUSE_BATCH_MAX];
    size_t count;
    size_t reply_room; /* that the replies to all of them may need */
};

/* "LOOKUP"; "request" for a number that is not known. */
const char *fuse_opcode_name (uint32_t opcode);

/* Is it one that the daemon carries out?  (The first one, INIT, is none.) */
bool fuse_opcode_forwarded (uint32_t opcode);

/* No reply belongs to it. */
bool fuse_opcode_silent (uint32_t opcode);

void fuse_batch_begin (struct fuse_batch *batch);

/* A request of the kernel's that is forwarded. */
void fuse_batch_add (struct fuse_batch *batch,
                     const struct fuse_in_header *request);

/* Check all replies of the daemon: EPROTO with what is wrong, and then none
 * of the requests counts as answered.
 */
int fuse_batch_check (struct fuse_batch *batch, const char *replies,
                      size_t size, struct error *err);

/* Runs over replies that were checked; size is what is left of them. */
const char *fuse_batch_reply (const char *replies, size_t size,
                              struct fuse_out_header *ret);

#endif /* LIB_FUSE_CHECK_H */
