/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The QEMU that is run: where it is, whose it is, what it can do. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache.h"
#include "file-key.h"
#include "hypervisor.h"

void
hypervisor_free (struct hypervisor *h)
{
    free (h->path);
    qemu_features_free (&h->features);
    *h = (struct hypervisor) { 0 };
}

/* The path of a name without a slash; itself if there is none. */
static char *
look_in_path (const char *name)
{
    const char *path = getenv ("PATH");
    cleanup_string_array char **folders = string_split (path ? path : "",
                                                        ':');

    for (size_t i = 0; folders[i]; i++) {
        cleanup_free char *file = xasprintf ("%s/%s", folders[i], name);

        if (*folders[i] && access (file, X_OK) == 0)
            return steal (&file);
    }
    return xstrdup (name);
}

/* What it is in the end, if the name is a link. */
static char *
real_path (const char *path, struct error *err)
{
    char *real = realpath (path, NULL);

    if (!real)
        return fail_null (err, errno, "%s: %m (set_hv, LIBGUESTFS_HV or "
                          "LIBGUESTFS_QEMU can name another QEMU)", path);
    return real;
}

static int
check_executable (const char *path, struct error *err)
{
    struct stat st;

    if (stat (path, &st) < 0)
        return fail (err, errno, "%s: %m", path);
    if (!S_ISREG (st.st_mode))
        return fail (err, EACCES, "%s: not a program", path);
    if (access (path, X_OK) < 0)
        return fail (err, errno, "%s: not executable: %m", path);
    return 0;
}

/* Whatever is no program of the processor's needs another to run it. */
static bool
is_script (const char *path)
{
    cleanup_fd int fd = open (path, O_RDONLY | O_CLOEXEC);
    char magic[4];

    /* One that can't be read is no script: that would have to be. */
    return fd >= 0
           && (read (fd, magic, sizeof magic) != sizeof magic
               || memcmp (magic, "\177ELF", sizeof magic) != 0);
}

static bool
is_of_package (const char *real)
{
    return string_starts_with (real, "/usr/")
           && !string_starts_with (real, "/usr/local/");
}

static char *
make_key (const char *path)
{
    char *key = NULL;
    size_t size;
    FILE *fp = open_memstream (&key, &size);

    if (!fp)
        out_of_memory ();
    fprintf (fp, "libguestfs %s\n", GUESTFS_VERSION);
    key_put_file (fp, path);
    if (fclose (fp) != 0)
        out_of_memory ();
    return key;
}

/* One file for each path (FNV-1a, RFC draft-eastlake-fnv). */
static uint32_t
hash (const char *text)
{
    uint32_t h = 2166136261u;

    for (; *text; text++)
        h = (h ^ (unsigned char) *text) * 16777619u;
    return h;
}

/* What it has said before is still true of the same program; what a script
 * starts may be another one now.
 */
static int
ask_or_remember (guestfs_h *g, struct hypervisor *h)
{
    cleanup_free char *folder = h->script ? NULL : cache_folder (g);
    cleanup_free char *path = NULL, *key = make_key (h->path), *text = NULL;

    error_clear (&g->error); /* then it is asked each time */
    if (folder)
        path = xasprintf ("%s/qemu-%08x", folder, hash (h->path));
    text = path ? cache_read (path, key) : NULL;
    if (text && qemu_features_read (text, &h->features) == 0)
        return 0;
    if (qemu_features_ask (h->path, &h->features, &g->error) < 0)
        return -1;
    if (path && !h->features.fleeting) {
        free (text);
        text = qemu_features_write (&h->features);
        cache_write (path, key, text);
    }
    return 0;
}

int
hypervisor_find (guestfs_h *g, const char *name, struct hypervisor *ret)
{
    cleanup_hypervisor struct hypervisor h = { 0 };
    const bool *has = h.features.has;
    cleanup_free char *path = strchr (name, '/') ? xstrdup (name)
                                                 : look_in_path (name);
    cleanup_free char *real = real_path (path, &g->error);

    if (!real || check_executable (path, &g->error) < 0)
        return -1;
    h.path = path[0] == '/' ? steal (&path) : xstrdup (real);
    h.script = is_script (real);
    h.foreign = h.script || !is_of_package (real);
    if (ask_or_remember (g, &h) < 0
        || qemu_features_check (h.path, &h.features, &g->error) < 0)
        return -1;
    debug (g, "launch: %s: QEMU %s%s%s%s%s%s%s", h.path, h.features.version,
           has[QEMU_SANDBOX] ? "" : ", without -sandbox",
           has[QEMU_KVM] ? "" : ", without KVM",
           has[QEMU_TCG] ? "" : ", without TCG",
           has[QEMU_TEMPLATES] ? "" : ", without templates",
           h.script ? ", started by a script" : "",
           h.foreign ? ", not the host's own" : "");
    *ret = h;
    h = (struct hypervisor) { 0 };
    return 0;
}

bool
hypervisor_has (const struct hypervisor *h, const char *accelerator,
                char **ret_why)
{
    bool kvm = strcmp (accelerator, "kvm") == 0;

    if (h->features.has[kvm ? QEMU_KVM : QEMU_TCG])
        return true;
    *ret_why = xasprintf ("%s was built without %s", h->path,
                          kvm ? "KVM" : "TCG");
    return false;
}
