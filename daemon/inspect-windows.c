/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inspection: Windows, what its files tell. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "binary-arch.h"
#include "inspect.h"

/* What the systemroot is called; the first that is there counts. */
static const char *const systemroots[] = {
    "windows", "winnt", "win32", "win", "reactos",
};

static char *
find_systemroot (const struct guest_files *files)
{
    for (size_t i = 0; i < sizeof systemroots / sizeof *systemroots; i++) {
        cleanup_free char *path = xasprintf ("%s/system32/config",
                                             systemroots[i]);
        cleanup_free char *config = guest_path_any_case (files, path);

        if (config && guest_has_directory (files, config))
            return guest_path_any_case (files, systemroots[i]);
    }
    return NULL;
}

static char *
find_below (const struct guest_files *files, const char *systemroot,
            const char *path)
{
    cleanup_free char *whole = xasprintf ("%s/%s", systemroot + 1, path);

    return guest_path_any_case (files, whole);
}

static char *
find_hive (const struct guest_files *files, const char *systemroot,
           const char *name)
{
    cleanup_free char *path = xasprintf ("system32/config/%s", name);
    cleanup_free char *hive = find_below (files, systemroot, path);

    return hive && guest_has_file (files, hive) ? steal (&hive) : NULL;
}

static const char *
arch_of (const struct guest_files *files, const char *systemroot)
{
    cleanup_free char *program = find_below (files, systemroot,
                                             "system32/cmd.exe");
    char head[BINARY_HEAD];

    if (!program)
        return NULL;
    return binary_arch (head, guest_head (files, program, head, sizeof head));
}

void
inspect_windows (const struct guest_files *files, struct os *os)
{
    struct windows *w = &os->windows;
    cleanup_free char *policy = NULL;

    w->systemroot = find_systemroot (files);
    if (!w->systemroot)
        return;
    w->software_hive = find_hive (files, w->systemroot, "software");
    w->system_hive = find_hive (files, w->systemroot, "system");
    policy = find_below (files, w->systemroot,
                         "system32/grouppolicy/machine/registry.pol");
    w->group_policy = policy != NULL;
    os->arch = arch_of (files, w->systemroot);
}
