/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The initrd: a cpio archive, not compressed, with what finds the root. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "initrd.h"
#include "libarchive.h"
#include "memory.h"

struct initrd {
    const struct libarchive *la;
    struct archive *a;
};

static void
initrd_free (struct initrd *i)
{
    if (i->a)
        i->la->archive_write_free (i->a);
}

#define cleanup_initrd __attribute__ ((cleanup (initrd_free)))

/* The header of an entry.  Paths in a cpio archive are relative. */
static int
add_header (struct initrd *i, const char *path, mode_t mode, int64_t size,
            struct error *err)
{
    struct archive_entry *entry = i->la->archive_entry_new ();
    int r;

    if (!entry)
        out_of_memory ();
    i->la->archive_entry_copy_pathname (entry, path + 1);
    i->la->archive_entry_set_mode (entry, mode);
    i->la->archive_entry_set_size (entry, size);
    r = i->la->archive_write_header (i->a, entry);
    i->la->archive_entry_free (entry);
    return r == ARCHIVE_OK ? 0 : archive_failed (i->la, i->a, err);
}

static int
add_data (struct initrd *i, const char *path, const void *data, size_t size,
          struct error *err)
{
    if (add_header (i, path, S_IFREG | 0644, (int64_t) size, err) < 0)
        return -1;
    if (i->la->archive_write_data (i->a, data, size) != (la_ssize_t) size)
        return archive_failed (i->la, i->a, err);
    return 0;
}

static int
add_file (struct initrd *i, const char *path, const char *from, mode_t mode,
          struct error *err)
{
    cleanup_fd int fd = open (from, O_RDONLY | O_CLOEXEC);
    char buffer[65536];
    struct stat st;
    ssize_t n;

    if (fd < 0 || fstat (fd, &st) < 0)
        return fail (err, errno, "%s: %m", from);
    if (add_header (i, path, S_IFREG | mode, st.st_size, err) < 0)
        return -1;
    while ((n = read (fd, buffer, sizeof buffer)) > 0)
        if (i->la->archive_write_data (i->a, buffer, (size_t) n) != n)
            return archive_failed (i->la, i->a, err);
    return n < 0 ? fail (err, errno, "%s: %m", from) : 0;
}

/* Each module as /modules/NUMBER-NAME.ko, in the order in which they are
 * loaded, and the list of them.
 */
static int
add_modules (struct initrd *i, const struct build *b, struct error *err)
{
    cleanup_strings struct strings list = STRINGS_EMPTY;
    cleanup_free char *text = NULL;

    for (size_t n = 0; n < b->initrd_modules.count; n++) {
        const char *from = b->initrd_modules.item[n];

        strings_add_format (&list, INITRD_MODULES "/%02zu-%s", n,
                            strrchr (from, '/') + 1);
        if (add_file (i, list.item[n], from, 0644, err) < 0)
            return -1;
    }
    strings_add (&list, "");
    text = strings_join (&list, "\n");
    return add_data (i, INITRD_LIST, text, strlen (text), err);
}

static int
add_all (struct initrd *i, const struct build *b, struct error *err)
{
    static const char *const folders[]
        = { "/dev", "/proc", "/sys", "/root", INITRD_MODULES };

    for (size_t n = 0; n < sizeof folders / sizeof *folders; n++)
        if (add_header (i, folders[n], S_IFDIR | 0755, 0, err) < 0)
            return -1;
    if (add_file (i, "/init", b->init, 0755, err) < 0
        || add_data (i, INITRD_UUID, b->uuid, sizeof b->uuid, err) < 0)
        return -1;
    return add_modules (i, b, err);
}

int
initrd_write (const struct build *b, const char *path, struct error *err)
{
    cleanup_initrd struct initrd i = { .la = load_libarchive (err) };
    cleanup_fd int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                              0644);

    if (!i.la)
        return -1;
    if (fd < 0)
        return fail (err, errno, "%s: %m", path);
    i.a = i.la->archive_write_new ();
    if (!i.a)
        out_of_memory ();
    if (i.la->archive_write_set_format_cpio_newc (i.a) != ARCHIVE_OK
        || i.la->archive_write_open_fd (i.a, fd) != ARCHIVE_OK)
        return archive_failed (i.la, i.a, err);
    if (add_all (&i, b, err) < 0)
        return -1;
    if (i.la->archive_write_close (i.a) != ARCHIVE_OK)
        return archive_failed (i.la, i.a, err);
    return 0;
}
