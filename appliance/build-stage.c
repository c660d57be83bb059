/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of the host into the staging folder, with the libraries that they
 * need: which, the dynamic loader says.
 */

#include "config.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "command.h"
#include "io.h"
#include "memory.h"

#if defined __x86_64__
#define LOADER "/lib64/ld-linux-x86-64.so.2"
#elif defined __aarch64__
#define LOADER "/lib/ld-linux-aarch64.so.1"
#endif

/* As much as is copied at once, in bytes. */
#define COPY_SIZE (1u << 30)

/* Is the first folder of an absolute path a link into /usr, such as
 * /lib -> usr/lib?
 */
static bool
is_merged (const char *path)
{
    size_t length = strcspn (path + 1, "/") + 1;
    cleanup_free char *first = xstrndup (path, length);
    cleanup_free char *expected = xasprintf ("usr%s", first);
    char target[64];
    ssize_t n = readlink (first, target, sizeof target - 1);

    if (n < 0)
        return false;
    target[n] = '\0';
    return strcmp (target, expected) == 0
           || (target[0] == '/' && strcmp (target + 1, expected) == 0);
}

char *
staged_path (const struct build *b, const char *path)
{
    return xasprintf ("%s%s%s", b->staging, is_merged (path) ? "/usr" : "",
                      path);
}

int
make_parents (const char *path, struct error *err)
{
    cleanup_free char *copy = xstrdup (path);

    for (char *p = strchr (copy + 1, '/'); p; p = strchr (p + 1, '/')) {
        *p = '\0';
        if (mkdir (copy, 0755) < 0 && errno != EEXIST)
            return fail (err, errno, "%s: %m", copy);
        *p = '/';
    }
    return 0;
}

/* Where one of the filesystems doesn't have copy_file_range (2). */
static bool
is_unsupported (int errnum)
{
    return errnum == EXDEV || errnum == EINVAL || errnum == ENOSYS
           || errnum == EOPNOTSUPP;
}

int
copy_content (int from, int to, struct error *err)
{
    ssize_t n;

    do
        n = copy_file_range (from, NULL, to, NULL, COPY_SIZE, 0);
    while (n > 0);
    if (n < 0 && is_unsupported (errno)) {
        do
            n = sendfile (to, from, NULL, COPY_SIZE);
        while (n > 0);
    }
    return n < 0 ? fail (err, errno, "copying: %m") : 0;
}

static int
copy_to (const char *from, const char *to, struct error *err)
{
    cleanup_fd int source = open (from, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    cleanup_fd int target = -1;
    struct stat st;

    if (source < 0 || fstat (source, &st) < 0)
        return fail (err, errno, "%s: %m", from);
    if (!S_ISREG (st.st_mode))
        return fail (err, EINVAL, "%s: not a regular file", from);
    if (make_parents (to, err) < 0)
        return -1;
    target = open (to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                   st.st_mode & 0111 ? 0755 : 0644);
    if (target < 0)
        return fail (err, errno, "%s: %m", to);
    if (copy_content (source, target, err) < 0)
        return fail_context (err, "%s", from);
    return 0;
}

int
stage_file (struct build *b, const char *path, const char *name,
            struct error *err)
{
    cleanup_free char *to = staged_path (b, name);

    if (access (to, F_OK) == 0)
        return 0;
    input_add (b, path);
    return copy_to (path, to, err);
}

/* Does the dynamic loader have anything to do with it? */
static bool
is_elf (const char *path)
{
    cleanup_fd int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char magic[SELFMAG];

    return fd >= 0 && read_full (fd, magic, sizeof magic) == SELFMAG
           && memcmp (magic, ELFMAG, SELFMAG) == 0;
}

/* A line of the loader's list:
 *     libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f7e6ce00000)
 *     /lib64/ld-linux-x86-64.so.2 (0x00007f7e6d05e000)
 *     linux-vdso.so.1 (0x00007ffd1dd5e000)
 */
static int
stage_listed (struct build *b, char *line, const char *of,
              struct error *err)
{
    char *arrow = strstr (line, " => ");
    char *path = arrow ? arrow + strlen (" => ") : line + strspn (line, " \t");
    char *end = strstr (path, " (0x");

    if (!end && arrow)
        return fail (err, ENOENT, "%s: the library%.*s that it needs is not "
                     "there", of, (int) (arrow - line), line);
    if (!end || *path != '/')
        return 0;
    *end = '\0';
    return stage_file (b, path, path, err);
}

static int
stage_libraries (struct build *b, const char *path, struct error *err)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_string_array char **lines = NULL;

    command_add (&c, LOADER, "--list", path, NULL);
    if (command_run (&c, err) < 0)
        return -1;
    /* A static program, or one of another architecture: the loader can't
     * do anything with either.
     */
    if (c.status != 0 && !strchr (c.output, '\t'))
        return 0;
    lines = string_split_lines (c.output);
    for (size_t i = 0; lines[i]; i++)
        if (stage_listed (b, lines[i], path, err) < 0)
            return -1;
    return 0;
}

int
stage_program (struct build *b, const char *path, const char *name,
               struct error *err)
{
    if (is_elf (path) && stage_libraries (b, path, err) < 0)
        return -1;
    return stage_file (b, path, name, err);
}
