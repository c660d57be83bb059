/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's drivers of file systems. */

#include "config.h"

#include <string.h>

#include "drivers.h"
#include "modules.h"

/* What a driver wants when something is mounted: character sets, which are
 * modules, and to be told that names are in UTF-8.
 */
static const struct {
    const char *type;
    const char *modules[2];
    const char *options;
} companions[] = {
    { "vfat", { "nls_cp437", "nls_iso8859-1" }, "utf8" },
    { "msdos", { "nls_cp437", "nls_iso8859-1" }, NULL },
    { "iso9660", { "nls_utf8", NULL }, "utf8" },
    { "hfsplus", { "nls_utf8", NULL }, NULL },
    { "udf", { "nls_utf8", NULL }, NULL },
};

/* Without one the driver will say itself what it lacks. */
static void
load_companions (const char *type)
{
    for (size_t i = 0; i < sizeof companions / sizeof *companions; i++)
        for (size_t j = 0; j < 2 && companions[i].modules[j]; j++) {
            cleanup_error struct error ignored = { 0 };

            if (strcmp (companions[i].type, type) == 0)
                module_load (companions[i].modules[j], &ignored);
        }
}

const char *
driver_options (const char *type)
{
    for (size_t i = 0; i < sizeof companions / sizeof *companions; i++)
        if (strcmp (companions[i].type, type) == 0)
            return companions[i].options;
    return NULL;
}

static const struct {
    const char *type, *version, *option;
} versions[] = {
    { "ufs", "1", "ufstype=44bsd" },
    { "ufs", "2", "ufstype=ufs2" },
};

bool
driver_needs_version (const char *type)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        if (strcmp (versions[i].type, type) == 0)
            return true;
    return false;
}

const char *
driver_version_option (const char *type, const char *version)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        if (strcmp (versions[i].type, type) == 0
            && strcmp (versions[i].version, version) == 0)
            return versions[i].option;
    return NULL;
}

/* The kernel's name of the driver's module, where it is another. */
static const char *
module_of_type (const char *type)
{
    return strcmp (type, "iso9660") == 0 ? "isofs" : type;
}

int
driver_load (const char *type, struct error *err)
{
    load_companions (type);
    return module_load (module_of_type (type), err);
}
