/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The archive with microcode that lies before an initrd (kernel,
 * Documentation/driver-api/early-userspace/buffer-format.rst).
 */

#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "early-cpio.h"

/* cpio (5), "New ASCII Format": a magic number, and 13 numbers of eight
 * digits.
 */
#define HEADER_SIZE 110
#define SIZE_AT 54
#define NAME_SIZE_AT 94

#define TRAILER "TRAILER!!!"

/* More files than that are no microcode. */
#define ENTRIES_MAX 100

/* Zeros after it. */
#define PADDING_MAX (1 << 20)

static uint32_t
number_at (const char *header, size_t at)
{
    char digits[9];

    memcpy (digits, header + at, 8);
    digits[8] = '\0';
    return (uint32_t) strtoul (digits, NULL, 16);
}

static off_t
aligned (off_t offset)
{
    return (offset + 3) & ~(off_t) 3;
}

/* The entry at *offset, which becomes that of the next. */
static bool
skip_entry (int fd, off_t *offset, bool *ret_last)
{
    char header[HEADER_SIZE], name[sizeof TRAILER];

    if (pread (fd, header, sizeof header, *offset) != sizeof header
        || memcmp (header, "07070", 5) != 0
        || (header[5] != '1' && header[5] != '2')
        || pread (fd, name, sizeof name, *offset + HEADER_SIZE)
               != sizeof name)
        return false;
    *ret_last = memcmp (name, TRAILER, sizeof name) == 0;
    *offset = aligned (*offset + HEADER_SIZE
                       + number_at (header, NAME_SIZE_AT));
    *offset = aligned (*offset + number_at (header, SIZE_AT));
    return true;
}

static off_t
skip_zeros (int fd, off_t offset)
{
    char block[512];
    off_t end = offset + PADDING_MAX;

    while (offset < end) {
        ssize_t n = pread (fd, block, sizeof block, offset);

        if (n <= 0)
            return -1;
        for (ssize_t i = 0; i < n; i++)
            if (block[i] != '\0')
                return offset + i;
        offset += n;
    }
    return -1;
}

off_t
early_cpio_end (int fd, off_t offset)
{
    bool last = false;

    for (int i = 0; i < ENTRIES_MAX && !last; i++)
        if (!skip_entry (fd, &offset, &last))
            return -1;
    return last ? skip_zeros (fd, offset) : -1;
}
