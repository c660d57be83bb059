/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestfish --completion -- WORD...: what guestfish.bash asks for when the
 * tab key is pressed behind the last word.  Each line of the answer is a word
 * that could be meant, or "@files" for local files.
 */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "command-line.h"
#include "completion.h"
#include "memory.h"
#include "offers.h"
#include "options.h"
#include "prepared.h"
#include "string-list.h"

/* What the words before the last one say about it. */
struct place {
    const struct option_row *option; /* whose value it is, or NULL */
    bool no_options;                 /* after "--" */
    struct strings command;          /* the words of the command so far */
};

/* Will the next word be its value? */
static bool
waits (const struct option_row *option, const char *value)
{
    return option && option->argument == OPTION_VALUE && !value;
}

static bool
is_option (const struct place *place, const char *word)
{
    return !place->no_options && word[0] == '-' && word[1];
}

static void
read_word (struct place *place, const char *word)
{
    const struct option_row *option;
    const char *value;

    if (place->option) {
        place->option = NULL;
    } else if (is_option (place, word)) {
        place->no_options = strcmp (word, "--") == 0;
        option = options_find (command_line_options, word, &value);
        if (waits (option, value))
            place->option = option;
    } else if (strcmp (word, ":") == 0) {
        strings_free (&place->command);
    } else {
        strings_add (&place->command, word);
    }
}

/* Here capitals matter: -n is not -N. */
static void
offer_exact (struct strings *list, const char *word, const char *text)
{
    if (string_starts_with (word, text))
        strings_add (list, word);
}

/* "raw|qcow2|..." in --help are all words of the value, or some of them. */
static void
offer_choices (struct strings *list, const char *choices, const char *before,
               const char *text)
{
    cleanup_string_array char **words = string_split (choices, '|');

    for (size_t i = 0; words[0] && words[1] && words[i]; i++) {
        cleanup_free char *word = xasprintf ("%s%s", before, words[i]);

        if (strcmp (words[i], "...") != 0)
            offer_exact (list, word, text);
    }
}

/* -N takes [FILE=]TYPE[:...]. */
static void
offer_types (struct strings *list, const char *value, const char *before,
             const char *text)
{
    const char *equals = strrchr (value, '=');
    int file = equals ? (int) (equals + 1 - value) : 0;
    const char *name;

    for (size_t i = 0; (name = prepared_type_name (i)); i++) {
        cleanup_free char *word = xasprintf ("%s%.*s%s", before, file, value,
                                             name);

        offer_exact (list, word, text);
    }
}

/* value is the last part of text. */
static enum offer
offer_value (struct strings *list, const struct option_row *option,
             const char *value, const char *text)
{
    cleanup_free char *before = xstrndup (text, (size_t) (value - text));

    if (strcmp (option->value, "FILE") == 0
        || strcmp (option->value, "IMAGE") == 0)
        return OFFER_FILES;
    if (option->letter == 'N')
        offer_types (list, value, before, text);
    else
        offer_choices (list, option->value, before, text);
    return OFFER_WORDS;
}

static void
offer_option (struct strings *list, const struct option_row *o,
              const char *text)
{
    cleanup_free char *letter = xasprintf ("-%c", o->letter);
    cleanup_free char *name = xasprintf ("--%s", o->name ? o->name : "");
    cleanup_free char *with_value = xasprintf ("%s=", name);

    if (o->letter)
        offer_exact (list, letter, text);
    if (o->name && o->argument != OPTION_VALUE)
        offer_exact (list, name, text);
    if (o->name && o->argument != OPTION_ALONE)
        offer_exact (list, with_value, text);
}

static enum offer
offer_option_names (struct strings *list, const char *text)
{
    for (const struct option_row *o = command_line_options;
         o->name || o->letter; o++)
        if (o->help)
            offer_option (list, o, text);
    return OFFER_WORDS;
}

static enum offer
offer_last (struct strings *list, const struct place *place, const char *text)
{
    const struct option_row *option;
    enum argument_kind kind;
    const char *value;

    if (place->option)
        return offer_value (list, place->option, text, text);
    if (place->no_options || *text != '-')
        return offer_word (list, place->command.item, place->command.count,
                           text, &kind);
    option = options_find (command_line_options, text, &value);
    return option && value ? offer_value (list, option, value, text)
                           : offer_option_names (list, text);
}

void
completion_print (char *const *words)
{
    cleanup_strings struct strings list = STRINGS_EMPTY;
    struct place place = { .command = STRINGS_EMPTY };
    enum offer offer;

    if (!words[0])
        return;
    for (; words[1]; words++)
        read_word (&place, *words);
    offer = offer_last (&list, &place, *words);
    strings_free (&place.command);
    if (offer == OFFER_FILES || offer == OFFER_GUEST_OR_FILES)
        puts ("@files");
    for (size_t i = 0; i < list.count; i++)
        puts (list.item[i]);
}
