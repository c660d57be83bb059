/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fixed appliances: finding them, and telling ours from the original's. */

#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fixed-appliance.h"
#include "fixed-root.h"

static bool
exists_in (const char *folder, const char *name)
{
    cleanup_free char *path = xasprintf ("%s/%s", folder, name);

    return access (path, F_OK) == 0;
}

/* Returns 1 if all is there, 0 if nothing is. */
static int
look_into (const char *folder, struct error *err)
{
    static const char *const names[] = { "kernel", "initrd", "root" };
    size_t n = sizeof names / sizeof *names;
    const char *missing = NULL;
    bool some = exists_in (folder, "README.fixed");

    for (size_t i = 0; i < n; i++) {
        if (exists_in (folder, names[i]))
            some = true;
        else
            missing = names[i];
    }
    if (some && missing)
        return fail (err, ENOENT, "%s/%s: this file is missing from the fixed "
                     "appliance in that folder, which LIBGUESTFS_PATH or "
                     "set_path names", folder, missing);
    return some;
}

int
fixed_appliance_find (guestfs_h *g, struct appliance_files *ret)
{
    cleanup_string_array char **folders = string_split (g->path, ':');

    for (size_t i = 0; folders[i]; i++) {
        const char *folder = *folders[i] ? folders[i] : ".";
        int r = look_into (folder, &g->error);

        if (r < 0)
            return -1;
        if (r == 0)
            continue;
        debug (g, "launch: the fixed appliance in %s", folder);
        *ret = APPLIANCE_FILES_NONE;
        ret->folder = xstrdup (folder);
        ret->kernel = xasprintf ("%s/kernel", folder);
        ret->initrd = xasprintf ("%s/initrd", folder);
        ret->root = xasprintf ("%s/root", folder);
        return 1;
    }
    return 0;
}

static bool
has_bytes (int fd, off_t offset, const char *bytes)
{
    char buffer[8];
    size_t n = strlen (bytes);

    return pread (fd, buffer, n, offset) == (ssize_t) n
           && memcmp (buffer, bytes, n) == 0;
}

/* What QEMU can start: ELF with its note; bzImage (Linux,
 * Documentation/x86/boot.rst); an image for arm64 (booting.rst of it).
 */
static bool
is_kernel (int fd)
{
    return has_bytes (fd, 0, "\177ELF") || has_bytes (fd, 0x202, "HdrS")
           || has_bytes (fd, 56, "ARM\x64");
}

static char *
format_uuid (const unsigned char *u)
{
    return xasprintf ("%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
                      "%02x%02x%02x%02x%02x%02x", u[0], u[1], u[2], u[3],
                      u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12],
                      u[13], u[14], u[15]);
}

static int
read_uuid (struct appliance_files *f, struct error *err)
{
    unsigned char uuid[EXT2_UUID_SIZE];

    if (pread (f->root_fd, uuid, sizeof uuid, EXT2_UUID_OFFSET)
        != sizeof uuid)
        return fail (err, errno, "%s: %m", f->root);
    f->root_uuid = format_uuid (uuid);
    return 0;
}

int
fixed_appliance_examine (struct appliance_files *f, struct error *err)
{
    if (!is_kernel (f->kernel_fd))
        return fail (err, ENOEXEC, "%s: this is no kernel that QEMU could "
                     "start", f->kernel);
    if (has_bytes (f->root_fd, FIXED_ROOT_HEADER_SIZE + EROFS_MAGIC_OFFSET,
                   EROFS_MAGIC))
        return 0;
    if (has_bytes (f->root_fd, EXT2_MAGIC_OFFSET, EXT2_MAGIC))
        return read_uuid (f, err);
    return fail (err, EINVAL, "%s: this is neither a root that "
                 "libguestfs-make-fixed-appliance has made nor a file system "
                 "of the kind ext2, ext3 or ext4", f->root);
}
