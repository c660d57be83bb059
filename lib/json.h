/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small helpers around jansson, with which QEMU's options are written and
 * read.
 */
#ifndef LIB_JSON_H
#define LIB_JSON_H

#include <jansson.h>
#include <stdlib.h>

#include "memory.h"

static inline void
cleanup_json_ (json_t **json)
{
    json_decref (*json);
}

#define cleanup_json __attribute__ ((cleanup (cleanup_json_)))

/* What was made, where only memory can have been missing: every string in
 * it is known to be UTF-8.
 */
static inline json_t *
json_made (json_t *json)
{
    if (!json)
        out_of_memory ();
    return json;
}

static inline char *
json_text (const json_t *json)
{
    char *text = json_dumps (json, JSON_COMPACT);

    if (!text)
        out_of_memory ();
    return text;
}

/* Add the members of more to json. */
static inline void
json_add (json_t *json, json_t *more)
{
    if (json_object_update (json, more) < 0)
        out_of_memory ();
}

#endif /* LIB_JSON_H */
