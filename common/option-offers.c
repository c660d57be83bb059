/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Completion of options. */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "memory.h"
#include "option-offers.h"

/* Will the next word be its value? */
static bool
waits (const struct option_row *option, const char *value)
{
    return option && option->argument == OPTION_VALUE && !value;
}

bool
option_place_read (struct option_place *place,
                   const struct option_row *table, const char *word)
{
    const struct option_row *option;
    const char *value;

    if (place->option) {
        place->option = NULL;
        return true;
    }
    if (place->no_options || word[0] != '-' || !word[1])
        return false;
    place->no_options = strcmp (word, "--") == 0;
    option = options_find (table, word, &value);
    if (waits (option, value))
        place->option = option;
    return true;
}

bool
option_place_name (const struct option_place *place, const char *text)
{
    return !place->option && !place->no_options && *text == '-';
}

const struct option_row *
option_place_value (const struct option_place *place,
                    const struct option_row *table, const char *text,
                    const char **ret_value)
{
    const struct option_row *option;

    *ret_value = text;
    if (place->option)
        return place->option;
    if (!option_place_name (place, text))
        return NULL;
    option = options_find (table, text, ret_value);
    return *ret_value ? option : NULL;
}

void
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

bool
offer_option_value (struct strings *list, const struct option_row *option,
                    const char *value, const char *text)
{
    cleanup_free char *before = xstrndup (text, (size_t) (value - text));

    if (strcmp (option->value, "FILE") == 0
        || strcmp (option->value, "IMAGE") == 0)
        return false;
    offer_choices (list, option->value, before, text);
    return true;
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

void
offer_option_names (struct strings *list, const struct option_row *table,
                    const char *text)
{
    for (const struct option_row *o = table; o->name || o->letter; o++)
        if (o->help)
            offer_option (list, o, text);
}

void
option_offers_print (const struct option_row *table, char *const *words)
{
    cleanup_strings struct strings list = STRINGS_EMPTY;
    struct option_place place = { .option = NULL };
    const struct option_row *option;
    const char *value;

    if (!words[0])
        return;
    for (; words[1]; words++)
        option_place_read (&place, table, *words);
    option = option_place_value (&place, table, *words, &value);
    if (option) {
        if (!offer_option_value (&list, option, value, *words))
            puts ("@files");
    } else if (option_place_name (&place, *words)) {
        offer_option_names (&list, table, *words);
    } else {
        puts ("@folders");
    }
    for (size_t i = 0; i < list.count; i++)
        puts (list.item[i]);
}
