/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What goes into keys of caches. */

#include "config.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "file-key.h"
#include "io.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

void
key_put_file (FILE *fp, const char *path)
{
    struct stat st = { 0 };

    if (path && stat (path, &st) == 0)
        fprintf (fp, "%s %jx %ju %" PRId64 " %" PRId64 ".%09ld\n", path,
                 (uintmax_t) st.st_dev, (uintmax_t) st.st_ino,
                 (int64_t) st.st_size, (int64_t) st.st_mtim.tv_sec,
                 st.st_mtim.tv_nsec);
}

void
key_put_boot (FILE *fp)
{
    cleanup_error struct error ignored = { 0 };
    cleanup_free char *id = read_file_at (AT_FDCWD, BOOT_ID, 128, NULL,
                                          &ignored);

    fprintf (fp, "%s", id ? id : "");
}
