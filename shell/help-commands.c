/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help, man, supported. */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "command-table.h"
#include "help.h"
#include "host.h"
#include "memory.h"
#include "own-commands.h"
#include "string-list.h"

/* Where the summaries begin. */
#define NAME_WIDTH 22

/* How long the lines of help are. */
#define LINE_WIDTH 78

static const char overview[] =
    "Add disk images, start the appliance, mount a file system, and work on\n"
    "its files:\n"
    "\n"
    "    add disk.img                 or:  add disk.img readonly:true\n"
    "    run\n"
    "    list-filesystems\n"
    "    mount /dev/sda1 /\n"
    "    ll /\n"
    "\n"
    "help -l        lists all commands\n"
    "help COMMAND   explains one of them\n"
    "man            is the manual\n"
    "quit           leaves guestfish\n";

static int
compare_names (const void *a, const void *b)
{
    const struct shell_command *const *x = a, *const *y = b;

    return strcmp ((*x)->name, (*y)->name);
}

static const struct shell_command **
sorted_commands (size_t *ret_count)
{
    const struct shell_command **list = NULL;
    const struct shell_command *c = NULL;
    size_t count = 0;

    while ((c = command_next (c)))
        count++;
    list = xcalloc (count, sizeof *list);
    for (size_t i = 0; (c = command_next (c)); i++)
        list[i] = c;
    qsort (list, count, sizeof *list, compare_names);
    *ret_count = count;
    return list;
}

void
help_list (void)
{
    size_t count;
    cleanup_free const struct shell_command **list = sorted_commands (&count);

    for (size_t i = 0; i < count; i++)
        printf ("%-*s %s\n", NAME_WIDTH, list[i]->name,
                list[i]->planned ? "(not implemented yet)"
                                 : list[i]->summary);
}

static void
print_aliases (const struct shell_command *c)
{
    if (!c->aliases)
        return;
    fputs ("Other names:", stdout);
    for (const char *const *a = c->aliases; *a; a++)
        printf ("%s %s", a == c->aliases ? "" : ",", *a);
    fputs ("\n\n", stdout);
}

/* The name and the arguments; what does not fit goes below the arguments. */
static void
print_usage_line (const struct shell_command *c)
{
    const char *word = c->usage;
    int indent = printf ("    %s", c->name);
    int column = indent;

    while (*word) {
        int length = (int) strcspn (word, " ");

        if (column + 1 + length > LINE_WIDTH && column > indent)
            column = printf ("\n%*s", indent, "") - 1;
        column += printf (" %.*s", length, word);
        word += length;
        word += strspn (word, " ");
    }
    putchar ('\n');
}

static void
print_help (const struct shell_command *c)
{
    printf ("%s%s%s\n\n", c->name, c->planned ? ": " : " - ",
            c->planned ? "not implemented yet" : c->summary);
    print_usage_line (c);
    if (!c->planned) {
        putchar ('\n');
        print_aliases (c);
        fputs (c->help, stdout);
    }
}

int
help_command (const char *name, struct error *err)
{
    const struct shell_command *c = command_find (name);

    if (!c)
        return command_unknown (name, err);
    print_help (c);
    return 0;
}

int
run_help (struct shell *sh, char *const *words, struct error *err)
{
    (void) sh;
    if (!words[1]) {
        fputs (overview, stdout);
        return 0;
    }
    if (strcmp (words[1], "-l") == 0 || strcmp (words[1], "--list") == 0) {
        help_list ();
        return 0;
    }
    return help_command (words[1], err);
}

int
run_man (struct shell *sh, char *const *words, struct error *err)
{
    (void) sh;
    (void) words;
    return host_run ("man 1 guestfish", err);
}

static int
print_group (struct shell *sh, char *group, int width)
{
    char *const groups[] = { group, NULL };
    int available = guestfs_feature_available (sh->g, groups);

    if (available < 0)
        return -1;
    printf ("%*s %s\n", width, group, available ? "yes" : "no");
    return 0;
}

int
run_supported (struct shell *sh, char *const *words, struct error *err)
{
    cleanup_string_array char **groups
        = guestfs_available_all_groups (sh->g);
    int width = 0;

    (void) words;
    if (!groups)
        return library_error (sh, err);
    for (size_t i = 0; groups[i]; i++)
        if (width < (int) strlen (groups[i]))
            width = (int) strlen (groups[i]);
    for (size_t i = 0; groups[i]; i++)
        if (print_group (sh, groups[i], width) < 0)
            return library_error (sh, err);
    return 0;
}
