/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inspection: what the root of each kind of system looks like. */

#include "config.h"

#include <string.h>

#include "inspect.h"

#define SIGNS_MAX 4

/* A sign is a path, or several with '|' between them of which one must be
 * there.  One with a slash at its end must be a directory, or a link to one.
 */
struct system_kind {
    const char *type;
    const char *distro; /* if there is just one */
    const char *signs[SIGNS_MAX];
    bool any_case;
    void (*inspect[5]) (const struct guest_files *files, struct os *os);
};

/* The first that fits counts. */
static const struct system_kind kinds[] = {
    { "freebsd", "freebsd",
      { "/etc/", "/etc/fstab", "/etc/freebsd-update.conf|/bin/freebsd-version"
                               "|/boot/kernel/kernel" },
      .inspect = { inspect_bsd, inspect_hostname, inspect_arch } },
    { "netbsd", "netbsd", { "/etc/", "/netbsd", "/etc/fstab" },
      .inspect = { inspect_bsd, inspect_hostname, inspect_arch } },
    { "openbsd", "openbsd", { "/etc/", "/bsd", "/etc/fstab" },
      .inspect = { inspect_bsd, inspect_hostname, inspect_arch } },
    { "hurd", NULL, { "/hurd/", "/etc/", "/bin/" },
      .inspect = { inspect_release, inspect_hostname, inspect_arch } },
    { "minix", NULL, { "/service/", "/etc/fstab", "/etc/version" },
      .inspect = { inspect_minix, inspect_hostname, inspect_arch } },
    { "linux", NULL,
      { "/etc/", "/bin|/usr/bin/",
        "/etc/fstab|/etc/os-release|/usr/lib/os-release|/etc/hosts"
        "|/etc/passwd" },
      .inspect = { inspect_release, inspect_hostname, inspect_arch } },
    /* CoreOS: the rest is in /usr. */
    { "linux", NULL, { "/etc/", "/root/", "/home/", "/usr/" },
      .inspect = { inspect_release, inspect_hostname, inspect_arch } },
    { "windows", "windows",
      { "windows/system32/config/|winnt/system32/config/"
        "|win32/system32/config/|win/system32/config/"
        "|reactos/system32/config/" },
      .any_case = true,
      .inspect = { inspect_windows } },
    { "dos", "freedos", { "command.com", "kernel.sys|freedos/|fdos/" },
      .any_case = true,
      .inspect = { inspect_dos } },
    { "dos", "msdos", { "command.com|dos/", "io.sys", "msdos.sys" },
      .any_case = true,
      .inspect = { inspect_dos } },
};

static bool
has_path (const struct guest_files *files, const char *path, bool any_case)
{
    cleanup_free char *found = NULL;
    bool directory = string_ends_with (path, "/");

    if (any_case) {
        cleanup_free char *plain = xstrndup (path, strlen (path) - directory);

        path = found = guest_path_any_case (files, plain);
    }
    if (!path)
        return false;
    return directory ? guest_has_directory (files, path)
                     : guest_has (files, path);
}

static bool
has_sign (const struct guest_files *files, const char *sign, bool any_case)
{
    cleanup_string_array char **paths = string_split (sign, '|');

    for (size_t i = 0; paths[i]; i++)
        if (has_path (files, paths[i], any_case))
            return true;
    return false;
}

static bool
is_of_kind (const struct guest_files *files, const struct system_kind *kind)
{
    for (size_t i = 0; i < SIGNS_MAX && kind->signs[i]; i++)
        if (!has_sign (files, kind->signs[i], kind->any_case))
            return false;
    return true;
}

const struct system_kind *
system_kind_of (const struct guest_files *files)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (is_of_kind (files, &kinds[i]))
            return &kinds[i];
    return NULL;
}

void
inspect_system (const struct inspection *in, const struct system_kind *kind,
                struct guest_files *files, struct os *os)
{
    os->type = kind->type;
    os->distro = kind->distro;
    inspect_mounts (in, files, os);
    for (size_t i = 0; kind->inspect[i]; i++)
        kind->inspect[i] (files, os);
    if (os->windows.systemroot)
        inspect_registry (in, files, os);
}
