/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel modules: those of the table and all that they need, unpacked. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "command.h"
#include "io.h"
#include "memory.h"
#include "root-rows.h"

/* modules.dep of a distribution's kernel is half a MiB, modules.alias and
 * modules.builtin.modinfo are one.
 */
#define TABLE_MAX (16 << 20)

/* The largest module when unpacked, in bytes. */
#define MODULE_MAX (256 << 20)

struct module {
    const char *path; /* "kernel/fs/fat/fat.ko.xz", in the tables' text */
    char *needs;      /* the rest of its line, the nearest first */
    bool staged;
};

struct modules {
    char *text;
    struct module *item; /* sorted by path */
    size_t count;
    char **softdeps, **aliases; /* lines */
};

static void
modules_free (struct modules *m)
{
    free (m->text);
    free (m->item);
    string_array_free (m->softdeps);
    string_array_free (m->aliases);
}

#define cleanup_modules __attribute__ ((cleanup (modules_free)))

static int
compare_modules (const void *a, const void *b)
{
    return strcmp (((const struct module *) a)->path,
                   ((const struct module *) b)->path);
}

/* A file of the modules' folder; NULL without an error if it is not
 * there.
 */
static char *
read_table (struct build *b, const char *name, size_t *ret_size,
            struct error *err)
{
    cleanup_free char *path = xasprintf ("%s/%s", b->modules_path, name);

    input_add (b, path);
    if (access (path, F_OK) < 0)
        return NULL;
    return read_file_at (AT_FDCWD, path, TABLE_MAX, ret_size, err);
}

static char **
read_lines (struct build *b, const char *name, struct error *err)
{
    cleanup_free char *text = read_table (b, name, NULL, err);

    return string_split_lines (text ? text : "");
}

/* "kernel/fs/fat/vfat.ko: kernel/fs/fat/fat.ko" */
static void
parse_line (struct modules *m, char *line)
{
    char *colon = strchr (line, ':');

    if (!colon)
        return;
    *colon = '\0';
    m->item[m->count++] = (struct module) { .path = line,
                                            .needs = colon + 1 };
}

static int
modules_read (struct build *b, struct modules *m, struct error *err)
{
    size_t lines = 1;
    char *next;

    m->text = read_table (b, "modules.dep", NULL, err);
    if (!m->text)
        return err->message ? -1 : fail (err, ENOENT, "%s/modules.dep: %m",
                                         b->modules_path);
    m->softdeps = read_lines (b, "modules.softdep", err);
    m->aliases = read_lines (b, "modules.alias", err);
    if (err->message)
        return -1;
    for (const char *p = m->text; *p; p++)
        lines += *p == '\n';
    m->item = xcalloc (lines, sizeof *m->item);
    for (char *line = m->text; line; line = next) {
        next = strchr (line, '\n');
        if (next)
            *next++ = '\0';
        parse_line (m, line);
    }
    qsort (m->item, m->count, sizeof *m->item, compare_modules);
    return 0;
}

static struct module *
find_path (const struct modules *m, const char *path)
{
    const struct module key = { .path = path };

    return m->count > 0 ? bsearch (&key, m->item, m->count, sizeof key,
                                   compare_modules)
                        : NULL;
}

/* The length of a path without ".ko" and what follows. */
static size_t
stem_length (const char *path)
{
    const char *slash = strrchr (path, '/');
    const char *ko = strstr (slash ? slash : path, ".ko");

    return ko ? (size_t) (ko - path) : strlen (path);
}

/* In names of modules - and _ are the same. */
static bool
is_same_name (const char *a, const char *b, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (a[i] != b[i] && !(strchr ("-_", a[i]) && strchr ("-_", b[i])))
            return false;
    return true;
}

static struct module *
find_name (const struct modules *m, const char *name)
{
    for (size_t i = 0; i < m->count; i++) {
        const char *path = m->item[i].path, *slash = strrchr (path, '/');
        const char *base = slash ? slash + 1 : path;
        size_t length = stem_length (path) - (size_t) (base - path);

        if (strlen (name) == length && is_same_name (base, name, length))
            return &m->item[i];
    }
    return NULL;
}

/* Is it the module that a row means, or in the folder? */
static bool
is_below (const char *path, const char *row)
{
    size_t length = strlen (row), stem = stem_length (path);

    if (!string_starts_with (path, "kernel/"))
        return false;
    path += strlen ("kernel/");
    stem -= strlen ("kernel/");
    return stem >= length && strncmp (path, row, length) == 0
           && (stem == length || path[length] == '/');
}

