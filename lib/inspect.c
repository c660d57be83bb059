/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls about guests that the library composes of others. */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "download.h"
#include "impl.h"

/* How osinfo-db writes the versions of a system. */
enum version {
    NO_VERSION,
    MAJOR,          /* "39" */
    MAJOR_MINOR,    /* "9.3" */
    MAJOR_MINOR2,   /* "22.04" */
    MAJOR_DOT_ZERO, /* "7.0", whatever the minor version is */
    SERVICE_PACK,   /* "15", "15sp4" */
};

/* The first with the distribution and a major version that is not less. */
static const struct osinfo {
    const char *distro;
    int since;
    const char *name;
    enum version version;
} osinfos[] = {
    { "almalinux", 1, "almalinux", MAJOR },
    { "alpinelinux", 1, "alpinelinux", MAJOR_MINOR },
    { "altlinux", 8, "alt", MAJOR },
    { "altlinux", 1, "altlinux", MAJOR_MINOR },
    { "archlinux", 0, "archlinux", NO_VERSION },
    { "centos", 8, "centos", MAJOR },
    { "centos", 7, "centos", MAJOR_DOT_ZERO },
    { "centos", 1, "centos", MAJOR_MINOR },
    { "cirros", 0, "cirros", MAJOR_MINOR },
    { "debian", 4, "debian", MAJOR },
    { "debian", 1, "debian", MAJOR_MINOR },
    { "fedora", 1, "fedora", MAJOR },
    { "freebsd", 1, "freebsd", MAJOR_MINOR },
    { "gentoo", 0, "gentoo", NO_VERSION },
    { "mageia", 1, "mageia", MAJOR },
    { "netbsd", 1, "netbsd", MAJOR_MINOR },
    { "openbsd", 1, "openbsd", MAJOR_MINOR },
    { "opensuse", 1, "opensuse", MAJOR_MINOR },
    { "oraclelinux", 1, "ol", MAJOR_MINOR },
    { "rhel", 1, "rhel", MAJOR_MINOR },
    { "rocky", 1, "rocky", MAJOR },
    { "scientificlinux", 1, "scientificlinux", MAJOR_MINOR },
    { "sles", 1, "sles", SERVICE_PACK },
    { "ubuntu", 1, "ubuntu", MAJOR_MINOR2 },
    { "voidlinux", 0, "voidlinux", NO_VERSION },
};

/* Windows: editions for servers have numbers of their own, and since 10.0
 * the build decides.
 */
static const struct {
    int major, minor, build;
    const char *client, *server;
} windows[] = {
    { 10, 0, 26100, "win11", "win2k25" }, { 10, 0, 22000, "win11", "win2k22" },
    { 10, 0, 20348, "win10", "win2k22" }, { 10, 0, 17763, "win10", "win2k19" },
    { 10, 0, 0, "win10", "win2k16" },     { 6, 3, 0, "win8.1", "win2k12r2" },
    { 6, 2, 0, "win8", "win2k12" },       { 6, 1, 0, "win7", "win2k8r2" },
    { 6, 0, 0, "winvista", "win2k8" },    { 5, 2, 0, "win2k3", "win2k3" },
    { 5, 1, 0, "winxp", "winxp" },        { 5, 0, 0, "win2k", "win2k" },
};

static char *
format_id (const struct osinfo *o, int major, int minor)
{
    switch (o->version) {
    case MAJOR:
        return xasprintf ("%s%d", o->name, major);
    case MAJOR_MINOR:
        return xasprintf ("%s%d.%d", o->name, major, minor);
    case MAJOR_MINOR2:
        return xasprintf ("%s%d.%02d", o->name, major, minor);
    case MAJOR_DOT_ZERO:
        return xasprintf ("%s%d.0", o->name, major);
    case SERVICE_PACK:
        return minor ? xasprintf ("%s%dsp%d", o->name, major, minor)
                     : xasprintf ("%s%d", o->name, major);
    default:
        return xstrdup (o->name);
    }
}

static char *
windows_id (guestfs_h *g, const char *root, int major, int minor)
{
    cleanup_free char *variant = impl_inspect_get_product_variant (g, root);
    cleanup_free char *build = variant ? impl_inspect_get_build_id (g, root)
                                       : NULL;
    long number;

    if (!build)
        return NULL;
    number = strtol (build, NULL, 10);
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++)
        if (windows[i].major == major && windows[i].minor == minor
            && number >= windows[i].build)
            return xstrdup (strncmp (variant, "Server", 6) == 0
                                ? windows[i].server : windows[i].client);
    return xstrdup ("unknown");
}

