/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a bug report should say about the host. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cleanup.h"
#include "command.h"
#include "io.h"
#include "memory.h"
#include "test-tool.h"

#define UML_KERNEL "/usr/bin/linux.uml"
#define FILE_SIZE_MAX (1 << 20)
#define WIDTH 28 /* of what stands left */

extern char **environ;

void
print_heading (const char *title)
{
    printf ("\n===== %s =====\n", title);
}

static void
print_row (const char *name, const char *value)
{
    size_t n = strlen (name);

    printf ("%s%*s%s\n", name, n < WIDTH ? (int) (WIDTH - n) : 2, "", value);
}

/* Variables that change what the library or its programs do.  Others may be
 * nobody's business.
 */
static bool
is_shown (const char *variable)
{
    static const char *const shown[] = {
        "LIBGUESTFS_", "SUPERMIN_", "QEMU_", "LD_", "TMPDIR=", "PATH=",
        "XDG_RUNTIME_DIR=", "XDG_CACHE_HOME=", "LANG=", "LC_ALL=", "container=",
    };

    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (string_starts_with (variable, shown[i]))
            return true;
    return false;
}

static void
print_user (void)
{
    gid_t groups[256];
    int n = getgroups (sizeof groups / sizeof *groups, groups);
    cleanup_strings struct strings names = STRINGS_EMPTY;
    cleanup_free char *user = xasprintf ("%u", (unsigned) geteuid ());
    cleanup_free char *text = NULL;

    strings_add_format (&names, "%u", (unsigned) getegid ());
    for (int i = 0; i < n; i++)
        if (groups[i] != getegid ())
            strings_add_format (&names, "%u", (unsigned) groups[i]);
    text = strings_join (&names, " ");
    print_row ("user id", user);
    print_row ("group ids", text);
}

void
print_environment (void)
{
    cleanup_strings struct strings shown = STRINGS_EMPTY;

    for (char **p = environ; *p; p++)
        if (is_shown (*p))
            strings_add (&shown, *p);
    strings_sort (&shown);
    print_heading ("Environment");
    for (size_t i = 0; i < shown.count; i++)
        puts (shown.item[i]);
    print_user ();
}

/* The first line that a program prints, or why it prints none. */
static char *
first_line (const char *program, const char *argument)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_error struct error err = { 0 };

    command_add (&c, program, argument, NULL);
    if (command_run (&c, &err) < 0)
        return xstrdup (err.message);
    if (!*c.output)
        return xasprintf ("prints nothing, and exits with %d: %s", c.status,
                          c.errors);
    return xstrndup (c.output, strcspn (c.output, "\n"));
}

static void
print_program (const char *what, const char *path)
{
    cleanup_free char *line = first_line (path, "--version");
    cleanup_free char *text = string_starts_with (line, path)
                                  ? xstrdup (line)
                                  : xasprintf ("%s: %s", path, line);

    print_row (what, text);
}

/* The value in "NAME=VALUE" or "NAME: VALUE" of a file, or NULL. */
static char *
value_in (const char *path, const char *name)
{
    cleanup_error struct error ignored = { 0 };
    cleanup_free char *text = read_file_at (AT_FDCWD, path, FILE_SIZE_MAX,
                                            NULL, &ignored);
    cleanup_string_array char **lines = text ? string_split_lines (text)
                                             : NULL;

    for (size_t i = 0; lines && lines[i]; i++)
        if (string_starts_with (lines[i], name)) {
            const char *value = lines[i] + strlen (name);

            return xstrdup (value + strspn (value, " \t:=\""));
        }
    return NULL;
}

static void
print_value (const char *what, const char *path, const char *name)
{
    cleanup_free char *value = value_in (path, name);

    if (value)
        value[strcspn (value, "\"")] = '\0';
    print_row (what, value ? value : "unknown");
}

/* Of the library that runs, which need not be that of this program. */
static char *
library_version (guestfs_h *g)
{
    struct guestfs_version *v = guestfs_version (g);
    char *text;

    if (!v)
        return xstrdup ("unknown");
    text = xasprintf ("%d.%d.%d%s", (int) v->major, (int) v->minor,
                      (int) v->release, v->extra);
    guestfs_free_version (v);
    return text;
}