/* Where it is in the appliance, unpacked. */
static char *
module_target (const struct build *b, const struct module *module)
{
    return xasprintf ("%s" MODULES_FOLDER "/%s/%.*s.ko", b->staging,
                      b->release, (int) stem_length (module->path),
                      module->path);
}

static int
unpack_module (int from, int to, struct error *err)
{
    struct stat st;
    int64_t size;
    void *p;

    if (fstat (from, &st) < 0)
        return fail (err, errno, "fstat: %m");
    p = mmap (NULL, (size_t) st.st_size, PROT_READ, MAP_PRIVATE, from, 0);
    if (p == MAP_FAILED)
        return fail (err, errno, "mmap: %m");
    size = unpack_to (p, (size_t) st.st_size, to, MODULE_MAX, err);
    munmap (p, (size_t) st.st_size);
    if (size == MODULE_MAX)
        return fail (err, EFBIG, "no module is as large");
    return size < 0 ? -1 : 0;
}

static int
copy_module (struct build *b, const char *from, const char *to,
             struct error *err)
{
    cleanup_fd int source = open (from, O_RDONLY | O_CLOEXEC);
    cleanup_fd int target = -1;
    int r;

    input_add (b, from);
    if (source < 0)
        return fail (err, errno, "%s: %m", from);
    if (make_parents (to, err) < 0)
        return -1;
    target = open (to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (target < 0)
        return fail (err, errno, "%s: %m", to);
    r = string_ends_with (from, ".ko") ? copy_content (source, target, err)
                                       : unpack_module (source, target, err);
    return r < 0 ? fail_context (err, "%s", from) : 0;
}

static int
stage_one (struct build *b, struct module *module, struct error *err)
{
    cleanup_free char *from = NULL, *to = NULL;

    if (module->staged)
        return 0;
    module->staged = true;
    from = module->path[0] == '/'
               ? xstrdup (module->path)
               : xasprintf ("%s/%s", b->modules_path, module->path);
    to = module_target (b, module);
    return copy_module (b, from, to, err);
}

/* A module and all that its line in modules.dep names. */
static int
stage_module (struct build *b, const struct modules *m,
              struct module *module, struct error *err)
{
    cleanup_string_array char **needs = string_split (module->needs, ' ');

    for (size_t i = 0; needs[i]; i++) {
        struct module *other = *needs[i] ? find_path (m, needs[i]) : NULL;

        if (other && stage_one (b, other, err) < 0)
            return -1;
    }
    return stage_one (b, module, err);
}

static int list_module (struct build *b, const struct modules *m,
                        struct module *module, int depth, struct error *err);

/* What a softdep names is a module or an alias, "crc32c", which several may
 * have.
 */
static int
list_alias (struct build *b, const struct modules *m, const char *name,
            int depth, struct error *err)
{
    struct module *module = find_name (m, name);

    if (module && list_module (b, m, module, depth, err) < 0)
        return -1;
    for (size_t i = 0; m->aliases[i]; i++) {
        cleanup_string_array char **words = string_split (m->aliases[i], ' ');

        if (string_array_length (words) != 3 || strcmp (words[1], name) != 0)
            continue;
        module = find_name (m, words[2]);
        if (module && list_module (b, m, module, depth, err) < 0)
            return -1;
    }
    return 0;
}

/* "softdep libcrc32c pre: crc32c": the kernel would ask modprobe for it,
 * which is not there yet.
 */
static int
list_softdeps (struct build *b, const struct modules *m,
               const struct module *module, int depth, struct error *err)
{
    const char *base = strrchr (module->path, '/');
    size_t length;

    base = base ? base + 1 : module->path;
    length = strlen (base) - strlen (module->path)
             + stem_length (module->path);
    for (size_t i = 0; m->softdeps[i]; i++) {
        cleanup_string_array char **words = string_split (m->softdeps[i],
                                                          ' ');
        size_t n = string_array_length (words);

        if (n < 4 || strlen (words[1]) != length
            || !is_same_name (words[1], base, length)
            || strcmp (words[2], "pre:") != 0)
            continue;
        for (size_t j = 3; j < n && !string_ends_with (words[j], ":"); j++)
            if (list_alias (b, m, words[j], depth, err) < 0)
                return -1;
    }
    return 0;
}

/* Softdeps can name each other in circles. */
#define DEPTH_MAX 8

/* Put a module on the list of the initrd, after all that it needs. */
static int
list_module (struct build *b, const struct modules *m,
             struct module *module, int depth, struct error *err)
{
    cleanup_string_array char **needs = string_split (module->needs, ' ');
    cleanup_free char *path = module_target (b, module);
    size_t n = string_array_length (needs);

