/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --key: keys of encrypted devices, and which device each is for. */
#ifndef GUEST_OPTIONS_SELECTORS_H
#define GUEST_OPTIONS_SELECTORS_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

struct selector {
    char *id;  /* a device, a UUID or "all" */
    char *key; /* NULL: Clevis unlocks the device */
};

struct selectors {
    struct selector *item;
    size_t count;
};

/* "ID:key:STRING", "ID:file:FILE" or "ID:clevis"; a file is read at once. */
int selectors_add (struct selectors *s, const char *text, struct error *err);

/* Clevis asks servers. */
bool selectors_need_network (const struct selectors *s);

/* Overwrite the keys, and free. */
void selectors_free (struct selectors *s);

#endif /* GUEST_OPTIONS_SELECTORS_H */
