/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The QEMU that is run: where it is, whose it is, what it can do. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache.h"
#include "command.h"
#include "file-key.h"
#include "hypervisor.h"

/* Older ones lack options that we use: -netdev dgram is the youngest. */
#define OLDEST_MAJOR 7
#define OLDEST_MINOR 2

/* How long it may take to say its version, in seconds, as timeout (1) has
 * it; and what that exits with if it takes longer.
 */
#define PATIENCE "20"
#define STATUS_TOO_SLOW 124

void
hypervisor_free (struct hypervisor *h)
{
    free (h->path);
    free (h->version);
    *h = (struct hypervisor) { 0 };
}

/* The path of a name without a slash; itself if there is none. */
static char *
look_in_path (const char *name)
{
    const char *path = getenv ("PATH");
    cleanup_string_array char **folders = string_split (path ? path : "",
                                                        ':');

    for (size_t i = 0; folders[i]; i++) {
        cleanup_free char *file = xasprintf ("%s/%s", folders[i], name);

        if (*folders[i] && access (file, X_OK) == 0)
            return steal (&file);
    }
    return xstrdup (name);
}

/* What it is in the end, if the name is a link. */
static char *
real_path (const char *path, struct error *err)
{
    char *real = realpath (path, NULL);

    if (!real)
        return fail_null (err, errno, "%s: %m (set_hv, LIBGUESTFS_HV or "
                          "LIBGUESTFS_QEMU names this program)", path);
    return real;
}

static int
check_executable (const char *path, struct error *err)
{
    struct stat st;

    if (stat (path, &st) < 0)
        return fail (err, errno, "%s: %m", path);
    if (!S_ISREG (st.st_mode))
        return fail (err, EACCES, "%s: not a program", path);
    if (access (path, X_OK) < 0)
        return fail (err, errno, "%s: not executable: %m", path);
    return 0;
}

/* Whatever is no program of the processor's needs another to run it. */
static bool
is_script (const char *path)
{
    cleanup_fd int fd = open (path, O_RDONLY | O_CLOEXEC);
    char magic[4];

    /* One that can't be read is no script: that would have to be. */
    return fd >= 0
           && (read (fd, magic, sizeof magic) != sizeof magic
               || memcmp (magic, "\177ELF", sizeof magic) != 0);
}

static bool
is_of_package (const char *real)
{
    return string_starts_with (real, "/usr/")
           && !string_starts_with (real, "/usr/local/");
}

/* A script that hangs must not hang us. */
static int
run_version (struct command *c, const char *path, bool sandbox,
             struct error *err)
{
    command_add (c, "timeout", "--kill-after=1", PATIENCE, path, NULL);
    if (sandbox)
        command_add (c, "-sandbox", "on", NULL);
    command_add (c, "--version", NULL);
    return command_run (c, err);
}

static int
is_no_qemu (const struct command *c, const char *path, struct error *err)
{
    const char *text = *c->errors ? c->errors : c->output;

    if (c->status == STATUS_TOO_SLOW)
        return fail (err, ETIMEDOUT, "%s: asked for its version, it did not "
                     "answer for " PATIENCE " seconds: is it QEMU?", path);
    return fail (err, ENOEXEC, "%s: this is not QEMU: asked for its version, "
                 "it exits with status %d and prints %s%s", path, c->status,
                 *text ? "" : "nothing", text);
}

static const char *
find_version (const struct command *c)
{
    static const char before[] = "QEMU emulator version ";
    const char *text = c->status == 0 ? strstr (c->output, before) : NULL;

    return text ? text + strlen (before) : NULL;
}

/* "VERSION sandbox", or "VERSION" alone. */
static char *
ask (const char *path, struct error *err)
{
    bool sandbox = true;

    for (;;) {
        cleanup_command struct command c = COMMAND_NONE;
        const char *version;

        if (run_version (&c, path, sandbox, err) < 0)
            return NULL;
        version = find_version (&c);
        if (version)
            return xasprintf ("%.*s%s", (int) strspn (version, "0123456789."),
                              version, sandbox ? " sandbox" : "");
        if (!sandbox || c.status == STATUS_TOO_SLOW) {
            is_no_qemu (&c, path, err);
            return NULL;
        }
        sandbox = false;
    }
}

static char *
make_key (const char *path)
{
    char *key = NULL;
    size_t size;
    FILE *fp = open_memstream (&key, &size);

    if (!fp)
        out_of_memory ();
    fprintf (fp, "libguestfs %s\n", GUESTFS_VERSION);
    key_put_file (fp, path);
    if (fclose (fp) != 0)
        out_of_memory ();
    return key;
}

/* One file for each path (FNV-1a, RFC draft-eastlake-fnv). */
static uint32_t
hash (const char *text)
{
    uint32_t h = 2166136261u;

    for (; *text; text++)
        h = (h ^ (unsigned char) *text) * 16777619u;
    return h;
}

/* What it has said before is still true of the same program; what a script
 * starts may be another one now.
 */
static char *
ask_or_remember (guestfs_h *g, const struct hypervisor *h)
{
    cleanup_free char *folder = h->script ? NULL : cache_folder (g);
    cleanup_free char *path = NULL, *key = make_key (h->path), *answer = NULL;

    error_clear (&g->error); /* then it is asked each time */
    if (folder)
        path = xasprintf ("%s/qemu-%08x", folder, hash (h->path));
    answer = path ? cache_read (path, key) : NULL;
    if (answer)
        return steal (&answer);
    answer = ask (h->path, &g->error);
    if (answer && path)
        cache_write (path, key, answer);
    return steal (&answer);
}

static int
take_answer (struct hypervisor *h, const char *answer, struct error *err)
{
    h->version = xstrndup (answer, strcspn (answer, " "));
    h->has_sandbox = string_ends_with (answer, " sandbox");
    if (sscanf (h->version, "%d.%d", &h->major, &h->minor) < 1)
        return fail (err, EPROTO, "%s: it has a strange version, '%s'",
                     h->path, h->version);
    if (h->major < OLDEST_MAJOR
        || (h->major == OLDEST_MAJOR && h->minor < OLDEST_MINOR))
        return fail (err, ENOTSUP, "%s: this is QEMU %s; at least QEMU %d.%d "
                     "is needed", h->path, h->version, OLDEST_MAJOR,
                     OLDEST_MINOR);
    return 0;
}

int
hypervisor_find (guestfs_h *g, const char *name, struct hypervisor *ret)
{
    cleanup_hypervisor struct hypervisor h = { 0 };
    cleanup_free char *path = strchr (name, '/') ? xstrdup (name)
                                                 : look_in_path (name);
    cleanup_free char *real = real_path (path, &g->error), *answer = NULL;

    if (!real || check_executable (path, &g->error) < 0)
        return -1;
    h.path = path[0] == '/' ? steal (&path) : xstrdup (real);
    h.script = is_script (real);
    h.foreign = h.script || !is_of_package (real);
    answer = ask_or_remember (g, &h);
    if (!answer || take_answer (&h, answer, &g->error) < 0)
        return -1;
    debug (g, "launch: %s: QEMU %s%s%s%s", h.path, h.version,
           h.has_sandbox ? "" : ", without -sandbox",
           h.script ? ", started by a script" : "",
           h.foreign ? ", not the host's own" : "");
    *ret = h;
    h = (struct hypervisor) { 0 };
    return 0;
}
