/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a read-only drive is written to.  For raw images the file is filled
 * by appliance/overlay.c, for others by qemu-storage-daemon, as a qcow2
 * image over the drive's.
 */

#include "config.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "directories.h"
#include "image.h"
#include "image-format.h"
#include "overlay.h"
#include "remote.h"

static int
overlay_failed (guestfs_h *g, const struct drive *d)
{
    int errnum = errno;
    cleanup_free char *what = xasprintf ("a file for what is written to the "
                                         "read-only drive %s", d->filename);

    return fail_temporary (g, errnum, what);
}

int
overlay_open (guestfs_h *g, struct drive *d)
{
    d->overlay = open_temporary (g);
    if (d->overlay < 0)
        return overlay_failed (g, d);
    return above_stdio (&d->overlay, &g->error);
}

/* QEMU, docs/interop/qcow2.txt.  Numbers are big-endian. */
#define CLUSTER_BITS 16
#define CLUSTER_SIZE (1 << CLUSTER_BITS)
#define REFCOUNT_ORDER 4 /* 2 bytes for each cluster */

/* An entry of the first table stands for one cluster of entries of 8 bytes
 * in a second one, each of which stands for a cluster.
 */
#define L1_ENTRY_COVERS ((uint64_t) CLUSTER_SIZE / 8 * CLUSTER_SIZE)

struct qcow2_header {
    char magic[4];
    uint32_t version;
    uint64_t backing_file_offset;
    uint32_t backing_file_size;
    uint32_t cluster_bits;
    uint64_t size;
    uint32_t crypt_method;
    uint32_t l1_size;
    uint64_t l1_table_offset;
    uint64_t refcount_table_offset;
    uint32_t refcount_table_clusters;
    uint32_t nb_snapshots;
    uint64_t snapshots_offset;
    uint64_t incompatible_features;
    uint64_t compatible_features;
    uint64_t autoclear_features;
    uint32_t refcount_order;
    uint32_t header_length;
};

/* Which cluster is what in an empty image. */
enum { HEADER, REFCOUNT_TABLE, REFCOUNT_BLOCK, L1_TABLE };

static uint64_t
divide_up (uint64_t a, uint64_t b)
{
    return (a + b - 1) / b;
}

static uint64_t
offset_of (uint64_t cluster)
{
    return cluster * CLUSTER_SIZE;
}

static int
write_at (int fd, const void *data, size_t size, uint64_t cluster)
{
    ssize_t n = pwrite (fd, data, size, (off_t) offset_of (cluster));

    if (n >= 0 && (size_t) n < size)
        errno = ENOSPC;
    return n == (ssize_t) size ? 0 : -1;
}

/* That nothing is there is said by zeros: they need not be written. */
static int
write_empty_qcow2 (int fd, uint64_t size)
{
    uint64_t l1_size = divide_up (size, L1_ENTRY_COVERS);
    uint64_t clusters = L1_TABLE + divide_up (l1_size * 8, CLUSTER_SIZE);
    const struct qcow2_header header = {
        .magic = { 'Q', 'F', 'I', '\xfb' },
        .version = htobe32 (3),
        .cluster_bits = htobe32 (CLUSTER_BITS),
        .size = htobe64 (size),
        .l1_size = htobe32 ((uint32_t) l1_size),
        .l1_table_offset = htobe64 (offset_of (L1_TABLE)),
        .refcount_table_offset = htobe64 (offset_of (REFCOUNT_TABLE)),
        .refcount_table_clusters = htobe32 (1),
        .refcount_order = htobe32 (REFCOUNT_ORDER),
        .header_length = htobe32 (sizeof header),
    };
    const uint64_t block = htobe64 (offset_of (REFCOUNT_BLOCK));
    uint16_t refcounts[CLUSTER_SIZE / 2] = { 0 };

    if (clusters > CLUSTER_SIZE / 2) {
        errno = EFBIG;
        return -1;
    }
    for (uint64_t i = 0; i < clusters; i++)
        refcounts[i] = htobe16 (1);
    if (write_at (fd, &header, sizeof header, HEADER) < 0
        || write_at (fd, &block, sizeof block, REFCOUNT_TABLE) < 0
        || write_at (fd, refcounts, clusters * 2, REFCOUNT_BLOCK) < 0)
        return -1;
    return ftruncate (fd, (off_t) offset_of (clusters));
}

/* How large the drive is for the guest, in bytes. */
static int64_t
virtual_size (guestfs_h *g, const struct drive *d)
{
    int fd = d->remote ? d->remote->header : d->fd;
    off_t size;

    if (strcmp (d->format, "raw") != 0)
        return drive_virtual_size (g, d);
    size = lseek (fd, 0, SEEK_END);
    return size < 0 ? fail (&g->error, errno, "%s: %m", d->filename) : size;
}

int
overlay_format (guestfs_h *g, const struct drive *d)
{
    int64_t size = virtual_size (g, d);

    if (size < 0)
        return -1;
    size = (int64_t) divide_up ((uint64_t) size, SECTOR_SIZE) * SECTOR_SIZE;
    if (write_empty_qcow2 (d->overlay, (uint64_t) size) < 0)
        return overlay_failed (g, d);
    return 0;
}
