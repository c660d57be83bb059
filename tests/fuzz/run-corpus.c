/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Run a fuzz target over the files of a folder, as an ordinary test. */

#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>

#include "cleanup.h"
#include "error.h"
#include "fuzz.h"
#include "io.h"

#define INPUT_MAX (16 << 20)

int
main (int argc, char **argv)
{
    cleanup_dir DIR *dir = argc > 1 ? opendir (argv[1]) : NULL;
    cleanup_error struct error err = { 0 };
    struct dirent *entry;
    int count = 0;

    while (dir && (entry = readdir (dir))) {
        cleanup_free char *data = NULL;
        size_t size;

        if (entry->d_type != DT_REG)
            continue;
        data = read_file_at (dirfd (dir), entry->d_name, INPUT_MAX, &size,
                             &err);
        if (!data) {
            fprintf (stderr, "%s\n", err.message);
            return EXIT_FAILURE;
        }
        LLVMFuzzerTestOneInput ((const uint8_t *) data, size);
        count++;
    }
    printf ("%d inputs\n", count);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
