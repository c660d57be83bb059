/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls about block devices. */

#include "config.h"

#include <errno.h>

#include "calls.h"
#include "drive-name.h"

char **
do_list_devices (struct call *call)
{
    cleanup_strings struct strings devices = STRINGS_EMPTY;

    for (size_t i = 0; i < call->daemon->disks.count; i++) {
        char letters[DRIVE_NAME_SIZE];

        drive_name (i, letters);
        strings_add_format (&devices, "/dev/sd%s", letters);
    }
    return strings_steal (&devices);
}
