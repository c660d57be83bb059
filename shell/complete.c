/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tab key: what could stand where the cursor is. */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include <readline/readline.h>

#include "cleanup.h"
#include "complete.h"
#include "memory.h"
#include "offers.h"
#include "parser.h"
#include "shell.h"
#include "string-list.h"

/* readline's functions have no parameter for it. */
static struct shell *shell;

/* What is offered for the word at hand, and how far readline has read. */
static struct strings offers;
static size_t next_offer;

/* What the user's inputrc says. */
static bool mark_directories;

static void
offer_list (char **take_list, const char *text)
{
    for (size_t i = 0; take_list && take_list[i]; i++)
        offer_text (&offers, take_list[i], text);
    string_array_free (take_list);
}

static void
offer_devices (const char *text)
{
    offer_list (guestfs_list_devices (shell->g), text);
    offer_list (guestfs_list_partitions (shell->g), text);
    offer_list (guestfs_lvs (shell->g), text);
}

/* Paths of the guest are shown and quoted like names of local files, but
 * whether there is a local folder of that name doesn't matter.
 */
static void
treat_as_file_names (void)
{
    rl_filename_completion_desired = 1;
    rl_filename_quoting_desired = 1;
    rl_variable_bind ("mark-directories", "off");
}

/* Folders end with a slash, after which one can go on. */
static void
offer_paths (const char *text)
{
    size_t length = (size_t) (strrchr (text, '/') + 1 - text);
    cleanup_free char *folder = xstrndup (text, length);
    struct guestfs_dirent_list *list = guestfs_readdir (shell->g, folder);

    treat_as_file_names ();
    for (uint32_t i = 0; list && i < list->len; i++) {
        const struct guestfs_dirent *d = &list->val[i];
        cleanup_free char *path = NULL;

        if (strcmp (d->name, ".") == 0 || strcmp (d->name, "..") == 0)
            continue;
        path = xasprintf ("%s%s%s", folder, d->name,
                          d->ftyp == 'd' ? "/" : "");
        offer_text (&offers, path, text);
    }
    guestfs_free_dirent_list (list);
    if (offers.count == 1 && string_ends_with (offers.item[0], "/"))
        rl_completion_suppress_append = 1;
}

/* Asking the guest is hidden work that --no-dest-paths forbids. */
static void
offer_guest (enum argument_kind kind, const char *text)
{
    bool device = strncmp (text, "/dev/", strlen (text) < 5 ? strlen (text)
                                                              : 5) == 0;

    if (shell->settings.no_dest_paths || shell->remote_pid
        || guestfs_is_ready (shell->g) != 1)
        return;
    if (device && kind != ARGUMENT_PATHNAME)
        offer_devices (text);
    if (*text == '/' && kind != ARGUMENT_DEVICE && kind != ARGUMENT_MOUNTABLE)
        offer_paths (text);
}

static char *
next_match (const char *text, int state)
{
    (void) text;
    if (state == 0)
        next_offer = 0;
    return next_offer < offers.count ? xstrdup (offers.item[next_offer++])
                                     : NULL;
}

static char **
matches (const char *text)
{
    rl_attempted_completion_over = 1;
    return rl_completion_matches (text, next_match);
}

/* What could follow these words of a command. */
static char **
complete_word (char *const *words, size_t count, const char *text)
{
    enum argument_kind kind;

    switch (offer_word (&offers, words, count, text, &kind)) {
    case OFFER_FILES:
        return NULL; /* readline offers local files */
    case OFFER_GUEST:
        offer_guest (kind, text);
        break;
    case OFFER_GUEST_OR_FILES:
        offer_guest (kind, text);
        if (offers.count == 0)
            return NULL;
        break;
    case OFFER_WORDS:
        if (offers.count == 1 && string_ends_with (offers.item[0], ":"))
            rl_completion_suppress_append = 1;
        break;
    }
    return matches (text);
}

/* start is where the word begins that is to be completed to more than
 * text, which readline replaces.
 */
static char **
complete (const char *text, int start, int end)
{
    cleanup_free char *before = xstrndup (rl_line_buffer, (size_t) start);
    cleanup_line struct line line = { .kind = LINE_EMPTY };
    cleanup_error struct error ignored = { 0 };
    size_t column;

    (void) end;
    strings_free (&offers);
    rl_variable_bind ("mark-directories", mark_directories ? "on" : "off");
    if (before[strspn (before, " \t-")] == '\0')
        return complete_word (NULL, 0, text);
    /* An open quote before the word is no mistake here. */
    if (start > 0 && strchr ("\"'", before[start - 1]))
        before[start - 1] = '\0';
    if (parse_line (before, &line, &column, &ignored) < 0
        || line.kind != LINE_COMMAND || line.host)
        return NULL;
    return complete_word (line.words.item, line.words.count, text);
}

void
complete_init (struct shell *sh)
{
    const char *mark;

    shell = sh;
    rl_initialize ();
    mark = rl_variable_value ("mark-directories");
    mark_directories = !mark || strcmp (mark, "off") != 0;
    rl_attempted_completion_function = complete;
    rl_basic_word_break_characters = " \t\n";
    rl_completer_word_break_characters = (char *) " \t\n";
    rl_completer_quote_characters = "\"'";
    rl_filename_quote_characters = " \t\"'";
}
