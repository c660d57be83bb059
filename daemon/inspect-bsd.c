/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inspection: the BSDs, Minix and DOS. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "inspect.h"

/* Texts whose first line names the system; what it begins with. */
static const struct {
    const char *type, *file, *begins;
} releases[] = {
    { "netbsd", "/etc/release", "NetBSD" },
    { "openbsd", "/etc/motd", "OpenBSD" },
    { "freebsd", "/etc/motd", "FreeBSD" },
    { "freebsd", "/var/run/motd", "FreeBSD" },
    { "freebsd", "/etc/motd.template", "FreeBSD" },
};

static void
take_line (struct os *os, char *take_line)
{
    guest_version (take_line, &os->major, &os->minor);
    free (os->product_name);
    os->product_name = take_line;
}

static bool
read_os_release (const struct guest_files *files, struct os *os)
{
    cleanup_free char *text = guest_text (files, "/etc/os-release");
    cleanup_free char *version = text ? guest_variable (text, "VERSION_ID")
                                      : NULL;

    if (!version)
        return false;
    guest_version (version, &os->major, &os->minor);
    os->product_name = guest_variable (text, "PRETTY_NAME");
    return true;
}

/* FreeBSD's script that tells the version has it in it. */
static bool
read_freebsd_version (const struct guest_files *files, struct os *os)
{
    cleanup_free char *text = guest_text (files, "/bin/freebsd-version");
    char *version = text ? guest_variable (text, "USERLAND_VERSION") : NULL;

    if (!version)
        return false;
    guest_version (version, &os->major, &os->minor);
    os->product_name = xasprintf ("FreeBSD %s", version);
    free (version);
    return true;
}

void
inspect_bsd (const struct guest_files *files, struct os *os)
{
    if (strcmp (os->type, "netbsd") == 0) {
        os->package_format = "pkgsrc";
        os->package_management = "pkgin";
    }
    if (read_os_release (files, os))
        return;
    if (strcmp (os->type, "freebsd") == 0 && read_freebsd_version (files, os))
        return;
    for (size_t i = 0; i < sizeof releases / sizeof *releases; i++) {
        cleanup_free char *text = NULL;
        char *line;

        if (strcmp (releases[i].type, os->type) != 0)
            continue;
        text = guest_text (files, releases[i].file);
        line = text ? guest_line (text) : NULL;
        if (line && string_starts_with (line, releases[i].begins)) {
            take_line (os, line);
            return;
        }
        free (line);
    }
}

void
inspect_minix (const struct guest_files *files, struct os *os)
{
    cleanup_free char *text = guest_text (files, "/etc/version");
    char *line = text ? guest_line (text) : NULL;

    if (line)
        take_line (os, line);
}

/* No file says which version it is. */
void
inspect_dos (const struct guest_files *files, struct os *os)
{
    (void) files;
    os->arch = "i386";
    os->product_name = xstrdup (strcmp (os->distro, "freedos") == 0
                                    ? "FreeDOS" : "MS-DOS");
}
