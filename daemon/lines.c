/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of a file, and lists of strings that fit into a reply. */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "lines.h"

int
string_result_add (struct string_result *r, const char *s, size_t size,
                   struct error *err)
{
    char *copy = xstrndup (s, size);

    strings_add_take (&r->list, copy);
    /* XDR: a length word each, and whole words. */
    r->size += 4 + ((strlen (copy) + 3) & ~(size_t) 3);
    if (r->size > WIRE_MESSAGE_MAX)
        return fail (err, EMSGSIZE, "the result is too large for a message "
                     "(download can fetch the file)");
    return 0;
}

char **
string_result_steal (struct string_result *r)
{
    return strings_steal (&r->list);
}

void
string_result_free (struct string_result *r)
{
    strings_free (&r->list);
}

/* Keep what has no newline yet. */
static int
keep (struct line_splitter *s, const char *data, size_t size,
      struct error *err)
{
    if (s->rest_size + size > WIRE_MESSAGE_MAX)
        return fail (err, EFBIG, "a line of more than %d bytes",
                     WIRE_MESSAGE_MAX);
    if (s->rest_size + size > s->rest_allocated) {
        s->rest_allocated = 2 * (s->rest_size + size);
        s->rest = xreallocarray (s->rest, s->rest_allocated, 1);
    }
    memcpy (s->rest + s->rest_size, data, size);
    s->rest_size += size;
    return 0;
}

/* The first line of a block, if some of it came before. */
static int
end_kept (struct line_splitter *s, const char *data, size_t size,
          struct error *err)
{
    if (keep (s, data, size, err) < 0)
        return -1;
    size = s->rest_size;
    s->rest_size = 0;
    return s->fn (s->opaque, s->rest, size, err);
}

int
split_block (void *opaque, const char *data, size_t size, struct error *err)
{
    struct line_splitter *s = opaque;
    const char *newline;

    while (size > 0 && (newline = memchr (data, '\n', size))) {
        size_t n = (size_t) (newline - data);
        int r = s->rest_size > 0 ? end_kept (s, data, n, err)
                                 : s->fn (s->opaque, data, n, err);

        if (r != 0)
            return r;
        data += n + 1;
        size -= n + 1;
    }
    return size > 0 ? keep (s, data, size, err) : 0;
}

int
split_end (struct line_splitter *s, struct error *err)
{
    size_t size = s->rest_size;

    s->rest_size = 0;
    return size > 0 ? s->fn (s->opaque, s->rest, size, err) : 0;
}

void
line_splitter_free (struct line_splitter *s)
{
    free (s->rest);
}
