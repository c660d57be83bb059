/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UUIDs, which the kernel can make. */

#include "config.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>

#include "io.h"
#include "string-list.h"
#include "uuid.h"

char *
random_uuid (struct error *err)
{
    char *uuid = read_file_at (AT_FDCWD, "/proc/sys/kernel/random/uuid", 64,
                               NULL, err);

    if (uuid)
        string_trim_end (uuid);
    return uuid;
}

void
uuid_to_bytes (const char *uuid, unsigned char ret[16])
{
    for (size_t i = 0; i < 16; i++) {
        unsigned byte = 0;

        if (*uuid == '-')
            uuid++;
        sscanf (uuid, "%2x", &byte);
        ret[i] = (unsigned char) byte;
        uuid += 2;
    }
}

/* 8-4-4-4-12 hexadecimal digits. */
bool
is_uuid (const char *s)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    size_t i = 0;

    while (form[i] && s[i]
           && (form[i] == '-' ? s[i] == '-'
                              : isxdigit ((unsigned char) s[i])))
        i++;
    return !form[i] && !s[i];
}
