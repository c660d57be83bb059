/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What could be the next word of a command. */

#include "config.h"

#include <string.h>
#include <strings.h>

#include "cleanup.h"
#include "command-table.h"
#include "memory.h"
#include "offers.h"

void
offer_text (struct strings *list, const char *word, const char *text)
{
    if (strncasecmp (word, text, strlen (text)) == 0)
        strings_add (list, word);
}

static enum offer
offer_commands (struct strings *list, const char *text)
{
    const struct shell_command *c = NULL;

    while ((c = command_next (c))) {
        if (c->planned)
            continue;
        offer_text (list, c->name, text);
        for (const char *const *a = c->aliases; a && *a; a++)
            offer_text (list, *a, text);
    }
    return OFFER_WORDS;
}

static enum offer
offer_truth (struct strings *list, const char *before, const char *text)
{
    cleanup_free char *yes = xasprintf ("%strue", before);
    cleanup_free char *no = xasprintf ("%sfalse", before);

    offer_text (list, yes, text);
    offer_text (list, no, text);
    return OFFER_WORDS;
}

static enum offer
offer_options (struct strings *list, const struct shell_command *c,
               const char *text)
{
    for (const struct parameter *p = c->options; p && p->name; p++) {
        cleanup_free char *word = xasprintf ("%s:", p->name);

        if (p->kind == ARGUMENT_BOOL)
            offer_truth (list, word, text);
        else
            offer_text (list, word, text);
    }
    return OFFER_WORDS;
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

static enum offer
offer_argument (struct strings *list, const struct parameter *p,
                const char *text, enum argument_kind *ret_kind)
{
    *ret_kind = p->kind;
    switch (p->kind) {
    case ARGUMENT_PATHNAME:
    case ARGUMENT_DEVICE:
    case ARGUMENT_MOUNTABLE:
    case ARGUMENT_DEVICE_OR_PATH:
    case ARGUMENT_MOUNTABLE_OR_PATH:
        return OFFER_GUEST;
    case ARGUMENT_BOOL:
        return offer_truth (list, "", text);
    default:
        return OFFER_FILES;
    }
}

enum offer
offer_word (struct strings *list, char *const *words, size_t count,
            const char *text, enum argument_kind *ret_kind)
{
    const struct shell_command *c;
    const struct parameter *p;
    size_t at = 0;

    do {
        if (at == count)
            return offer_commands (list, text);
        c = command_find (words[at++]);
    } while (c && c->takes_command);
    *ret_kind = ARGUMENT_DEVICE_OR_PATH;
    if (!c)
        return OFFER_FILES;
    if (c->run)
        return OFFER_GUEST_OR_FILES;
    p = parameter_at (c, count - at);
    return p ? offer_argument (list, p, text, ret_kind)
             : offer_options (list, c, text);
}
