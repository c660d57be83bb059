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
#include "option-offers.h"
#include "prepared.h"

/* What the words before the last one say about it. */
struct place {
    struct option_place options;
    struct strings command; /* the words of the command so far */
};

static void
read_word (struct place *place, const char *word)
{
    if (option_place_read (&place->options, command_line_options, word))
        return;
    if (strcmp (word, ":") == 0)
        strings_free (&place->command);
    else
        strings_add (&place->command, word);
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
    cleanup_free char *before = NULL;

    if (option->letter != 'N')
        return offer_option_value (list, option, value, text) ? OFFER_WORDS
                                                              : OFFER_FILES;
    before = xstrndup (text, (size_t) (value - text));
    offer_types (list, value, before, text);
    return OFFER_WORDS;
}

static enum offer
offer_last (struct strings *list, const struct place *place, const char *text)
{
    const struct option_row *option;
    enum argument_kind kind;
    const char *value;

    option = option_place_value (&place->options, command_line_options, text,
                                 &value);
    if (option)
        return offer_value (list, option, value, text);
    if (!option_place_name (&place->options, text))
        return offer_word (list, place->command.item, place->command.count,
                           text, &kind);
    offer_option_names (list, command_line_options, text);
    return OFFER_WORDS;
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
