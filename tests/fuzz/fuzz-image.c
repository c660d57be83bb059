/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: a disk image whose format and backing file are found out. */

#include "config.h"

#include <sys/mman.h>
#include <unistd.h>

#include "cleanup.h"
#include "fuzz.h"
#include "image-format.h"
#include "io.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    cleanup_fd int fd = memfd_create ("image", MFD_CLOEXEC);
    cleanup_error struct error err = { 0 };
    struct backing backing = { 0 };
    const char *format;
    int r;

    check (fd >= 0 && write_full (fd, data, size) == 0);
    format = probe_format (fd, "image", &err);
    check (format && !err.message);
    has_uml_cow_header (fd);
    r = read_backing (fd, "image", &backing, &err);
    check ((r < 0) == (err.message != NULL));
    check (r == 0 || (!backing.file && !backing.format));
    check (!backing.file || *backing.file);
    check (backing.file || !backing.format);
    backing_free (&backing);
    return 0;
}
