/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The block devices that the kernel has. */

#include "config.h"

#include <stdio.h>

#include "kernel-devices.h"

/* A line is "major minor blocks name", below two lines of heading. */
char **
kernel_devices (void)
{
    cleanup_file FILE *fp = fopen ("/proc/partitions", "re");
    cleanup_strings struct strings devices = STRINGS_EMPTY;
    char line[256], name[128];

    while (fp && fgets (line, sizeof line, fp))
        if (sscanf (line, " %*u %*u %*u %127s", name) == 1)
            strings_add_format (&devices, "/dev/%s", name);
    return strings_steal (&devices);
}
