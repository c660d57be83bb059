/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: texts out of a guest that inspection reads: os-release and its
 * like, fstab, the databases of package managers; and heads of programs.
 */

#include "config.h"

#include "binary-arch.h"
#include "cleanup.h"
#include "fstab.h"
#include "fuzz.h"
#include "guest-files.h"
#include "memory.h"
#include "packages.h"

/* It can be shown on a terminal. */
static void
check_shown (const char *line)
{
    check (!line || *line);
    for (; line && *line; line++)
        check ((unsigned char) *line >= ' ' && *line != 127);
}

static void
fuzz_release (const char *text)
{
    static const char *const names[] = { "ID", "VERSION_ID", "PRETTY_NAME" };
    cleanup_free char *line = guest_line (text);
    int major, minor;

    check_shown (line);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        cleanup_free char *value = guest_variable (text, names[i]);

        check_shown (value);
    }
    guest_version (text, &major, &minor);
    check (major >= 0 && minor >= 0);
}

static void
fuzz_fstab (const char *text)
{
    struct fstab_entry entry;

    while (fstab_next (&text, &entry)) {
        cleanup_free char *path = fstab_mountpoint (entry.file);
        cleanup_free char *subvol = fstab_option (entry.options, "subvol");
        unsigned partition;
        size_t drive;

        check (*entry.file);
        check (!path || (*path == '/' && !strstr (path, "//")));
        check (!subvol || strlen (subvol) < strlen (entry.options));
        if (guest_drive_parse (entry.spec, &drive, &partition))
            check (drive < 1000000 && partition < 1000000);
        fstab_entry_free (&entry);
    }
}

static void
fuzz_packages (const char *text)
{
    static void (*const formats[]) (struct packages *list, const char *text)
        = { packages_add_deb, packages_add_apk, packages_add_pacman };

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        cleanup_packages struct packages list = { 0 };

        formats[i](&list, text);
        for (size_t j = 0; j < list.count; j++) {
            const struct guestfs_application2 *app = &list.item[j];

            check (app->app2_epoch >= 0);
            check (!strchr (app->app2_release, '-'));
            check (!strchr (app->app2_summary, '\n'));
        }
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    cleanup_free char *text = xstrndup ((const char *) data, size);
    /* Just as large, so that reading behind it is seen. */
    cleanup_free char *head = xmemdup (data, size);

    fuzz_release (text);
    fuzz_fstab (text);
    fuzz_packages (text);
    binary_arch (head, size);
    return 0;
}
