/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What could be the next word of a command.  Its description says: another
 * command, a device, a path in the guest, a local file, an option.
 */
#ifndef SHELL_OFFERS_H
#define SHELL_OFFERS_H

#include <stddef.h>

#include "arguments.h"
#include "string-list.h"

enum offer {
    OFFER_WORDS, /* those in the list, and no others */
    OFFER_FILES, /* local files, or anything */
    OFFER_GUEST, /* something in the guest */
    OFFER_GUEST_OR_FILES,
};

/* Add a word if it begins like text, in capitals or not. */
void offer_text (struct strings *list, const char *word, const char *text);

/* count words are complete; text is the beginning of the next one.
 * *ret_kind says what of the guest is meant.
 */
enum offer offer_word (struct strings *list, char *const *words,
                       size_t count, const char *text,
                       enum argument_kind *ret_kind);

#endif /* SHELL_OFFERS_H */
