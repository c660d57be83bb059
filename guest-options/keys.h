/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking for keys and passphrases. */
#ifndef GUEST_OPTIONS_KEYS_H
#define GUEST_OPTIONS_KEYS_H

#include <stdbool.h>

#include "error.h"

/* Where keys come from that were not given. */
struct key_input {
    bool echo;       /* show what is typed */
    bool from_stdin; /* rather than from the terminal */
};

/* The key for what is called that: a parameter, a device.  The caller wipes
 * and frees it.
 */
char *read_key (const struct key_input *input, const char *name,
                struct error *err);

/* Overwrite and free. */
void forget_key (char *take_key);

#endif /* GUEST_OPTIONS_KEYS_H */
