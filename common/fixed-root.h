/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the root of a fixed appliance begins with.
 *
 * The original library takes no root but one that looks like an ext2 file
 * system: it says "root=UUID=..." on the kernel's command line, and asks
 * libmagic for that UUID.  So there is a header that has the fields which
 * libmagic reads, and nothing more; the image proper comes after it.
 */
#ifndef COMMON_FIXED_ROOT_H
#define COMMON_FIXED_ROOT_H

/* In bytes; as long as a block of the image. */
#define FIXED_ROOT_HEADER_SIZE 4096

/* Fields of the superblock of ext2, linux/fs/ext4/ext4.h. */
#define EXT2_MAGIC_OFFSET (1024 + 0x38)
#define EXT2_MAGIC "\x53\xef" /* 0xEF53, little-endian */
#define EXT2_STATE_OFFSET (1024 + 0x3a)
#define EXT2_STATE_CLEAN 1
#define EXT2_REVISION_OFFSET (1024 + 0x4c)
#define EXT2_REVISION 1 /* has a UUID */
#define EXT2_UUID_OFFSET (1024 + 0x68)
#define EXT2_UUID_SIZE 16

/* Of the image, linux/fs/erofs/erofs_fs.h. */
#define EROFS_MAGIC_OFFSET 1024
#define EROFS_MAGIC "\xe2\xe1\xf5\xe0" /* 0xE0F5E1E2, little-endian */

#endif /* COMMON_FIXED_ROOT_H */
