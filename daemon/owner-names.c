/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names that a guest has for its users and groups. */

#include "config.h"

#include <string.h>

#include "content.h"
#include "io.h"
#include "owner-names.h"

struct owner_name {
    uint32_t id;
    char *name;
};

/* No /etc/passwd is larger; one that is counts up to here. */
#define FILE_MAX (4 << 20)

/* "name:password:id:..." */
static void
parse_line (struct owner_names *names, const char *line)
{
    size_t n = strcspn (line, ":");
    const char *p = line + n;
    char *end;
    unsigned long id;

    p += *p == ':';
    p += strcspn (p, ":");
    if (n == 0 || *p != ':')
        return;
    id = strtoul (p + 1, &end, 10);
    if (end == p + 1 || *end != ':' || id >= UINT32_MAX)
        return;
    names->names = xreallocarray (names->names, names->count + 1,
                                  sizeof *names->names);
    names->names[names->count++] = (struct owner_name) {
        .id = (uint32_t) id,
        .name = xstrndup (line, n),
    };
}

void
owner_names_read (struct call *call, const char *path,
                  struct owner_names *ret)
{
    cleanup_fd int fd = content_open (call, path, false);
    cleanup_free char *text = xmalloc (FILE_MAX + 1);
    ssize_t n = fd < 0 ? -1 : read_full (fd, text, FILE_MAX);
    char *next = text;

    *ret = (struct owner_names) { .last_id = UINT32_MAX };
    error_clear (&call->err);
    if (n < 0)
        return;
    text[n] = '\0';
    for (char *line; (line = strsep (&next, "\n"));)
        parse_line (ret, line);
}

const char *
owner_name (struct owner_names *names, uint32_t id)
{
    if (names->last_id == id)
        return names->last;
    names->last_id = id;
    names->last = NULL;
    for (size_t i = 0; i < names->count && !names->last; i++)
        if (names->names[i].id == id)
            names->last = names->names[i].name;
    return names->last;
}

bool
owner_id (const struct owner_names *names, const char *name, uint32_t *ret)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp (names->names[i].name, name) == 0) {
            *ret = names->names[i].id;
            return true;
        }
    return false;
}

void
owner_names_free (struct owner_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free (names->names[i].name);
    free (names->names);
}
