/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members of RAID arrays (kernel, include/uapi/linux/raid/md_p.h). */

#include "config.h"

#include <endian.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/raid/md_p.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cleanup.h"
#include "md-superblock.h"

#define SECTOR 512

/* Where formats 1.x have it, in sectors.  Each superblock says where it
 * lies, so that one inside a partition at a drive's end is not taken for
 * the drive's.
 */
static uint64_t
place_of_version_1 (int minor, uint64_t sectors)
{
    switch (minor) {
    case 0:
        return sectors < 16 ? 0 : (sectors - 16) & ~UINT64_C (7);
    case 1:
        return 0;
    default:
        return 8;
    }
}

static bool
read_at (int fd, uint64_t sector, void *buffer, size_t size)
{
    return pread (fd, buffer, size, (off_t) (sector * SECTOR))
           == (ssize_t) size;
}

static bool
read_version_1 (int fd, int minor, uint64_t sectors,
                struct md_superblock *ret)
{
    struct mdp_superblock_1 sb;
    uint64_t at = place_of_version_1 (minor, sectors);

    if (!read_at (fd, at, &sb, sizeof sb)
        || le32toh (sb.magic) != MD_SB_MAGIC || le32toh (sb.major_version) != 1
        || le64toh (sb.super_offset) != at)
        return false;
    *ret = (struct md_superblock) {
        .major = 1,
        .minor = minor,
        .level = (int) le32toh (sb.level),
        .becomes_raid6 = (le32toh (sb.feature_map) & MD_FEATURE_RESHAPE_ACTIVE)
                         && le32toh (sb.new_level) == 6,
        .number = -1,
    };
    memcpy (ret->uuid, sb.set_uuid, MD_UUID_SIZE);
    memcpy (ret->name, sb.set_name, MD_NAME_SIZE);
    return true;
}

/* Format 0.90 is in the byte order of the machine that wrote it; the kernel
 * reads its own only.
 */
static bool
read_version_0 (int fd, uint64_t sectors, struct md_superblock *ret)
{
    mdp_super_t sb;
    uint32_t uuid[4];

    if (sectors < 2 * MD_RESERVED_SECTORS
        || !read_at (fd, MD_NEW_SIZE_SECTORS (sectors), &sb, sizeof sb)
        || sb.md_magic != MD_SB_MAGIC || sb.major_version != 0)
        return false;
    *ret = (struct md_superblock) {
        .major = 0,
        .minor = 90,
        .level = (int) sb.level,
        .becomes_raid6 = sb.minor_version > 90 && sb.new_level == 6,
        .number = (int) sb.md_minor,
    };
    uuid[0] = sb.set_uuid0;
    uuid[1] = sb.set_uuid1;
    uuid[2] = sb.set_uuid2;
    uuid[3] = sb.set_uuid3;
    memcpy (ret->uuid, uuid, MD_UUID_SIZE);
    return true;
}

bool
md_superblock_read (const char *device, struct md_superblock *ret)
{
    cleanup_fd int fd = open (device, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    uint64_t size;

    if (fd < 0 || ioctl (fd, BLKGETSIZE64, &size) < 0)
        return false;
    for (int minor = 2; minor >= 0; minor--)
        if (read_version_1 (fd, minor, size / SECTOR, ret))
            return true;
    return read_version_0 (fd, size / SECTOR, ret);
}
