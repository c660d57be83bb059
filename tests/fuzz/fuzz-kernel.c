/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: the file of a kernel for QEMU. */

#include "config.h"

#include "build.h"
#include "cleanup.h"
#include "fuzz.h"
#include "memory.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    /* A copy, so that reading on behind it is noticed, and aligned as what
     * is mapped.
     */
    cleanup_free unsigned char *copy = xmemdup (data, size);
    cleanup_error struct error err = { 0 };
    struct kernel_image image = { .data = copy, .size = size };

    if (kernel_image_parse (&image, "kernel", &err) < 0) {
        check (err.message && !image.release);
        return 0;
    }
    check (!err.message);
    check (!image.release || strlen (image.release) < size);
    if (image.payload)
        check (image.payload > copy
               && image.payload + image.payload_size <= copy + size);
    if (image.is_elf)
        check (!image.payload && kernel_is_bootable_elf (copy, size));
    free (image.release);
    return 0;
}
