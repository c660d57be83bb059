/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tab key: what could stand where the cursor is.  Which that is, the
 * command's description says: a device, a path in the guest, a local file,
 * an option.
 */

#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <readline/readline.h>

#include "cleanup.h"
#include "command-table.h"
#include "complete.h"
#include "memory.h"
#include "parser.h"
#include "string-list.h"

/* readline's functions have no parameter for it. */
static struct shell *shell;

/* What is offered for the word at hand, and how far readline has read. */
static struct strings offers;
static size_t next_offer;

/* What the user's inputrc says. */
static bool mark_directories;

static void
offer (const char *word, const char *text)
{
    if (strncasecmp (word, text, strlen (text)) == 0)
        strings_add (&offers, word);
}

static void
offer_commands (const char *text)
{
    const struct shell_command *c = NULL;

    while ((c = command_next (c))) {
        if (c->planned)
            continue;
        offer (c->name, text);
        for (const char *const *a = c->aliases; a && *a; a++)
            offer (*a, text);
    }
}

static void
offer_list (char **take_list, const char *text)
{
    for (size_t i = 0; take_list && take_list[i]; i++)
        offer (take_list[i], text);
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
        offer (path, text);
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

static void
offer_options (const struct shell_command *c, const char *text)
{
    for (const struct parameter *p = c->options; p && p->name; p++) {
        cleanup_free char *word = xasprintf ("%s:", p->name);

        if (p->kind == ARGUMENT_BOOL) {
            cleanup_free char *yes = xasprintf ("%strue", word);
            cleanup_free char *no = xasprintf ("%sfalse", word);

            offer (yes, text);
            offer (no, text);
        } else {
            offer (word, text);
        }
    }
    if (offers.count == 1 && string_ends_with (offers.item[0], ":"))
        rl_completion_suppress_append = 1;
}

/* The parameter that word number n (from 0) is for; NULL: an option. */
static const struct parameter *
parameter_at (const struct shell_command *c, size_t n)
{
    for (const struct parameter *p = c->parameters; p && p->name; p++)
        if (p->kind != ARGUMENT_KEY && n-- == 0)
            return p;
    return NULL;
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

static char **
complete_argument (const struct shell_command *c, size_t n, const char *text)
{
    const struct parameter *p = parameter_at (c, n);

    /* Guestfish's own commands take local files or paths: offer both. */
    if (c->run) {
        offer_guest (ARGUMENT_DEVICE_OR_PATH, text);
        return offers.count > 0 ? matches (text) : NULL;
    }
    if (!p) {
        offer_options (c, text);
        return matches (text);
    }
    switch (p->kind) {
    case ARGUMENT_FILE_IN:
    case ARGUMENT_FILE_OUT:
        return NULL; /* readline offers local files */
    case ARGUMENT_PATHNAME:
    case ARGUMENT_DEVICE:
    case ARGUMENT_MOUNTABLE:
    case ARGUMENT_DEVICE_OR_PATH:
    case ARGUMENT_MOUNTABLE_OR_PATH:
        offer_guest (p->kind, text);
        return matches (text);
    case ARGUMENT_BOOL:
        offer ("true", text);
        offer ("false", text);
        return matches (text);
    default:
        return NULL;
    }
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
    const struct shell_command *c;
    size_t column, at = 0;

    (void) end;
    strings_free (&offers);
    rl_variable_bind ("mark-directories", mark_directories ? "on" : "off");
    if (before[strspn (before, " \t-")] == '\0') {
        offer_commands (text);
        return matches (text);
    }
    /* An open quote before the word is no mistake here. */
    if (start > 0 && strchr ("\"'", before[start - 1]))
        before[start - 1] = '\0';
    if (parse_line (before, &line, &column, &ignored) < 0
        || line.kind != LINE_COMMAND || line.host)
        return NULL;
    do {
        if (at == line.words.count) {
            offer_commands (text);
            return matches (text);
        }
        c = command_find (line.words.item[at++]);
    } while (c && c->takes_command);
    return c ? complete_argument (c, line.words.count - at, text) : NULL;
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
