/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Printable strings in files of any kind, as strings(1) finds them: at least
 * four characters one after the other.
 */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "content.h"
#include "lines.h"
#include "utf8.h"

#define SHORTEST 4

/* How characters stand in the file. */
struct encoding {
    char letter;
    unsigned width; /* bytes */
    bool big_endian;
    bool eight_bits; /* all from 0x80 on are printable */
};

static const struct encoding encodings[] = {
    { 's', 1, false, false }, { 'S', 1, false, true },
    { 'b', 2, true, false },  { 'l', 2, false, false },
    { 'B', 4, true, false },  { 'L', 4, false, false },
};

#define MAX_WIDTH 4

/* The string that may be going on. */
struct run {
    char *text;
    size_t size, allocated;
};

/* Characters may begin at any byte, so there are as many runs as a character
 * has bytes, which take turns.
 */
struct scan {
    const struct encoding *encoding;
    uint32_t window; /* the last four bytes */
    uint64_t offset; /* bytes seen */
    struct run runs[MAX_WIDTH];
    struct string_result found;
};

static bool
is_printable (const struct encoding *e, uint32_t c)
{
    return (c >= ' ' && c <= '~') || c == '\t' || (e->eight_bits && c >= 0x80);
}

/* The character that ends with the last byte.  The window has the first
 * byte on top.
 */
static uint32_t
last_character (const struct scan *s)
{
    unsigned bits = 8 * s->encoding->width;
    uint32_t c = bits < 32 ? s->window & ((UINT32_C (1) << bits) - 1)
                           : s->window;

    if (s->encoding->big_endian || bits == 8)
        return c;
    return __builtin_bswap32 (c) >> (32 - bits);
}

static bool
is_utf8 (const char *text)
{
    return mbstowcs (NULL, text, 0) != (size_t) -1;
}

/* Bytes that are no UTF-8 are taken for ISO-8859-1. */
static char *
from_latin1 (const char *text)
{
    char *utf8 = xmalloc (2 * strlen (text) + 1), *p = utf8;

    for (; *text; text++) {
        unsigned char c = (unsigned char) *text;

        if (c >= 0x80)
            *p++ = (char) (0xc0 | c >> 6);
        *p++ = c >= 0x80 ? (char) (0x80 | (c & 0x3f)) : *text;
    }
    *p = '\0';
    return utf8;
}

static int
end_run (struct scan *s, struct run *run, struct error *err)
{
    cleanup_free char *converted = NULL;
    const char *text = run->text;
    size_t size = run->size;

    run->size = 0;
    if (size < SHORTEST)
        return 0;
    run->text[size] = '\0';
    if (s->encoding->eight_bits && !is_utf8 (text)) {
        converted = from_latin1 (text);
        text = converted;
        size = strlen (text);
    }
    return string_result_add (&s->found, text, size, err);
}

static int
extend_run (struct run *run, uint32_t c, struct error *err)
{
    if (run->size >= WIRE_MESSAGE_MAX)
        return fail (err, EMSGSIZE, "a string is too large for a message");
    /* Room for one more and the NUL. */
    if (run->size + 2 > run->allocated) {
        run->allocated = 2 * run->size + 64;
        run->text = xreallocarray (run->text, run->allocated, 1);
    }
    run->text[run->size++] = (char) c;
    return 0;
}

static int
scan_block (void *opaque, const char *data, size_t size, struct error *err)
{
    struct scan *s = opaque;
    unsigned width = s->encoding->width;

    for (size_t i = 0; i < size; i++) {
        struct run *run = &s->runs[s->offset++ % width];
        uint32_t c;

        s->window = s->window << 8 | (unsigned char) data[i];
        if (s->offset < width)
            continue;
        c = last_character (s);
        if (is_printable (s->encoding, c) ? extend_run (run, c, err) < 0
                                          : end_run (s, run, err) < 0)
            return -1;
    }
    return 0;
}

/* At the end of the file the strings end, the one that began first. */
static int
scan_end (struct scan *s, struct error *err)
{
    for (unsigned i = 0; i < s->encoding->width; i++)
        if (end_run (s, &s->runs[(s->offset + i) % s->encoding->width], err)
            < 0)
            return -1;
    return 0;
}

static char **
scan_file (struct call *call, const struct encoding *encoding,
           const char *path)
{
    cleanup_utf8 locale_t locale = utf8_begin ();
    cleanup_fd int fd = content_open (call, path, false);
    struct scan s = { .encoding = encoding };
    int r = fd < 0 ? -1 : content_read (call, fd, path, scan_block, &s);

    (void) locale;
    if (r == 0)
        r = scan_end (&s, &call->err);
    for (unsigned i = 0; i < MAX_WIDTH; i++)
        free (s.runs[i].text);
    if (r == 0)
        return string_result_steal (&s.found);
    string_result_free (&s.found);
    return NULL;
}

char **
do_strings_e (struct call *call, const char *encoding, const char *path)
{
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++)
        if (encoding[0] == encodings[i].letter && encoding[1] == '\0')
            return scan_file (call, &encodings[i], path);
    return fail_null (&call->err, EINVAL, "'%s' is no encoding: there are s, "
                      "S, b, l, B and L", encoding);
}

char **
do_strings (struct call *call, const char *path)
{
    return do_strings_e (call, "s", path);
}
