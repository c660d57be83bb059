/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Completion of options by the tab key: a program is asked with the hidden
 * option --completion, by a function of bash's (shell/guestfish.bash).  Each
 * line of the answer is a word that could be meant, or "@files" for local
 * files, "@folders" for folders.
 */
#ifndef COMMON_OPTION_OFFERS_H
#define COMMON_OPTION_OFFERS_H

#include <stdbool.h>

#include "options.h"
#include "string-list.h"

/* What the words before the last one say about it. */
struct option_place {
    const struct option_row *option; /* whose value it is, or NULL */
    bool no_options;                 /* after "--" */
};

/* Take a word.  False if it is no option, and no value of one. */
bool option_place_read (struct option_place *place,
                        const struct option_row *table, const char *word);

/* The option whose value the last word is, or ends with; NULL if it is none.
 * *ret_value is that value.
 */
const struct option_row *
option_place_value (const struct option_place *place,
                    const struct option_row *table, const char *text,
                    const char **ret_value);

/* Is the last word an option's name, or the beginning of one? */
bool option_place_name (const struct option_place *place, const char *text);

/* Add word to the list if it begins with text.  Capitals matter: -n is not
 * -N.
 */
void offer_exact (struct strings *list, const char *word, const char *text);

void offer_option_names (struct strings *list,
                         const struct option_row *table, const char *text);

/* What may be the value, with what stands before it in the word; false if
 * local files may be.
 */
bool offer_option_value (struct strings *list,
                         const struct option_row *option, const char *value,
                         const char *text);

/* The whole answer of a program whose other words are folders. */
void option_offers_print (const struct option_row *table,
                          char *const *words);

#endif /* COMMON_OPTION_OFFERS_H */
