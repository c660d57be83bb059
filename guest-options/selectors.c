/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --key: keys of encrypted devices.  No message shows a key. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "io.h"
#include "keys.h"
#include "memory.h"
#include "selectors.h"
#include "string-list.h"

/* What LUKS can use of a file as a key. */
#define KEY_FILE_MAX (8 << 20)

/* How a key is given: what stands between ID and value. */
struct key_kind {
    const char *name;
    bool has_value;
    /* The key, which the caller wipes and frees. */
    char *(*read) (const char *value, struct error *err);
};

static char *
copy_key (const char *value, struct error *err)
{
    (void) err;
    return xstrdup (value);
}

/* Without the newline that an editor puts at the end. */
static char *
read_key_file (const char *name, struct error *err)
{
    size_t size;
    char *key = read_file_at (AT_FDCWD, name, KEY_FILE_MAX, &size, err);

    if (!key)
        return NULL;
    if (size > 0 && key[size - 1] == '\n')
        key[--size] = '\0';
    if (strlen (key) != size) {
        explicit_bzero (key, size);
        free (key);
        return fail_null (err, EINVAL, "%s: a key can't have NUL bytes in it",
                          name);
    }
    return key;
}

static const struct key_kind kinds[] = {
    { "key", true, copy_key },
    { "file", true, read_key_file },
    { "clevis", false, NULL },
};

#define KINDS (sizeof kinds / sizeof *kinds)

/* The kind that the text begins with.  *ret_value is what follows. */
static const struct key_kind *
find_kind (const char *text, const char **ret_value)
{
    size_t length = strcspn (text, ":");

    for (size_t i = 0; i < KINDS; i++) {
        if (strlen (kinds[i].name) != length
            || memcmp (kinds[i].name, text, length) != 0
            || (text[length] == ':') != kinds[i].has_value)
            continue;
        *ret_value = text + length + kinds[i].has_value;
        return &kinds[i];
    }
    return NULL;
}

int
selectors_add (struct selectors *s, const char *text, struct error *err)
{
    size_t length = strcspn (text, ":");
    const struct key_kind *kind = NULL;
    const char *value;
    char *key = NULL;

    if (length > 0 && text[length])
        kind = find_kind (text + length + 1, &value);
    if (!kind) /* a word without a colon may be the key itself */
        return fail (err, EINVAL, "--key %.*s...: not of the form "
                     "ID:key:STRING, ID:file:FILE or ID:clevis",
                     text[length] ? (int) length : 0, text);
    if (kind->read && !(key = kind->read (value, err)))
        return fail_context (err, "--key %.*s", (int) length, text);
    s->item = xreallocarray (s->item, s->count + 1, sizeof *s->item);
    s->item[s->count++] = (struct selector) {
        .id = xstrndup (text, length),
        .key = key,
    };
    return 0;
}

bool
selectors_need_network (const struct selectors *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (!s->item[i].key)
            return true;
    return false;
}

void
selectors_free (struct selectors *s)
{
    for (size_t i = 0; i < s->count; i++) {
        free (s->item[i].id);
        forget_key (s->item[i].key);
    }
    free (s->item);
}
