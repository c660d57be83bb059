/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel modules: loaded when something needs one, by ourselves, since
 * starting modprobe would take longer than loading.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cleanup.h"
#include "io.h"
#include "memory.h"
#include "modules.h"
#include "string-list.h"

/* Where kernels' modules are: User Mode Linux's, then everybody's. */
static const char *const folders[] = { "/usr/lib/uml/modules",
                                       "/lib/modules" };

/* modules.dep of a distribution's kernel is half a MiB, modules.alias one. */
#define TABLE_MAX (8 << 20)

/* One of depmod's tables, and the folder that it is of. */
static char *
read_table (const char *table, char **ret_folder, struct error *err)
{
    struct utsname uts;

    uname (&uts);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        cleanup_free char *folder = xasprintf ("%s/%s", folders[i],
                                               uts.release);
        cleanup_free char *path = xasprintf ("%s/%s", folder, table);

        if (access (path, R_OK) == 0) {
            *ret_folder = steal (&folder);
            return read_file_at (AT_FDCWD, path, TABLE_MAX, NULL, err);
        }
    }
    return fail_null (err, ENOENT, "no modules for kernel %s", uts.release);
}

/* Does a line of modules.dep, "fs/fat/fat.ko: ...", tell of that module?
 * In names - and _ are the same.
 */
static bool
is_about (const char *line, const char *name)
{
    const char *base = line, *end = strchrnul (line, ':');

    for (const char *p = line; p < end; p++)
        if (*p == '/')
            base = p + 1;
    for (; *name; name++, base++)
        if (*base != *name && !(strchr ("-_", *base) && strchr ("-_", *name)))
            return false;
    return strncmp (base, ".ko", 3) == 0;
}

static int
insert (const char *folder, const char *file, const char *parameters,
        struct error *err)
{
    cleanup_free char *path = xasprintf ("%s/%s", folder, file);
    cleanup_fd int fd = open (path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return fail (err, errno, "%s: %m", path);
    if (syscall (SYS_finit_module, fd, parameters, 0) < 0 && errno != EEXIST)
        return fail (err, errno, "%s: loading the module: %m", path);
    return 0;
}

/* The line names the module and then what it needs, the nearest first. */
static int
insert_line (const char *folder, const char *line, const char *parameters,
             struct error *err)
{
    cleanup_string_array char **files = string_split (line, ' ');
    size_t n = string_array_length (files);
    char *colon = strchr (files[0], ':');

    *colon = '\0';
    while (n-- > 0)
        if (*files[n]
            && insert (folder, files[n], n == 0 ? parameters : "", err) < 0)
            return -1;
    return 0;
}

static bool
is_loaded (const char *name)
{
    cleanup_free char *path = xasprintf ("/sys/module/%s", name);

    for (char *p = path; *p; p++)
        if (*p == '-')
            *p = '_';
    return access (path, F_OK) == 0;
}

int
module_load_with (const char *name, const char *parameters,
                  struct error *err)
{
    cleanup_free char *folder = NULL, *text = NULL;
    cleanup_string_array char **lines = NULL;

    if (is_loaded (name))
        return 0;
    text = read_table ("modules.dep", &folder, err);
    if (!text)
        return -1;
    lines = string_split_lines (text);
    for (size_t i = 0; lines[i]; i++)
        if (strchr (lines[i], ':') && is_about (lines[i], name))
            return insert_line (folder, lines[i], parameters, err);
    return fail (err, ENOENT, "there is no kernel module '%s'", name);
}

int
module_load (const char *name, struct error *err)
{
    return module_load_with (name, "", err);
}

bool
module_exists (const char *name)
{
    cleanup_error struct error none = { 0 };
    cleanup_free char *folder = NULL, *text = NULL;
    cleanup_string_array char **lines = NULL;

    if (is_loaded (name))
        return true;
    text = read_table ("modules.dep", &folder, &none);
    lines = text ? string_split_lines (text) : NULL;
    for (size_t i = 0; lines && lines[i]; i++)
        if (strchr (lines[i], ':') && is_about (lines[i], name))
            return true;
    return false;
}

/* Lines of modules.alias: "alias crypto-aes aesni_intel". */
void
module_load_aliases (char *const *aliases)
{
    cleanup_error struct error none = { 0 };
    cleanup_free char *folder = NULL;
    cleanup_free char *text = read_table ("modules.alias", &folder, &none);
    cleanup_string_array char **lines = text ? string_split_lines (text)
                                             : NULL;

    for (size_t i = 0; lines && lines[i]; i++) {
        cleanup_error struct error not_for_us = { 0 };
        cleanup_string_array char **words = string_split (lines[i], ' ');

        if (string_array_length (words) == 3
            && string_array_contains (aliases, words[1]))
            module_load (words[2], &not_for_us);
    }
}
