/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding commands, also when their names are misspelt. */

#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "command-table.h"
#include "memory.h"
#include "string-list.h"

static const struct shell_command *const tables[] = {
    own_commands,
    api_commands,
};

#define TABLES (sizeof tables / sizeof *tables)

/* How many names are suggested for a misspelt one. */
#define SUGGESTIONS 3

/* Longer words are no misspelt commands. */
#define NAME_MAX_LENGTH 40

const struct shell_command *
command_next (const struct shell_command *c)
{
    for (size_t i = 0; i < TABLES; i++) {
        const struct shell_command *end = tables[i];

        if (!c && end->name)
            return end;
        while (end->name)
            end++;
        if (c && c >= tables[i] && c < end) {
            if (c + 1 < end)
                return c + 1;
            c = NULL; /* the next table's first one */
        }
    }
    return NULL;
}

static bool
same_name (const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if (tolower ((unsigned char) *a) != tolower ((unsigned char) *b)
            && !(*a == '_' && *b == '-'))
            return false;
    return *a == *b;
}

const struct shell_command *
command_find (const char *name)
{
    const struct shell_command *c = NULL;

    while ((c = command_next (c))) {
        if (same_name (name, c->name))
            return c;
        for (const char *const *a = c->aliases; a && *a; a++)
            if (same_name (name, *a))
                return c;
    }
    return NULL;
}

static size_t
smallest (size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;

    return m < c ? m : c;
}

/* How many letters must be changed, added, dropped or exchanged with their
 * neighbour (the optimal string alignment distance).
 */
static size_t
distance (const char *a, const char *b)
{
    size_t rows[3][NAME_MAX_LENGTH + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    size_t la = strlen (a), lb = strlen (b);

    for (size_t j = 0; j <= lb; j++)
        last[j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t *oldest = before;

        now[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            now[j] = smallest (last[j] + 1, now[j - 1] + 1,
                               last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2]
                && a[i - 2] == b[j - 1] && before[j - 2] + 1 < now[j])
                now[j] = before[j - 2] + 1;
        }
        before = last;
        last = now;
        now = oldest;
    }
    return last[lb];
}

/* Add the names of one command that are that far away. */
static void
add_names_at (const struct shell_command *c, const char *name, size_t far,
              struct strings *list)
{
    if (strlen (c->name) <= NAME_MAX_LENGTH && distance (name, c->name) == far)
        strings_add (list, c->name);
    for (const char *const *a = c->aliases; a && *a; a++)
        if (strlen (*a) <= NAME_MAX_LENGTH && distance (name, *a) == far)
            strings_add (list, *a);
}

/* The nearest ones, as "a, b or c"; NULL if none is near. */
static char *
suggestions (const char *name)
{
    cleanup_strings struct strings list = STRINGS_EMPTY;
    size_t length = strlen (name);
    char *text;

    if (length > NAME_MAX_LENGTH)
        return NULL;
    for (size_t far = 1; far <= 1 + length / 5 && list.count == 0; far++) {
        const struct shell_command *c = NULL;

        while ((c = command_next (c)))
            add_names_at (c, name, far, &list);
    }
    if (list.count == 0)
        return NULL;
    text = xstrdup (list.item[0]);
    for (size_t i = 1; i < list.count && i < SUGGESTIONS; i++) {
        bool last = i + 1 == list.count || i + 1 == SUGGESTIONS;
        char *longer = xasprintf ("%s%s%s", text, last ? " or " : ", ",
                                  list.item[i]);

        free (text);
        text = longer;
    }
    return text;
}

int
command_usage (const struct shell_command *c, const char *what,
               struct error *err)
{
    return fail (err, EINVAL, "%s; usage: %s%s%s", what, c->name,
                 *c->usage ? " " : "", c->usage);
}

int
command_unknown (const char *name, struct error *err)
{
    cleanup_free char *near = suggestions (name);
    struct stat st;

    if (near)
        return fail (err, EINVAL, "there is no command '%s'; did you mean "
                     "%s?", name, near);
    if (stat (name, &st) == 0 && !S_ISDIR (st.st_mode))
        return fail (err, EINVAL, "there is no command '%s'; a disk image is "
                     "opened by 'guestfish -a %s' or 'add %s'", name, name,
                     name);
    return fail (err, EINVAL, "there is no command '%s'; 'help' lists them",
                 name);
}
