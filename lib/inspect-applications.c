/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls that list what is installed in a guest. */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "download.h"
#include "impl.h"
#include "packages.h"

/* More is not read of a database: those of whole distributions are smaller. */
#define DATABASE_MAX (INT64_C (256) << 20)

/* And of a file of which there is one for each package. */
#define DESCRIPTION_MAX (INT64_C (1) << 20)

/* 1: *ret is the text of a file; 0: there is none. */
static int
read_text (guestfs_h *g, const char *path, int64_t max, char **ret)
{
    static const struct guestfs_is_file_opts_argv follow = {
        .bitmask = GUESTFS_IS_FILE_OPTS_FOLLOWSYMLINKS_BITMASK,
        .followsymlinks = 1,
    };
    int is_file = impl_is_file (g, path, &follow);
    int64_t size = is_file > 0 ? impl_filesize (g, path) : 0;

    if (is_file <= 0 || size < 0)
        return is_file < 0 || size < 0 ? -1 : 0;
    if (size > max)
        return fail (&g->error, EFBIG, "%s: larger than %lld bytes", path,
                     (long long) max);
    *ret = download_to_memory (g, path, &(size_t) { 0 });
    return *ret ? 1 : -1;
}

static int
add_database (guestfs_h *g, const char *path,
              void (*add) (struct packages *list, const char *text),
              struct packages *ret)
{
    cleanup_free char *text = NULL;
    int r = read_text (g, path, DATABASE_MAX, &text);

    if (r > 0)
        add (ret, text);
    return r < 0 ? -1 : 0;
}

static int
list_deb (guestfs_h *g, struct packages *ret)
{
    return add_database (g, "/var/lib/dpkg/status", packages_add_deb, ret);
}

static int
list_apk (guestfs_h *g, struct packages *ret)
{
    static const char *const places[] = { "/lib/apk/db/installed",
                                          "/usr/lib/apk/db/installed" };

    for (size_t i = 0; ret->count == 0 && i < sizeof places / sizeof *places;
         i++)
        if (add_database (g, places[i], packages_add_apk, ret) < 0)
            return -1;
    return 0;
}

#define PACMAN "/var/lib/pacman/local"

static int
list_pacman (guestfs_h *g, struct packages *ret)
{
    static const struct guestfs_is_dir_opts_argv no_options = { 0 };
    int is_dir = impl_is_dir (g, PACMAN, &no_options);
    cleanup_string_array char **names = NULL;

    if (is_dir <= 0)
        return is_dir;
    names = impl_ls (g, PACMAN);
    if (!names)
        return -1;
    for (size_t i = 0; names[i]; i++) {
        cleanup_free char *path = xasprintf (PACMAN "/%s/desc", names[i]);
        cleanup_free char *text = NULL;
        int r = read_text (g, path, DESCRIPTION_MAX, &text);

        if (r < 0)
            return -1;
        if (r > 0)
            packages_add_pacman (ret, text);
    }
    return 0;
}

/* In a database that only librpm knows. */
static int
list_rpm (guestfs_h *g, struct packages *ret)
{
    struct guestfs_application2_list *list
        = impl_internal_list_rpm_applications (g);

    if (!list)
        return -1;
    packages_take (ret, list);
    return 0;
}

/* By the format of the packages. */
static const struct {
    const char *format;
    int (*list) (guestfs_h *g, struct packages *ret);
} databases[] = {
    { "deb", list_deb },
    { "apk", list_apk },
    { "pacman", list_pacman },
    { "rpm", list_rpm },
};

struct guestfs_application2_list *
impl_inspect_list_applications2 (guestfs_h *g, const char *root)
{
    cleanup_free char *format = impl_inspect_get_package_format (g, root);
    cleanup_packages struct packages list = { 0 };

    if (!format)
        return NULL;
    for (size_t i = 0; i < sizeof databases / sizeof *databases; i++)
        if (strcmp (databases[i].format, format) == 0
            && databases[i].list (g, &list) < 0)
            return NULL;
    return packages_steal (&list);
}

/* The older struct; what it shares with the newer one is moved. */
static struct guestfs_application
convert (struct guestfs_application2 *from)
{
    return (struct guestfs_application) {
        .app_name = steal (&from->app2_name),
        .app_display_name = steal (&from->app2_display_name),
        .app_epoch = from->app2_epoch,
        .app_version = steal (&from->app2_version),
        .app_release = steal (&from->app2_release),
        .app_install_path = steal (&from->app2_install_path),
        .app_trans_path = steal (&from->app2_trans_path),
        .app_publisher = steal (&from->app2_publisher),
        .app_url = steal (&from->app2_url),
        .app_source_package = steal (&from->app2_source_package),
        .app_summary = steal (&from->app2_summary),
        .app_description = steal (&from->app2_description),
    };
}

struct guestfs_application_list *
impl_inspect_list_applications (guestfs_h *g, const char *root)
{
    struct guestfs_application2_list *newer
        = impl_inspect_list_applications2 (g, root);
    struct guestfs_application_list *list;

    if (!newer)
        return NULL;
    list = xmalloc (sizeof *list);
    list->len = newer->len;
    list->val = xcalloc (newer->len + 1, sizeof *list->val);
    for (uint32_t i = 0; i < newer->len; i++)
        list->val[i] = convert (&newer->val[i]);
    guestfs_free_application2_list (newer);
    return list;
}
