/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The formats of disk images. */

#include "config.h"

#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "image-format.h"
#include "memory.h"

/* Signatures; a negative offset counts from the end of the file. */
static const struct {
    const char *format;
    off_t offset;
    size_t size;
    const char *magic;
} signatures[] = {
    { "qcow2", 0, 8, "QFI\xfb\0\0\0\2" },
    { "qcow2", 0, 8, "QFI\xfb\0\0\0\3" },
    { "qcow", 0, 8, "QFI\xfb\0\0\0\1" },
    { "qed", 0, 4, "QED\0" },
    { "vmdk", 0, 4, "KDMV" },
    { "vmdk", 0, 4, "COWD" },
    { "vmdk", 0, 21, "# Disk DescriptorFile" },
    { "vdi", 0x40, 4, "\x7f\x10\xda\xbe" },
    { "vhdx", 0, 8, "vhdxfile" },
    { "vpc", 0, 8, "conectix" },
    { "vpc", -512, 8, "conectix" },
    { "parallels", 0, 16, "WithoutFreeSpace" },
    { "parallels", 0, 16, "WithouFreSpacExt" },
    { "dmg", -512, 4, "koly" },
};

static bool
has_bytes (int fd, off_t end, off_t offset, const char *bytes, size_t size)
{
    char buffer[32];

    if (offset < 0)
        offset += end;
    return offset >= 0 && size <= sizeof buffer
           && pread (fd, buffer, size, offset) == (ssize_t) size
           && memcmp (buffer, bytes, size) == 0;
}

const char *
probe_format (int fd, const char *name, struct error *err)
{
    off_t end = lseek (fd, 0, SEEK_END);

    if (end < 0)
        return fail_null (err, errno, "%s: %m", name);
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++)
        if (has_bytes (fd, end, signatures[i].offset, signatures[i].magic,
                       signatures[i].size))
            return signatures[i].format;
    return "raw";
}

bool
has_uml_cow_header (int fd)
{
    return has_bytes (fd, 0, 0, "OOOM", 4);
}

/* qcow2's header: QEMU, docs/interop/qcow2.txt.  Numbers are big-endian. */
#define QCOW2_BACKING_OFFSET 8
#define QCOW2_BACKING_SIZE 16
#define QCOW2_SIZE 24
#define QCOW2_HEADER_LENGTH 100
#define QCOW2_V2_HEADER_SIZE 72
#define QCOW2_EXTENSIONS_MAX 65536
#define QCOW2_EXTENSION_END 0
#define QCOW2_EXTENSION_BACKING_FORMAT 0xe2792acaU

/* As long as QEMU allows. */
#define BACKING_NAME_MAX 1023

static uint32_t
be32_at (const char *p)
{
    uint32_t value;

    memcpy (&value, p, sizeof value);
    return be32toh (value);
}

static uint64_t
be64_at (const char *p)
{
    uint64_t value;

    memcpy (&value, p, sizeof value);
    return be64toh (value);
}

int64_t
qcow2_virtual_size (int fd, const char *name, struct error *err)
{
    char header[QCOW2_V2_HEADER_SIZE];
    ssize_t n = pread (fd, header, sizeof header, 0);
    uint64_t size;

    if (n < QCOW2_V2_HEADER_SIZE)
        return fail (err, n < 0 ? errno : EINVAL,
                     "%s: the qcow2 header is cut off", name);
    size = be64_at (header + QCOW2_SIZE);
    if (size > INT64_MAX)
        return fail (err, EINVAL, "%s: the size in the qcow2 header is "
                     "damaged", name);
    return (int64_t) size;
}

static char *
read_name (int fd, const char *name, uint64_t offset, uint32_t size,
           struct error *err)
{
    cleanup_free char *text = NULL;

    if (size > BACKING_NAME_MAX || offset > INT64_MAX)
        return fail_null (err, EINVAL, "%s: the name of the backing file is "
                          "%u bytes long, %d are allowed", name, size,
                          BACKING_NAME_MAX);
    text = xcalloc (1, (size_t) size + 1);
    if (pread (fd, text, size, (off_t) offset) != (ssize_t) size
        || strlen (text) != size)
        return fail_null (err, EINVAL, "%s: the name of the backing file "
                          "is damaged", name);
    return steal (&text);
}

/* The extension that names the backing file's format; NULL if there is
 * none.  Extensions are a type, a length, and that much rounded up to 8.
 */
static char *
find_format (const char *extensions, size_t size)
{
    size_t at = 0;

    while (at + 8 <= size) {
        uint32_t type = be32_at (extensions + at);
        size_t length = be32_at (extensions + at + 4);

        at += 8;
        if (type == QCOW2_EXTENSION_END || length > size - at)
            break;
        if (type == QCOW2_EXTENSION_BACKING_FORMAT)
            return xstrndup (extensions + at, length);
        at += (length + 7) & ~(size_t) 7;
    }
    return NULL;
}

int
read_backing (int fd, const char *name, struct backing *ret,
              struct error *err)
{
    cleanup_free char *header = xcalloc (1, QCOW2_EXTENSIONS_MAX);
    ssize_t n = pread (fd, header, QCOW2_EXTENSIONS_MAX, 0);
    uint64_t offset;
    uint32_t size, length;

    if (n < QCOW2_V2_HEADER_SIZE)
        return fail (err, n < 0 ? errno : EINVAL,
                     "%s: the qcow2 header is cut off", name);
    offset = be64_at (header + QCOW2_BACKING_OFFSET);
    size = be32_at (header + QCOW2_BACKING_SIZE);
    if (offset == 0 || size == 0)
        return 0;
    length = be32_at (header + 4) >= 3 ? be32_at (header
                                                  + QCOW2_HEADER_LENGTH)
                                       : QCOW2_V2_HEADER_SIZE;
    ret->file = read_name (fd, name, offset, size, err);
    if (!ret->file)
        return -1;
    if (length < (size_t) n)
        ret->format = find_format (header + length, (size_t) n - length);
    return 0;
}

void
backing_free (struct backing *b)
{
    free (b->file);
    free (b->format);
    *b = (struct backing) { 0 };
}