void
print_versions (guestfs_h *g, const char *hv)
{
    cleanup_free char *library = library_version (g);
    cleanup_free char *kernel = NULL, *qemu = NULL;
    struct utsname host = { 0 };

    uname (&host);
    kernel = xasprintf ("%s %s %s", host.sysname, host.release, host.machine);
    qemu = xasprintf ("/usr/bin/qemu-system-%s", host.machine);
    print_heading ("Versions");
    print_row ("libguestfs", library);
    print_row ("kernel", kernel);
    print_value ("distribution", "/etc/os-release", "PRETTY_NAME");
    print_program ("User Mode Linux", UML_KERNEL);
    print_program ("QEMU", qemu);
    print_program ("qemu-storage-daemon", "/usr/bin/qemu-storage-daemon");
    if (hv)
        print_program ("--qemu", hv);
}

static void
print_device (const char *path)
{
    cleanup_free char *text = NULL;
    const struct passwd *user;
    const struct group *group;
    struct stat st;

    if (stat (path, &st) < 0) {
        text = xstrdup (strerror (errno));
    } else {
        user = getpwuid (st.st_uid);
        group = getgrgid (st.st_gid);
        text = xasprintf ("mode %04o, user %s, group %s",
                          (unsigned) st.st_mode & 07777,
                          user ? user->pw_name : "without a name",
                          group ? group->gr_name : "without a name");
    }
    print_row (path, text);
}

static void
print_probe (void)
{
    const char *dir = getenv ("LIBGUESTFS_LIBEXECDIR");
    cleanup_free char *path = xasprintf ("%s/guestfs-probe-kvm",
                                         dir ? dir : LIBGUESTFS_LIBEXECDIR);
    cleanup_free char *line = first_line (path, NULL);

    print_row ("KVM", line);
}

/* What User Mode Linux and the confinement need is often forbidden here. */
static const char *const settings_of_kernel[] = {
    "/proc/sys/user/max_user_namespaces",
    "/proc/sys/kernel/unprivileged_userns_clone",
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
    "/proc/sys/kernel/yama/ptrace_scope",
    "/proc/sys/vm/overcommit_memory",
    "/sys/kernel/security/lsm",
};

static void
print_settings_of_kernel (void)
{
    for (size_t i = 0;
         i < sizeof settings_of_kernel / sizeof *settings_of_kernel; i++) {
        const char *path = settings_of_kernel[i];
        cleanup_free char *value = value_in (path, "");

        if (value) /* not every kernel has each of them */
            print_row (path, value);
    }
}

/* For QEMU. */
static void
print_kernels (void)
{
    glob_t found;

    if (glob ("/boot/vmlinu[xz]-*", 0, NULL, &found) != 0) {
        print_row ("kernels in /boot", "none");
        return;
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *path = found.gl_pathv[i];

        print_row (path, access (path, R_OK) == 0 ? "can be read"
                                                  : strerror (errno));
    }
    globfree (&found);
}

static void
print_space (const char *what, const char *path)
{
    cleanup_free char *text = NULL;
    struct statvfs st;

    if (statvfs (path, &st) < 0)
        text = xasprintf ("%s: %s", path, strerror (errno));
    else
        text = xasprintf ("%s: %llu MiB free", path,
                          (unsigned long long) st.f_bavail * st.f_frsize
                              >> 20);
    print_row (what, text);
}

void
print_host (guestfs_h *g)
{
    cleanup_free char *tmpdir = guestfs_get_tmpdir (g);
    cleanup_free char *cachedir = guestfs_get_cachedir (g);

    print_heading ("Host");
    print_value ("processor", "/proc/cpuinfo", "model name");
    print_value ("available memory", "/proc/meminfo", "MemAvailable");
    if (tmpdir)
        print_space ("temporary files", tmpdir);
    if (cachedir)
        print_space ("cache", cachedir);
    print_device ("/dev/kvm");
    print_probe ();
    print_kernels ();
    print_settings_of_kernel ();
}

static void
print_number (const char *name, int value)
{
    cleanup_free char *text = xasprintf ("%d", value);

    print_row (name, text);
}

void
print_settings (guestfs_h *g)
{
    cleanup_free char *backend = guestfs_get_backend (g);
    cleanup_free char *hv = guestfs_get_hv (g);
    cleanup_string_array char **settings = guestfs_get_backend_settings (g);
    const char *append = guestfs_get_append (g);

    print_heading ("Settings of a new handle");
    print_row ("backend", backend ? backend : "unknown");
    for (size_t i = 0; settings && settings[i]; i++)
        print_row ("backend setting", settings[i]);
    print_row ("hv", hv ? hv : "unknown");
    print_row ("path", guestfs_get_path (g));
    print_number ("memsize (MiB)", guestfs_get_memsize (g));
    print_number ("smp", guestfs_get_smp (g));
    print_number ("network", guestfs_get_network (g));
    print_number ("recovery_proc", guestfs_get_recovery_proc (g));
    if (append)
        print_row ("append", append);
}
