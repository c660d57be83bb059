/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Systems as inspection sees them: each file of tests/data/guests describes a
 * guest's files and what must be said of it, in lines that begin with
 *
 *     + PATH       a file, or with a slash at the end a directory
 *     | TEXT       a line of the file before
 *     x HEX        bytes of it
 *     @ PATH TO    a symbolic link
 *     ! PATH       a FIFO
 *     = KEY VALUE  what inspection finds; no type: it is no system
 *     #            a comment
 */

#include "unit.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inspect.h"
#include "io.h"
#include "remove-tree.h"

/* In the place of the daemon's: there are no devices. */
void
inspect_mounts (const struct inspection *in, struct guest_files *files,
                struct os *os)
{
    (void) in, (void) files, (void) os;
}

/* Nor does a registry fit into a description. */
void
inspect_registry (const struct inspection *in,
                  const struct guest_files *files, struct os *os)
{
    (void) in, (void) files, (void) os;
}

struct guest {
    int root;
    FILE *file; /* that was begun last */
};

/* Directories above it are made; the path is relative to the root then. */
static const char *
make_parents (struct guest *g, char *path)
{
    assert_int_equal (*path, '/');
    for (char *slash = strchr (path + 1, '/'); slash;
         slash = strchr (slash + 1, '/')) {
        *slash = '\0';
        mkdirat (g->root, path + 1, 0755);
        *slash = '/';
    }
    return path + 1;
}

static void
begin_file (struct guest *g, char *path)
{
    const char *name = make_parents (g, path);
    int fd;

    if (g->file)
        fclose (g->file);
    g->file = NULL;
    if (string_ends_with (name, "/"))
        return;
    fd = openat (g->root, name, O_WRONLY | O_CREAT | O_EXCL, 0644);
    assert_true (fd >= 0);
    g->file = fdopen (fd, "w");
    assert_non_null (g->file);
}

static void
put_hex (struct guest *g, const char *hex)
{
    unsigned byte;

    assert_non_null (g->file);
    for (; sscanf (hex, "%2x", &byte) == 1; hex += 2)
        putc ((int) byte, g->file);
}

static void
make_link (struct guest *g, char *line)
{
    char *target = strchr (line, ' ');

    assert_non_null (target);
    *target++ = '\0';
    assert_int_equal (symlinkat (target, g->root, make_parents (g, line)), 0);
}

static void
make (struct guest *g, char *line)
{
    char *rest = line + 1 + (line[1] == ' ');

    switch (*line) {
    case '+':
        begin_file (g, rest);
        break;
    case '|':
        assert_non_null (g->file);
        fprintf (g->file, "%s\n", rest);
        break;
    case 'x':
        put_hex (g, rest);
        break;
    case '@':
        make_link (g, rest);
        break;
    case '!':
        assert_int_equal (mkfifoat (g->root, make_parents (g, rest), 0600),
                          0);
        break;
    }
}

static char *
number (int n)
{
    return n ? xasprintf ("%d", n) : NULL;
}

/* What is found under a key, which the caller frees; NULL: nothing. */
static char *
found (const struct os *os, const char *key)
{
    const struct {
        const char *key, *value;
    } strings[] = {
        { "type", os->type },
        { "distro", os->distro },
        { "arch", os->arch },
        { "product_name", os->product_name },
        { "hostname", os->hostname },
        { "build_id", os->build_id },
        { "package_format", os->package_format },
        { "package_management", os->package_management },
        { "systemroot", os->windows.systemroot },
        { "software_hive", os->windows.software_hive },
        { "system_hive", os->windows.system_hive },
    };

    if (strcmp (key, "major") == 0)
        return number (os->major);
    if (strcmp (key, "minor") == 0)
        return number (os->minor);
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        if (strcmp (strings[i].key, key) == 0)
            return strings[i].value ? xstrdup (strings[i].value) : NULL;
    print_error ("no key '%s'\n", key);
    abort ();
}

/* A line "KEY VALUE", or "KEY" for what is not known. */
static int
compare (const struct os *os, char *line, const char *path)
{
    char *expected = strchr (line, ' ');
    cleanup_free char *value = NULL;

    if (expected)
        *expected++ = '\0';
    value = found (os, line);
    if (expected ? value && strcmp (value, expected) == 0 : !value)
        return 0;
    print_error ("%s: %s is '%s', not '%s'\n", path, line,
                 value ? value : "", expected ? expected : "");
    return 1;
}

static void
free_os (struct os *os)
{
    free (os->product_name);
    free (os->hostname);
    free (os->build_id);
    free (os->windows.systemroot);
    free (os->windows.software_hive);
    free (os->windows.system_hive);
}

static int
check_lines (char **lines, const char *path, struct guest *g)
{
    struct guest_files files = { .root = g->root, .usr = -1 };
    const struct system_kind *kind;
    struct os os = { 0 };
    int failures = 0;

    for (char **line = lines; *line; line++)
        make (g, *line);
    if (g->file)
        fclose (g->file);
    kind = system_kind_of (&files);
    if (kind)
        inspect_system (NULL, kind, &files, &os);
    for (char **line = lines; *line; line++)
        if (**line == '=')
            failures += compare (&os, *line + 2, path);
    free_os (&os);
    return failures;
}

static int
check_guest (const char *path)
{
    char folder[] = "/tmp/test-guests.XXXXXX";
    cleanup_error struct error err = { 0 };
    cleanup_free char *text = read_file_at (AT_FDCWD, path, 1 << 20, NULL,
                                            &err);
    cleanup_string_array char **lines = NULL;
    cleanup_fd int root = -1;
    struct guest g = { 0 };
    int failures;

    assert_non_null (text);
    assert_non_null (mkdtemp (folder));
    root = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true (root >= 0);
    g.root = root;
    lines = string_split_lines (text);
    failures = check_lines (lines, path, &g);
    remove_tree (folder);
    return failures;
}

static char **paths;

static void
test_guests (void **state)
{
    int failures = 0;

    (void) state;
    assert_non_null (*paths);
    for (char **path = paths; *path; path++)
        failures += check_guest (*path);
    assert_int_equal (failures, 0);
}

int
main (int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (test_guests),
    };

    (void) argc;
    paths = argv + 1;
    return cmocka_run_group_tests (tests, NULL, NULL);
}