char *
impl_inspect_get_osinfo (guestfs_h *g, const char *root)
{
    cleanup_free char *distro = impl_inspect_get_distro (g, root);
    int major = distro ? impl_inspect_get_major_version (g, root) : -1;
    int minor = major >= 0 ? impl_inspect_get_minor_version (g, root) : -1;

    if (minor < 0)
        return NULL;
    if (strcmp (distro, "windows") == 0)
        return windows_id (g, root, major, minor);
    for (size_t i = 0; i < sizeof osinfos / sizeof *osinfos; i++)
        if (strcmp (osinfos[i].distro, distro) == 0
            && major >= osinfos[i].since)
            return format_id (&osinfos[i], major, minor);
    return xstrdup ("unknown");
}

/* Where distributions have their logo as a PNG. */
static const struct icon {
    enum { FAVICON, HIGH_QUALITY, LOW_QUALITY } kind;
    const char *distro; /* NULL: all */
    const char *path;
} icons[] = {
    { FAVICON, NULL, "/etc/favicon.png" },
    { HIGH_QUALITY, "fedora",
      "/usr/share/icons/hicolor/256x256/apps/fedora-logo-icon.png" },
    { HIGH_QUALITY, "fedora",
      "/usr/share/icons/hicolor/96x96/apps/fedora-logo-icon.png" },
    { HIGH_QUALITY, "centos",
      "/usr/share/icons/hicolor/256x256/apps/fedora-logo-icon.png" },
    { HIGH_QUALITY, "rhel",
      "/usr/share/icons/hicolor/256x256/apps/fedora-logo-icon.png" },
    { HIGH_QUALITY, NULL,
      "/usr/share/icons/hicolor/256x256/apps/system-logo-icon.png" },
    { HIGH_QUALITY, NULL,
      "/usr/share/icons/hicolor/96x96/apps/system-logo-icon.png" },
    { LOW_QUALITY, "debian", "/usr/share/pixmaps/debian-logo.png" },
    { LOW_QUALITY, "ubuntu", "/usr/share/pixmaps/ubuntu-logo-icon.png" },
    { LOW_QUALITY, "ubuntu",
      "/usr/share/icons/gnome/24x24/places/ubuntu-logo.png" },
    { LOW_QUALITY, "mageia", "/usr/share/icons/mageia.png" },
    { LOW_QUALITY, "opensuse",
      "/usr/share/icons/hicolor/48x48/apps/distributor.png" },
    { LOW_QUALITY, "sles",
      "/usr/share/icons/hicolor/48x48/apps/distributor.png" },
    { LOW_QUALITY, "altlinux",
      "/usr/share/icons/hicolor/48x48/apps/altlinux.png" },
    { LOW_QUALITY, "voidlinux", "/usr/share/void-artwork/void-logo.png" },
    { LOW_QUALITY, NULL, "/usr/share/pixmaps/fedora-logo.png" },
    { LOW_QUALITY, NULL, "/usr/share/pixmaps/system-logo.png" },
};

#define ICON_MAX (INT64_C (4) << 20)

static const char png_signature[] = "\x89PNG\r\n\x1a\n";

/* 1: *ret is the content of a PNG file; 0: there is no such file. */
static int
read_icon (guestfs_h *g, const char *path, char **ret, size_t *ret_size)
{
    static const struct guestfs_is_file_opts_argv follow = {
        .bitmask = GUESTFS_IS_FILE_OPTS_FOLLOWSYMLINKS_BITMASK,
        .followsymlinks = 1,
    };
    int is_file = impl_is_file (g, path, &follow);
    int64_t size = is_file > 0 ? impl_filesize (g, path) : 0;
    cleanup_free char *content = NULL;
    size_t got;

    if (is_file < 0 || size < 0)
        return -1;
    if (is_file == 0 || size > ICON_MAX)
        return 0;
    content = download_to_memory (g, path, &got);
    if (!content)
        return -1;
    if (got < sizeof png_signature - 1
        || memcmp (content, png_signature, sizeof png_signature - 1) != 0)
        return 0;
    *ret = steal (&content);
    *ret_size = got;
    return 1;
}

static bool
is_wanted (const struct icon *icon, const char *distro,
           const struct guestfs_inspect_get_icon_argv *o)
{
    bool favicon = !(o->bitmask & GUESTFS_INSPECT_GET_ICON_FAVICON_BITMASK)
                   || o->favicon;

    if (icon->kind == FAVICON && !favicon)
        return false;
    if (icon->kind == LOW_QUALITY && o->highquality)
        return false;
    return !icon->distro || strcmp (icon->distro, distro) == 0;
}

char *
impl_inspect_get_icon (guestfs_h *g, const char *root, size_t *size_r,
                       const struct guestfs_inspect_get_icon_argv *optargs)
{
    cleanup_free char *distro = impl_inspect_get_distro (g, root);

    if (!distro)
        return NULL;
    for (size_t i = 0; i < sizeof icons / sizeof *icons; i++) {
        char *content = NULL;
        int r;

        if (!is_wanted (&icons[i], distro, optargs))
            continue;
        r = read_icon (g, icons[i].path, &content, size_r);
        if (r != 0)
            return content;
    }
    *size_r = 0;
    return xstrdup ("");
}