    if (depth > DEPTH_MAX || strings_contain (&b->initrd_modules, path))
        return 0;
    while (n-- > 0) {
        struct module *other = *needs[n] ? find_path (m, needs[n]) : NULL;

        if (other && list_module (b, m, other, depth + 1, err) < 0)
            return -1;
    }
    if (list_softdeps (b, m, module, depth + 1, err) < 0
        || stage_module (b, m, module, err) < 0)
        return -1;
    strings_add_once (&b->initrd_modules, path);
    return 0;
}

/* Is it part of the kernel itself?  modules.builtin has paths, not all
 * distributions have it; modules.builtin.modinfo has "erofs.license=GPL".
 * Where neither is, we can't know, and take it for true.
 */
static bool
is_built_in (struct build *b, const char *row)
{
    const char *name = strrchr (row, '/') + 1;
    cleanup_error struct error ignored = { 0 };
    cleanup_free char *paths = read_table (b, "modules.builtin", NULL,
                                           &ignored);
    cleanup_free char *info = NULL, *path = NULL, *key = NULL;
    size_t size = 0;

    path = xasprintf ("/%s.ko\n", name);
    key = xasprintf ("%s.", name);
    if (paths)
        return strstr (paths, path) != NULL;
    info = read_table (b, "modules.builtin.modinfo", &size, &ignored);
    for (size_t at = 0; info && at < size; at += strlen (info + at) + 1)
        if (string_starts_with (info + at, key))
            return true;
    return !info;
}

static int
stage_row (struct build *b, const struct modules *m,
           const struct root_row *row, struct error *err)
{
    bool found = false;

    for (size_t i = 0; i < m->count; i++) {
        struct module *module = &m->item[i];

        if (!is_below (module->path, row->name))
            continue;
        found = true;
        if (stage_module (b, m, module, err) < 0
            || (row->kind == INITRD_MODULE
                && list_module (b, m, module, 0, err) < 0))
            return -1;
    }
    if (!found && row->required && !is_built_in (b, row->name))
        return fail (err, ENOENT, "the kernel %s has no module %s (%s): "
                     "another one is needed, named in LIBGUESTFS_KERNEL",
                     b->kernel_path, row->name, row->why);
    return 0;
}

/* The tables that say what the kernel itself has; depmod makes the rest. */
static int
stage_tables (struct build *b, struct error *err)
{
    static const char *const names[]
        = { "modules.order", "modules.builtin", "modules.builtin.modinfo",
            "modules.softdep" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        cleanup_free char *from = xasprintf ("%s/%s", b->modules_path,
                                             names[i]);
        cleanup_free char *to = xasprintf (MODULES_FOLDER "/%s/%s",
                                           b->release, names[i]);

        if (access (from, R_OK) == 0 && stage_file (b, from, to, err) < 0)
            return -1;
    }
    return 0;
}

/* Files have other names than on the host if they were packed, and are
 * fewer.
 */
static int
run_depmod (const struct build *b, struct error *err)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_free char *table = xasprintf ("%s" MODULES_FOLDER
                                          "/%s/modules.dep", b->staging,
                                          b->release);

    /* A kernel that has everything built in has no modules. */
    if (make_parents (table, err) < 0)
        return -1;
    command_add (&c, "depmod", "-b", b->staging, b->release, NULL);
    if (command_run (&c, err) < 0)
        return err->errnum == ENOENT
                   ? fail (err, ENOENT, "the program depmod is not there: "
                           "install the package kmod")
                   : -1;
    if (c.status == 0)
        return 0;
    command_failed (&c, err);
    if (strstr (c.errors, "No space left"))
        err->errnum = ENOSPC;
    return -1;
}

int
modules_install (struct build *b, struct error *err)
{
    cleanup_modules struct modules m = { 0 };

    if (modules_read (b, &m, err) < 0)
        return -1;
    for (const struct root_row *row = root_rows; row->name; row++)
        if ((row->kind == ROOT_MODULES || row->kind == INITRD_MODULE)
            && stage_row (b, &m, row, err) < 0)
            return -1;
    if (stage_tables (b, err) < 0)
        return -1;
    return run_depmod (b, err);
}
