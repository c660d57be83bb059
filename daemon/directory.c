/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that make directories, and send what is in them. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "dents.h"
#include "output.h"
#include "sysroot.h"

static int
make_directory (struct call *call, const char *path, mode_t mode)
{
    const char *name;
    cleanup_fd int dirfd = sysroot_open_parent (call, path, &name);

    if (dirfd < 0)
        return -1;
    if (mkdirat (dirfd, name, mode) < 0)
        return fail (&call->err, errno, "%s: %m", path);
    return 0;
}

int
do_mkdir (struct call *call, const char *path)
{
    return make_directory (call, path, 0777);
}

int
do_mkdir_mode (struct call *call, const char *path, int mode)
{
    if (mode < 0 || mode > 07777)
        return fail (&call->err, EINVAL, "mode 0%o is more than permissions",
                     (unsigned int) mode);
    return make_directory (call, path, (mode_t) mode);
}

/* One that is there is fine, whatever it is: if it is no directory, the
 * next one below it can't be made.
 */
static int
make_if_missing (struct call *call, const char *path)
{
    if (make_directory (call, path, 0777) == 0)
        return 0;
    if (call->err.errnum != EEXIST)
        return -1;
    error_clear (&call->err);
    return 0;
}

int
do_mkdir_p (struct call *call, const char *path)
{
    cleanup_free char *prefix = xstrdup (path);
    struct stat st;

    for (char *p = prefix; *p; p++) {
        if (*p != '/' || p == prefix || p[-1] == '/')
            continue;
        *p = '\0';
        if (make_if_missing (call, prefix) < 0)
            return -1;
        *p = '/';
    }
    if (make_if_missing (call, path) < 0
        || sysroot_stat (call, path, true, &st) < 0)
        return -1;
    if (!S_ISDIR (st.st_mode))
        return fail (&call->err, EEXIST, "%s: not a directory, but %m", path);
    return 0;
}

/* Called with each entry of a directory, "." and ".." too. */
typedef int (*entry_sender) (struct output *output, int dirfd,
                             const struct dirent64 *entry);

static int
send_directory (struct call *call, const char *dir, entry_sender send)
{
    cleanup_fd int fd = sysroot_open (call, dir, O_RDONLY | O_DIRECTORY, 0);
    cleanup_dents struct dents dents = { 0 };
    cleanup_output struct output output = { 0 };
    const struct dirent64 *entry;
    int n;

    if (fd < 0)
        return -1;
    output_init (&output, call);
    dents_begin (&dents, fd);
    while ((n = dents_next (&dents, &entry)) > 0)
        if (send (&output, fd, entry) < 0)
            return -1;
    if (n < 0)
        return fail (&call->err, errno, "%s: %m", dir);
    return output_end (&output);
}

static int
send_name (struct output *output, int dirfd, const struct dirent64 *entry)
{
    (void) dirfd;
    if (is_dots (entry->d_name))
        return 0;
    return output_add (output, entry->d_name, strlen (entry->d_name) + 1);
}

int
do_ls0 (struct call *call, const char *dir)
{
    return send_directory (call, dir, send_name);
}

/* What a dirent of the API calls the types. */
static char
type_letter (unsigned char type)
{
    static const char letters[] = {
        [DT_UNKNOWN] = 'u', [DT_FIFO] = 'f', [DT_CHR] = 'c', [DT_DIR] = 'd',
        [DT_BLK] = 'b',     [DT_REG] = 'r',  [DT_LNK] = 'l', [DT_SOCK] = 's',
    };

    return type < sizeof letters && letters[type] ? letters[type] : '?';
}

/* The longest name of all file systems (255 characters of NTFS, in UTF-8)
 * and the rest of a wire_dirent.
 */
#define DIRENT_MAX 2048

static int
send_dirent (struct output *output, int dirfd, const struct dirent64 *entry)
{
    char buffer[DIRENT_MAX];
    wire_dirent dirent = {
        .ino = (int64_t) entry->d_ino,
        .ftyp = type_letter (dirent_type (dirfd, entry)),
        .name = (char *) entry->d_name,
    };
    XDR xdrs;

    xdrmem_create (&xdrs, buffer, sizeof buffer, XDR_ENCODE);
    if (!xdr_wire_dirent (&xdrs, &dirent))
        return fail (&output->call->err, ENAMETOOLONG, "%s: %m",
                     entry->d_name);
    return output_add (output, buffer, xdr_getpos (&xdrs));
}

int
do_internal_readdir (struct call *call, const char *dir)
{
    return send_directory (call, dir, send_dirent);
}
