/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inspection: RAID arrays by the names that a guest gives them. */

#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "inspect-md.h"
#include "md-superblock.h"

/* It is read for each array that is looked for. */
#define MDADM_CONF_MAX (32 << 10)

static const char *const configurations[] = {
    "/etc/mdadm/mdadm.conf",
    "/etc/mdadm.conf",
};

/* The superblock of one of its members. */
static bool
read_superblock (const char *block, struct md_superblock *ret)
{
    cleanup_free char *path = xasprintf ("/sys/block/%s/slaves", block);
    cleanup_dir DIR *dir = opendir (path);
    struct dirent *entry;

    while (dir && (entry = readdir (dir))) {
        cleanup_free char *device = xasprintf ("/dev/%s", entry->d_name);

        if (entry->d_name[0] != '.' && md_superblock_read (device, ret))
            return true;
    }
    return false;
}

/* Is it the array with that name, with or without the host's in front? */
static bool
has_name (const struct md_superblock *sb, const char *name)
{
    const char *colon = strchr (sb->name, ':');
    char number[16];

    if (*name == '/')
        name++;
    if (sb->number >= 0) {
        snprintf (number, sizeof number, "%d", sb->number);
        return strcmp (number, name) == 0;
    }
    return strcmp (sb->name, name) == 0
           || (colon && strcmp (colon + 1, name) == 0);
}

/* As mdadm writes it: 32 digits with anything between them.  Format 0.90 has
 * numbers, the others bytes.
 */
static bool
has_uuid (const struct md_superblock *sb, const char *uuid)
{
    char expected[2 * MD_UUID_SIZE + 1], digits[2 * MD_UUID_SIZE + 1];
    size_t n = 0;

    for (size_t i = 0; i < MD_UUID_SIZE; i++)
        snprintf (expected + 2 * i, 3, "%02x",
                  sb->uuid[sb->major == 0 ? i ^ 3 : i]);
    for (; *uuid && n < 2 * MD_UUID_SIZE; uuid++)
        if (isxdigit ((unsigned char) *uuid))
            digits[n++] = *uuid;
    digits[n] = '\0';
    return strcasecmp (expected, digits) == 0;
}

/* The value of a word "NAME=VALUE" in a line of mdadm.conf. */
static char *
word_value (const char *line, size_t size, const char *name)
{
    size_t n = strlen (name);

    for (size_t i = 0; i + n + 1 < size; i++)
        if ((i == 0 || isspace ((unsigned char) line[i - 1]))
            && strncasecmp (line + i, name, n) == 0 && line[i + n] == '=') {
            const char *value = line + i + n + 1;

            return xstrndup (value, strcspn (value, " \t\r\n"));
        }
    return NULL;
}

/* The UUID in "ARRAY /dev/mdNAME ... UUID=...". */
static char *
configured_uuid (const struct guest_files *files, const char *name)
{
    cleanup_free char *array = xasprintf ("/dev/md%s", name);
    cleanup_free char *text = NULL;

    for (size_t i = 0; !text && i < sizeof configurations
                                        / sizeof *configurations; i++)
        text = guest_text_up_to (files, configurations[i], MDADM_CONF_MAX);
    for (const char *p = text; p && *p;) {
        size_t size = strcspn (p, "\n");
        const char *word = p + strspn (p, " \t");

        if (strncasecmp (word, "ARRAY", 5) == 0) {
            word += 5 + strspn (word + 5, " \t");
            if (string_starts_with (word, array)
                && strchr (" \t", word[strlen (array)]))
                return word_value (p, size, "UUID");
        }
        p += size + (p[size] == '\n');
    }
    return NULL;
}

static bool
is_array (const char *block, const char *name, const char *uuid)
{
    struct md_superblock sb;

    return read_superblock (block, &sb)
           && (uuid ? has_uuid (&sb, uuid) : has_name (&sb, name));
}

/* The kernel's name of the array, "md127". */
static char *
find_array (const struct guest_files *files, const char *name)
{
    cleanup_free char *uuid = configured_uuid (files, name);
    cleanup_strings struct strings arrays = STRINGS_EMPTY;
    cleanup_error struct error ignored = { 0 };

    block_list ("md", &arrays, &ignored);
    for (size_t i = 0; i < arrays.count; i++)
        if (is_array (arrays.item[i], name, uuid))
            return xstrdup (arrays.item[i]);
    return NULL;
}

/* Where "p" and a partition's number begin; the end if they don't. */
static size_t
name_size (const char *rest)
{
    size_t n = strlen (rest), digits = n;

    while (digits > 0 && isdigit ((unsigned char) rest[digits - 1]))
        digits--;
    return digits < n && digits > 1 && rest[digits - 1] == 'p' ? digits - 1
                                                               : n;
}

static const struct candidate *
find_partition (const struct inspection *in, const struct guest_files *files,
                const char *rest, size_t size)
{
    cleanup_free char *name = xstrndup (rest, size);
    cleanup_free char *array = find_array (files, name);
    cleanup_free char *device = xasprintf ("/dev/%s%s", array ? array : "",
                                           rest + size);

    return array ? candidate_by_name (in, device) : NULL;
}

const struct candidate *
guest_array (const struct inspection *in, const struct guest_files *files,
             const char *rest)
{
    cleanup_free char *same = xasprintf ("/dev/md%s", rest);
    const struct candidate *found = find_partition (in, files, rest,
                                                    strlen (rest));
    size_t n = name_size (rest);

    if (!found && rest[n])
        found = find_partition (in, files, rest, n);
    return found ? found : candidate_by_name (in, same);
}
