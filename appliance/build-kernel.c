/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel: which one, and putting it into the appliance. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "io.h"
#include "memory.h"

#define BOOT_PREFIX "/boot/vmlinuz-"

struct candidate {
    char *path;
    char *release;
};

struct candidates {
    struct candidate *item;
    size_t count;
};

static void
candidates_free (struct candidates *c)
{
    for (size_t i = 0; i < c->count; i++) {
        free (c->item[i].path);
        free (c->item[i].release);
    }
    free (c->item);
}

#define cleanup_candidates __attribute__ ((cleanup (candidates_free)))

static void
add_candidate (struct candidates *c, const char *path, const char *release,
               size_t length)
{
    c->item = xreallocarray (c->item, c->count + 1, sizeof *c->item);
    c->item[c->count++] = (struct candidate) {
        .path = xstrdup (path),
        .release = xstrndup (release, length),
    };
}

/* The newest first; where both places have the same one, that in /boot. */
static int
compare_candidates (const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    int order = strverscmp (y->release, x->release);

    return order != 0 ? order : strcmp (x->path, y->path);
}

static void
find_candidates (struct build *b, struct candidates *c)
{
    static const struct {
        const char *pattern;
        size_t prefix, suffix;
    } places[] = {
        { BOOT_PREFIX "*", sizeof BOOT_PREFIX - 1, 0 },
        { MODULES_FOLDER "/*/vmlinuz", sizeof MODULES_FOLDER,
          sizeof "/vmlinuz" - 1 },
    };

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        glob_t found = { 0 };

        input_add_matches (b, places[i].pattern);
        glob (places[i].pattern, 0, NULL, &found);
        for (size_t j = 0; j < found.gl_pathc; j++) {
            const char *path = found.gl_pathv[j];

            add_candidate (c, path, path + places[i].prefix,
                           strlen (path) - places[i].prefix
                               - places[i].suffix);
        }
        globfree (&found);
    }
    if (c->count > 0)
        qsort (c->item, c->count, sizeof *c->item, compare_candidates);
}

/* Somebody's name, or the number where there is none. */
static char *
owner_name (const struct stat *st)
{
    const struct passwd *user = getpwuid (st->st_uid);
    const struct group *group = getgrgid (st->st_gid);
    cleanup_free char *uid = xasprintf ("%u", (unsigned) st->st_uid);
    cleanup_free char *gid = xasprintf ("%u", (unsigned) st->st_gid);

    return xasprintf ("%s:%s", user ? user->pw_name : uid,
                      group ? group->gr_name : gid);
}

/* What everybody meets on Ubuntu, whose kernels only root may read. */
static int
fail_unreadable (const char *path, struct error *err)
{
    struct stat st;
    cleanup_free char *owner = NULL;

    if (stat (path, &st) < 0)
        return fail (err, EACCES, "the kernel %s: %m (a folder on the way "
                     "to it)", path);
    owner = owner_name (&st);
    return fail (err, EACCES, "the kernel %s can't be read: it belongs to "
                 "%s and has the mode %04o. As root, run 'chmod 0644 %s', "
                 "or, to keep it so, 'dpkg-statoverride --add --update root "
                 "root 0644 %s'; or name a kernel that you may read in "
                 "LIBGUESTFS_KERNEL", path, owner,
                 (unsigned) st.st_mode & 07777, path, path);
}

static bool
has_modules (struct build *b, const char *folder)
{
    cleanup_free char *path = xasprintf ("%s/modules.dep", folder);

    input_add (b, path);
    return access (path, R_OK) == 0;
}

static int
fail_no_modules (const char *kernel, const char *folder, struct error *err)
{
    return fail (err, ENOENT, "there are no modules for the kernel %s: "
                 "%s/modules.dep can't be read (%m). Install the package of "
                 "its modules, or name their folder in LIBGUESTFS_MODULES",
                 kernel, folder);
}

static void
choose (struct build *b, const char *path, const char *release,
        const char *modules)
{
    b->kernel_path = xstrdup (path);
    b->release = xstrdup (release);
    b->modules_path = xstrdup (modules);
}

