/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of an fstab(5). */

#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "drive-name.h"
#include "fstab.h"
#include "memory.h"

#define BLANKS " \t\r"

void
fstab_entry_free (struct fstab_entry *entry)
{
    free (entry->spec);
    free (entry->file);
    free (entry->type);
    free (entry->options);
    *entry = (struct fstab_entry) { 0 };
}

static bool
is_octal (char c)
{
    return c >= '0' && c <= '7';
}

/* Three octal digits after a backslash; a NUL would end the string. */
static bool
take_escape (const char *p, const char *end, char *ret)
{
    int value;

    if (end - p < 4 || !is_octal (p[1]) || !is_octal (p[2])
        || !is_octal (p[3]))
        return false;
    value = (p[1] - '0') * 64 + (p[2] - '0') * 8 + (p[3] - '0');
    if (value == 0 || value > 255)
        return false;
    *ret = (char) value;
    return true;
}

/* The next field before end, "" if there is none. */
static char *
take_field (const char **p, const char *end)
{
    const char *from = *p + strspn (*p, BLANKS);
    const char *to;
    cleanup_free char *field = NULL;
    size_t n = 0;

    if (from > end)
        from = end;
    to = from + strcspn (from, BLANKS "\n");
    if (to > end)
        to = end;
    *p = to;
    field = xmalloc ((size_t) (to - from) + 1);
    for (; from < to; from++) {
        char c = *from;

        if (c == '\\' && take_escape (from, to, &c))
            from += 3;
        field[n++] = c;
    }
    field[n] = '\0';
    return steal (&field);
}

static bool
parse_line (const char *p, const char *end, struct fstab_entry *ret)
{
    struct fstab_entry entry = { 0 };

    p += strspn (p, BLANKS);
    if (p >= end || *p == '#')
        return false;
    entry.spec = take_field (&p, end);
    entry.file = take_field (&p, end);
    entry.type = take_field (&p, end);
    entry.options = take_field (&p, end);
    if (!*entry.file) {
        fstab_entry_free (&entry);
        return false;
    }
    *ret = entry;
    return true;
}

bool
fstab_next (const char **text, struct fstab_entry *ret)
{
    while (**text) {
        const char *line = *text;
        const char *end = line + strcspn (line, "\n");

        *text = end + (*end == '\n');
        if (parse_line (line, end, ret))
            return true;
    }
    return false;
}

char *
fstab_option (const char *options, const char *name)
{
    size_t n = strlen (name);

    while (*options) {
        size_t size = strcspn (options, ",");

        if (size >= n && strncmp (options, name, n) == 0) {
            if (size == n)
                return xstrdup ("");
            if (options[n] == '=')
                return xstrndup (options + n + 1, size - n - 1);
        }
        options += size + (options[size] == ',');
    }
    return NULL;
}

char *
fstab_mountpoint (const char *file)
{
    cleanup_free char *path = NULL;
    size_t n = 0;

    if (*file != '/')
        return NULL;
    path = xmalloc (strlen (file) + 1);
    for (; *file; file++)
        if (*file != '/' || file[1] != '/')
            path[n++] = *file;
    while (n > 1 && path[n - 1] == '/')
        n--;
    path[n] = '\0';
    return steal (&path);
}

/* How kernels name drives.  '@' stands for the letters that Linux counts them
 * by, '%' for the drive's number, '*' for a number that does not matter.
 */
static const struct {
    const char *pattern;
    bool bsd; /* partitions may have letters, and be in slices */
} drives[] = {
    { "sd@", false },          { "hd@", false },
    { "vd@", false },          { "xvd@", false },
    { "ubd@", false },         { "nvme%n*", false },
    { "mmcblk%", false },      { "cciss/c*d%", false },
    { "ida/c*d%", false },     { "rd/c*d%", false },
    /* FreeBSD */
    { "ada%", true },          { "ad%", true },
    { "da%", true },           { "vtbd%", true },
    { "nvd%", true },          { "nda%", true },
    /* NetBSD, OpenBSD */
    { "wd%", true },           { "ld%", true },
    { "xbd%", true },          { "sd%", true },
};

/* More is nonsense. */
#define NUMBER_MAX 100000

static bool
take_number (const char **p, unsigned *ret)
{
    unsigned value = 0;

    if (!isdigit ((unsigned char) **p))
        return false;
    for (; isdigit ((unsigned char) **p); (*p)++)
        if (value < NUMBER_MAX)
            value = value * 10 + (unsigned) (**p - '0');
    *ret = value;
    return value < NUMBER_MAX;
}

static bool
match_pattern (const char *pattern, const char **name, size_t *ret_drive)
{
    const char *p = *name;

    for (; *pattern; pattern++) {
        unsigned value;

        if (*pattern == '@') {
            ssize_t index = drive_index (p, &p);

            if (index < 0)
                return false;
            *ret_drive = (size_t) index;
        } else if (*pattern == '%' || *pattern == '*') {
            if (!take_number (&p, &value))
                return false;
            if (*pattern == '%')
                *ret_drive = value;
        } else if (*pattern != *p++) {
            return false;
        }
    }
    *name = p;
    return true;
}

/* Linux numbers the partitions of a BSD's disklabel from 5 on, and leaves out
 * c, which is all of it.
 */
#define FIRST_OF_LABEL 5

static bool
parse_letter (const char *p, unsigned *ret)
{
    if (*p < 'a' || *p > 'p' || *p == 'c' || p[1])
        return false;
    *ret = FIRST_OF_LABEL + (unsigned) (*p - 'a') - (*p > 'c');
    return true;
}

/* "", "1", "p1"; "s1", "s1a", "a" */
static bool
parse_partition (const char *p, bool bsd, unsigned *ret)
{
    bool slice = bsd && *p == 's';

    *ret = 0;
    if (!*p)
        return true;
    if ((slice || *p == 'p') && isdigit ((unsigned char) p[1]))
        p++;
    if (!take_number (&p, ret))
        return bsd && parse_letter (p, ret);
    return *ret > 0 && (!*p || (slice && parse_letter (p, ret)));
}

bool
guest_drive_parse (const char *name, size_t *ret_drive,
                   unsigned *ret_partition)
{
    for (size_t i = 0; i < sizeof drives / sizeof *drives; i++) {
        const char *rest = name;
        size_t drive = 0;

        if (match_pattern (drives[i].pattern, &rest, &drive)
            && parse_partition (rest, drives[i].bsd, ret_partition)) {
            *ret_drive = drive;
            return true;
        }
    }
    return false;
}
