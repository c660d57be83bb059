/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The manifest of an appliance: what it was made of and what it consists
 * of, in lines.
 *
 *     guestfs appliance 1
 *     options daemon=/usr/libexec/libguestfs/guestfsd ...
 *     release 6.1.0-18-amd64
 *     input 8247232 1700129821.000000000 100644 /boot/vmlinuz-...
 *     absent /usr/bin/sgdisk
 *     matches 8c3a5f9e0d1b2c47 /boot/vmlinuz-*
 *     output 9437184 1700129900.123456789 100644 root
 *
 * One is current if each line is still what would be written.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "io.h"
#include "memory.h"

#define MANIFEST "manifest"
#define MANIFEST_MAX (8 << 20)
#define FIRST_LINE "guestfs appliance 1"

/* Each line's first word. */
#define OPTIONS "options "
#define RELEASE "release "
#define INPUT "input "
#define ABSENT "absent "
#define MATCHES "matches "
#define OUTPUT "output "

static const char *const outputs[] = { KERNEL_NAME, INITRD_NAME, ROOT_NAME };

/* What counts of a file. */
static char *
describe (const char *word, const struct stat *st, const char *path)
{
    return xasprintf ("%s%jd %jd.%09ld %o %s", word, (intmax_t) st->st_size,
                      (intmax_t) st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
                      (unsigned) st->st_mode, path);
}

static char *
describe_input (const char *path)
{
    struct stat st;

    return stat (path, &st) == 0 ? describe (INPUT, &st, path)
                                 : xasprintf (ABSENT "%s", path);
}

void
input_add (struct build *b, const char *path)
{
    strings_add_take (&b->inputs, describe_input (path));
}

/* FNV-1a, continued from a hash so far: names that are not the same by
 * accident; nobody is deceived by one that is, since the whole manifest is
 * compared.
 */
#define HASH_START 0xcbf29ce484222325u

static uint64_t
hash_text (uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char) *text) * 0x100000001b3u;
    return hash;
}

/* Which files there are, whatever else is in their folder. */
static char *
describe_matches (const char *pattern)
{
    glob_t found = { 0 };
    uint64_t hash = HASH_START;

    glob (pattern, 0, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc; i++)
        hash = hash_text (hash_text (hash, found.gl_pathv[i]), "\n");
    globfree (&found);
    return xasprintf (MATCHES "%016" PRIx64 " %s", hash, pattern);
}

void
input_add_matches (struct build *b, const char *pattern)
{
    strings_add_take (&b->inputs, describe_matches (pattern));
}

static char *
describe_output (const char *folder, const char *name)
{
    cleanup_free char *path = xasprintf ("%s/%s", folder, name);
    struct stat st;

    if (lstat (path, &st) < 0 || !S_ISREG (st.st_mode))
        return xasprintf (ABSENT "%s", name);
    return describe (OUTPUT, &st, name);
}

/* A path of several lines would be read back as something else. */
static int
check_lines (const struct build *b, struct error *err)
{
    for (size_t i = 0; i < b->inputs.count; i++)
        if (strchr (b->inputs.item[i], '\n'))
            return fail (err, EINVAL, "'%s': a path with a newline",
                         b->inputs.item[i]);
    return 0;
}

static int
write_file (const char *path, const char *text, struct error *err)
{
    cleanup_fd int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                              0644);

    if (fd < 0 || write_full (fd, text, strlen (text)) < 0)
        return fail (err, errno, "%s: %m", path);
    return 0;
}

int
manifest_write (const struct build *b, uint64_t *ret_hash,
                struct error *err)
{
    cleanup_strings struct strings lines = STRINGS_EMPTY;
    cleanup_free char *path = xasprintf ("%s/" MANIFEST, b->work);
    cleanup_free char *text = NULL;

    if (check_lines (b, err) < 0)
        return -1;
    strings_add (&lines, FIRST_LINE);
    strings_add_format (&lines, OPTIONS "%s", b->options);
    strings_add_format (&lines, RELEASE "%s", b->release);
    for (size_t i = 0; i < b->inputs.count; i++)
        strings_add (&lines, b->inputs.item[i]);
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++)
        strings_add_take (&lines, describe_output (b->work, outputs[i]));
    strings_add (&lines, "");
    text = strings_join (&lines, "\n");
    *ret_hash = hash_text (HASH_START, text);
    return write_file (path, text, err);
}

/* Where the path begins in a line, after that many words: it is the last,
 * and may have spaces.  A damaged line gives "".
 */
static const char *
path_after (const char *line, int words)
{
    for (; line && words > 0; words--) {
        line = strchr (line, ' ');
        line = line ? line + 1 : NULL;
    }
    return line ? line : "";
}

static bool
line_is_current (const char *folder, const char *line)
{
    cleanup_free char *now = NULL;

    if (string_starts_with (line, INPUT))
        now = describe_input (path_after (line, 4));
    else if (string_starts_with (line, ABSENT))
        now = describe_input (path_after (line, 1));
    else if (string_starts_with (line, MATCHES))
        now = describe_matches (path_after (line, 2));
    else if (string_starts_with (line, OUTPUT))
        now = describe_output (folder, path_after (line, 4));
    else
        return true;
    return strcmp (now, line) == 0;
}

static char **
read_manifest (const char *folder, struct error *err)
{
    cleanup_free char *path = xasprintf ("%s/" MANIFEST, folder);
    cleanup_free char *text = read_file_at (AT_FDCWD, path, MANIFEST_MAX,
                                            NULL, err);
    cleanup_string_array char **lines = NULL;

    if (!text)
        return NULL;
    lines = string_split_lines (text);
    if (string_array_length (lines) < 3 || strcmp (lines[0], FIRST_LINE) != 0
        || !string_starts_with (lines[1], OPTIONS)
        || !string_starts_with (lines[2], RELEASE))
        return fail_null (err, EINVAL, "%s: damaged", path);
    return steal (&lines);
}

/* A manifest that was cut off lacks its last lines. */
static size_t
count_outputs (char *const *lines)
{
    size_t n = 0;

    for (; *lines; lines++)
        n += string_starts_with (*lines, OUTPUT);
    return n;
}

enum manifest_state
manifest_check (const char *folder, const char *options)
{
    cleanup_error struct error ignored = { 0 };
    cleanup_string_array char **lines = read_manifest (folder, &ignored);

    if (!lines
        || count_outputs (lines) != sizeof outputs / sizeof *outputs)
        return MANIFEST_STALE;
    for (size_t i = 0; lines[i]; i++)
        if (!line_is_current (folder, lines[i]))
            return MANIFEST_STALE;
    return strcmp (lines[1] + strlen (OPTIONS), options) == 0
               ? MANIFEST_CURRENT
               : MANIFEST_OTHER;
}

char *
manifest_release (const char *folder, struct error *err)
{
    cleanup_string_array char **lines = read_manifest (folder, err);

    return lines ? xstrdup (lines[2] + strlen (RELEASE)) : NULL;
}