/* A kernel that was named: its modules are those of its release. */
static int
choose_named (struct build *b, struct error *err)
{
    cleanup_kernel_image struct kernel_image image = { 0 };
    cleanup_free char *folder = NULL;

    if (kernel_image_open (&image, b->kernel, err) < 0)
        return err->errnum == EACCES ? fail_unreadable (b->kernel, err) : -1;
    if (!image.release)
        return fail (err, EINVAL, "%s: this kernel doesn't tell its release",
                     b->kernel);
    if (strchr (image.release, '/'))
        return fail (err, EINVAL, "%s: '%s' is no release", b->kernel,
                     image.release);
    folder = b->modules ? xstrdup (b->modules)
                        : xasprintf (MODULES_FOLDER "/%s", image.release);
    if (!has_modules (b, folder)) {
        errno = ENOENT;
        return fail_no_modules (b->kernel, folder, err);
    }
    choose (b, b->kernel, image.release, folder);
    return 0;
}

/* Take one if it is good; why not is in *err, the first reason counts.
 */
static bool
try_candidate (struct build *b, const struct candidate *c,
               struct error *err)
{
    cleanup_error struct error reason = { 0 };
    cleanup_kernel_image struct kernel_image image = { 0 };
    cleanup_free char *folder
        = b->modules ? xstrdup (b->modules)
                     : xasprintf (MODULES_FOLDER "/%s", c->release);

    input_add (b, c->path);
    if (!has_modules (b, folder))
        fail_no_modules (c->path, folder, &reason);
    else if (kernel_image_open (&image, c->path, &reason) < 0) {
        if (reason.errnum == EACCES)
            fail_unreadable (c->path, &reason);
    } else if (image.release && strcmp (image.release, c->release) != 0)
        fail (&reason, EINVAL, "%s: a kernel of another release (%s)",
              c->path, image.release);
    else {
        choose (b, c->path, c->release, folder);
        return true;
    }
    if (!err->message)
        error_move (err, &reason);
    return false;
}

/* With --modules alone: the kernel that these are for. */
static bool
fits_modules (const struct build *b, const struct candidate *c)
{
    const char *base = b->modules ? strrchr (b->modules, '/') : NULL;

    return !base || strcmp (base + 1, c->release) == 0;
}

int
kernel_choose (struct build *b, struct error *err)
{
    cleanup_candidates struct candidates c = { 0 };
    cleanup_error struct error reason = { 0 };

    if (b->kernel)
        return choose_named (b, err);
    find_candidates (b, &c);
    for (size_t i = 0; i < c.count; i++)
        if (fits_modules (b, &c.item[i])
            && try_candidate (b, &c.item[i], &reason))
            return 0;
    if (reason.message) {
        error_move (err, &reason);
        return -1;
    }
    return fail (err, ENOENT, "there is no kernel for QEMU, neither "
                 BOOT_PREFIX "* nor " MODULES_FOLDER "/*/vmlinuz%s%s: install "
                 "one (on Debian the package linux-image-amd64 or "
                 "linux-image-cloud-amd64), or name one in "
                 "LIBGUESTFS_KERNEL", b->modules ? " of the release of " : "",
                 b->modules ? b->modules : "");
}

/* What was unpacked must be all of it, and bootable. */
static bool
is_good (int fd, size_t size)
{
    void *p = mmap (NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    bool good;

    if (p == MAP_FAILED)
        return false;
    good = kernel_is_bootable_elf (p, size);
    munmap (p, size);
    return good;
}

/* Unpack the payload: 1, or 0 if that can't be done. */
static int
install_payload (const struct kernel_image *image, int fd, struct error *err)
{
    cleanup_error struct error reason = { 0 };
    int64_t size;

    if (!image->payload)
        return 0;
    size = unpack_to (image->payload, image->payload_size, fd,
                      (int64_t) image->unpacked_size, &reason);
    if (size < 0 && (reason.errnum == ENOSPC || reason.errnum == EDQUOT)) {
        error_move (err, &reason);
        return -1;
    }
    return size == (int64_t) image->unpacked_size
           && is_good (fd, image->unpacked_size);
}

int
kernel_install (struct build *b, const char *path, struct error *err)
{
    cleanup_kernel_image struct kernel_image image = { 0 };
    cleanup_fd int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
                              0644);
    int unpacked;

    if (fd < 0)
        return fail (err, errno, "%s: %m", path);
    input_add (b, b->kernel_path);
    if (kernel_image_open (&image, b->kernel_path, err) < 0)
        return -1;
    unpacked = install_payload (&image, fd, err);
    if (unpacked != 0)
        return unpacked < 0 ? -1 : 0;
    if (ftruncate (fd, 0) < 0 || lseek (fd, 0, SEEK_SET) < 0
        || write_full (fd, image.data, image.size) < 0)
        return fail (err, errno, "%s: %m", path);
    return 0;
}
