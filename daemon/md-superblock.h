/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members of RAID arrays, told by their superblocks. */
#ifndef DAEMON_MD_SUPERBLOCK_H
#define DAEMON_MD_SUPERBLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define MD_NAME_SIZE 32
#define MD_UUID_SIZE 16

struct md_superblock {
    int major, minor; /* of the format: 0.90, 1.0, 1.1 or 1.2 */
    unsigned char uuid[MD_UUID_SIZE]; /* of the array */
    int level;        /* such as 5, or one of those below */
    bool becomes_raid6; /* a reshape to that level is under way */
    int number;       /* format 0.90: of the array's device; else -1 */
    char name[MD_NAME_SIZE + 1]; /* of the array, or "" */
};

#define MD_LEVEL_LINEAR (-1)
#define MD_LEVEL_MULTIPATH (-4)

/* False if the device is no member of an array. */
bool md_superblock_read (const char *device, struct md_superblock *ret);

#endif /* DAEMON_MD_SUPERBLOCK_H */
