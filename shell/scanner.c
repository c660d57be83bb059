/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of one line: what is quoted with "" (with escapes) or '' (with
 * none), and bare words, in which quotes and backslashes stand for
 * themselves, so that win:c:\dir and it's need no quoting.
 */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "memory.h"
#include "scanner.h"
#include "string-list.h"

bool
is_blank (char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v'
           || c == '\f';
}

void
scanner_init (struct scanner *s, const char *line)
{
    *s = (struct scanner) { .line = line };
}

static int
fail_at (struct scanner *s, size_t column, struct error *err, const char *what)
{
    s->error_at = column;
    return fail (err, EINVAL, "%s", what);
}

static int
digit_value (char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 16;
}

/* Exactly count digits of the base; -1 if there are fewer. */
static int
read_digits (const char *p, int count, int base)
{
    int value = 0;

    for (int i = 0; i < count; i++) {
        int digit = digit_value (p[i]);

        if (digit >= base)
            return -1;
        value = value * base + digit;
    }
    return value;
}

/* \101 and \x41.  A NUL would end the argument too early. */
static int
scan_number_escape (struct scanner *s, char **out, struct error *err)
{
    const char *p = s->line + s->at + 1;
    bool hex = *p == 'x';
    int value = hex ? read_digits (p + 1, 2, 16) : read_digits (p, 3, 8);

    if (value < 0)
        return fail_at (s, s->at, err, hex ? "\\x needs two hex digits"
                        : "a backslash needs three octal digits");
    if (value == 0 || value > 255)
        return fail_at (s, s->at, err, "no argument can hold this character");
    *(*out)++ = (char) value;
    s->at += 4;
    return 0;
}

static int
scan_escape (struct scanner *s, char **out, struct error *err)
{
    static const char names[] = "abfnrtv\"\\";
    static const char values[] = "\a\b\f\n\r\t\v\"\\";
    char c = s->line[s->at + 1];
    const char *name = c ? strchr (names, c) : NULL;

    if (c == 'x' || (c >= '0' && c <= '7'))
        return scan_number_escape (s, out, err);
    if (name) {
        *(*out)++ = values[name - names];
    } else if (c == '\'') {
        /* "/bin/echo \'foo\'": it is split_list () that looks at this. */
        *(*out)++ = '\\';
        *(*out)++ = '\'';
    } else {
        return fail_at (s, s->at, err, "no such escape; a backslash itself "
                                       "is \\\\");
    }
    s->at += 2;
    return 0;
}

static int
scan_quoted (struct scanner *s, struct token *token, struct error *err)
{
    size_t start = s->at;
    char quote = s->line[s->at++];
    char *out = token->text;

    while (s->line[s->at] != quote) {
        if (!s->line[s->at])
            return fail_at (s, start, err, quote == '"'
                            ? "this double quote has no end"
                            : "this single quote has no end");
        if (quote == '"' && s->line[s->at] == '\\') {
            if (scan_escape (s, &out, err) < 0)
                return -1;
        } else {
            *out++ = s->line[s->at++];
        }
    }
    s->at++;
    if (s->line[s->at] && !is_blank (s->line[s->at]))
        return fail_at (s, s->at, err, "a space is missing after the quote");
    token->quoted = true;
    return 0;
}

static void
skip_blanks (struct scanner *s)
{
    while (is_blank (s->line[s->at]))
        s->at++;
}

static int
scan_word (struct scanner *s, struct token *token, struct error *err)
{
    const char *start = s->line + s->at;

    /* No escape is longer than what it is written as. */
    token->text = xcalloc (strlen (start) + 1, 1);
    if (*start == '"' || *start == '\'')
        return scan_quoted (s, token, err);
    while (s->line[s->at] && !is_blank (s->line[s->at]))
        s->at++;
    memcpy (token->text, start, (size_t) (s->line + s->at - start));
    return 0;
}

static int
scan_pipe (struct scanner *s, struct token *token, struct error *err)
{
    s->at++;
    skip_blanks (s);
    if (!s->line[s->at])
        return fail_at (s, token->column, err, "no command after the pipe");
    token->kind = TOKEN_PIPE;
    token->text = xstrdup (s->line + s->at);
    s->at += strlen (s->line + s->at);
    return 0;
}

int
scanner_next (struct scanner *s, struct token *ret, struct error *err)
{
    cleanup_token struct token token = { .kind = TOKEN_WORD };

    skip_blanks (s);
    token.column = s->at;
    if (!s->line[s->at])
        token.kind = TOKEN_END;
    else if (s->line[s->at] == '|') {
        if (scan_pipe (s, &token, err) < 0)
            return -1;
    } else if (scan_word (s, &token, err) < 0) {
        return -1;
    }
    *ret = token;
    token.text = NULL;
    return 0;
}

void
token_free (struct token *token)
{
    free (token->text);
    token->text = NULL;
}

/* One string of a list, which begins at text.  Returns what follows it. */
static const char *
list_item (const char *text, char *out)
{
    bool quoted = false;

    for (; *text && (quoted || !is_blank (*text)); text++) {
        if (*text == '\\' && text[1] == '\'')
            *out++ = *++text;
        else if (*text == '\'')
            quoted = !quoted;
        else
            *out++ = *text;
    }
    *out = '\0';
    return quoted ? NULL : text;
}

char **
split_list (const char *text, struct error *err)
{
    cleanup_strings struct strings list = STRINGS_EMPTY;

    for (;;) {
        cleanup_free char *item = NULL;

        while (is_blank (*text))
            text++;
        if (!*text)
            return strings_steal (&list);
        item = xcalloc (strlen (text) + 1, 1);
        text = list_item (text, item);
        if (!text)
            return fail_null (err, EINVAL, "a single quote in the list has "
                                           "no end");
        strings_add_take (&list, steal (&item));
    }
}
