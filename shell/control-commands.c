/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands about other commands, and about the session: glob, not, quit,
 * reopen, time.
 */

#include "config.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <time.h>

#include "cleanup.h"
#include "interrupt.h"
#include "memory.h"
#include "own-commands.h"
#include "run.h"
#include "string-list.h"

static bool
is_pattern (const char *word)
{
    return *word == '/' && strpbrk (word, "*?[");
}

/* Everything that could be mounted, and what it is made of. */
static char **
list_devices (guestfs_h *g)
{
    char **(*const lists[]) (guestfs_h *) = {
        guestfs_list_devices, guestfs_list_partitions,
        guestfs_list_md_devices, guestfs_lvs, guestfs_list_dm_devices,
    };
    cleanup_strings struct strings all = STRINGS_EMPTY;

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        cleanup_string_array char **some = lists[i] (g);

        /* Not every appliance can have each kind. */
        for (size_t j = 0; some && some[j]; j++)
            strings_add_once (&all, some[j]);
    }
    return strings_steal (&all);
}

static char **
expand_device (guestfs_h *g, const char *pattern)
{
    cleanup_string_array char **devices = list_devices (g);
    cleanup_strings struct strings found = STRINGS_EMPTY;

    for (size_t i = 0; devices[i]; i++)
        if (fnmatch (pattern, devices[i], FNM_PATHNAME) == 0)
            strings_add (&found, devices[i]);
    strings_sort (&found);
    return strings_steal (&found);
}

/* The words that a word with wildcards stands for; others, and one that
 * nothing matches, for themselves.
 */
static char **
expand_word (struct shell *sh, char *word, struct error *err)
{
    char *const one[] = { word, NULL };
    cleanup_string_array char **paths = NULL;

    if (is_pattern (word))
        paths = string_starts_with (word, "/dev/")
                    ? expand_device (sh->g, word)
                    : guestfs_glob_expand (sh->g, word);
    if (is_pattern (word) && !paths) {
        library_error (sh, err);
        return NULL;
    }
    return paths && paths[0] ? steal (&paths) : string_array_copy (one);
}

/* One word of each list after the other: all combinations.  at is what the
 * next word that is still to be chosen is.  A failure is kept, and printed if
 * it is not the last one; the others are tried nevertheless.
 */
static int
run_combinations (struct shell *sh, char ***lists, size_t count, size_t at,
                  char **words, struct error *err)
{
    int r = 0;

    if (at < count) {
        for (size_t i = 0; lists[at][i] && !sh->quit
                           && !interrupt_pending (); i++) {
            words[at] = lists[at][i];
            if (run_combinations (sh, lists, count, at + 1, words, err) < 0)
                r = -1;
        }
        return r;
    }
    if (err->message)
        print_error (err);
    error_clear (err);
    return run_words (sh, words, err);
}

int
run_glob (struct shell *sh, char *const *words, struct error *err)
{
    size_t count = string_array_length (words + 1);
    cleanup_free char ***lists = xcalloc (count, sizeof *lists);
    cleanup_free char **chosen = xcalloc (count + 1, sizeof *chosen);
    int r = 0;

    for (size_t i = 0; i < count && r == 0; i++) {
        lists[i] = expand_word (sh, words[i + 1], err);
        if (!lists[i])
            r = -1;
    }
    if (r == 0)
        r = run_combinations (sh, lists, count, 0, chosen, err);
    for (size_t i = 0; i < count; i++)
        string_array_free (lists[i]);
    if (r < 0 && !err->message)
        return fail (err, 0, "'%s' failed for some of them", words[1]);
    if (r == 0 && interrupt_pending ())
        return fail (err, EINTR, "stopped by the user");
    return r;
}

int
run_not (struct shell *sh, char *const *words, struct error *err)
{
    if (run_words (sh, words + 1, err) < 0) {
        error_clear (err);
        return 0;
    }
    return fail (err, 0, "'%s' should have failed", words[1]);
}

int
run_quit (struct shell *sh, char *const *words, struct error *err)
{
    (void) words;
    (void) err;
    sh->quit = true;
    return 0;
}

int
run_reopen (struct shell *sh, char *const *words, struct error *err)
{
    (void) words;
    if (shell_close_handle (sh, err) < 0) {
        cleanup_error struct error second = { 0 };

        shell_open_handle (sh, &second);
        return -1;
    }
    return shell_open_handle (sh, err);
}

int
run_time (struct shell *sh, char *const *words, struct error *err)
{
    struct timespec start, end;

    clock_gettime (CLOCK_MONOTONIC, &start);
    if (run_words (sh, words + 1, err) < 0)
        return -1;
    clock_gettime (CLOCK_MONOTONIC, &end);
    printf ("elapsed time: %.2f seconds\n",
            (double) (end.tv_sec - start.tv_sec)
                + (double) (end.tv_nsec - start.tv_nsec) / 1e9);
    return 0;
}
