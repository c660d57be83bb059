/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a line asks for: a command, a pipe, something for the host. */

#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>

#include "memory.h"
#include "parser.h"
#include "scanner.h"

static const char *
home_of (const char *user)
{
    const char *home = *user ? NULL : getenv ("HOME");
    const struct passwd *pw;

    if (home)
        return home;
    pw = *user ? getpwnam (user) : getpwuid (geteuid ());
    return pw ? pw->pw_dir : NULL;
}

char *
expand_tilde (const char *word)
{
    size_t length = strcspn (word, "/");
    cleanup_free char *user = NULL;
    const char *home;

    if (*word != '~')
        return NULL;
    user = xstrndup (word + 1, length - 1);
    home = home_of (user);
    return home ? xasprintf ("%s%s", home, word + length) : NULL;
}

static void
add_word (struct line *line, char *take_text, size_t column)
{
    line->columns = xreallocarray (line->columns, line->words.count + 1,
                                   sizeof *line->columns);
    line->columns[line->words.count] = column;
    strings_add_take (&line->words, take_text);
}

static void
add_token (struct line *line, struct token *token)
{
    char *expanded = token->quoted ? NULL : expand_tilde (token->text);

    add_word (line, expanded ? expanded : steal (&token->text), token->column);
}

static int
scan_words (struct scanner *s, struct line *line, struct error *err)
{
    for (;;) {
        cleanup_token struct token token = { .text = NULL };

        if (scanner_next (s, &token, err) < 0)
            return -1;
        if (token.kind == TOKEN_END)
            return 0;
        if (token.kind == TOKEN_PIPE) {
            line->host = steal (&token.text);
            return 0;
        }
        add_token (line, &token);
    }
}

static int
parse_command (const char *text, size_t at, struct line *line,
               size_t *ret_column, struct error *err)
{
    struct scanner s;
    int r;

    scanner_init (&s, text);
    s.at = at;
    line->kind = LINE_COMMAND;
    r = scan_words (&s, line, err);
    if (r == 0 && line->words.count == 0) {
        s.error_at = at;
        r = fail (err, EINVAL, line->host ? "no command before the pipe"
                                          : "no command after the '-'");
    }
    if (r < 0)
        *ret_column = s.error_at;
    return r;
}

static int
parse_host (const char *text, size_t at, struct line *line,
            size_t *ret_column, struct error *err)
{
    line->kind = text[at] == '<' ? LINE_INLINE : LINE_HOST;
    *ret_column = at;
    at += line->kind == LINE_INLINE ? 2 : 1;
    while (is_blank (text[at]))
        at++;
    if (!text[at])
        return fail (err, EINVAL, "no command after the '!'");
    line->host = xstrdup (text + at);
    return 0;
}

static void
take_line (struct line *to, struct line *from)
{
    *to = *from;
    *from = (struct line) { .kind = LINE_EMPTY };
}

int
parse_line (const char *text, struct line *ret, size_t *ret_column,
            struct error *err)
{
    cleanup_line struct line line = { .kind = LINE_EMPTY };
    size_t at = 0;
    bool host;

    while (is_blank (text[at]))
        at++;
    if (text[at] == '\0' || text[at] == '#') {
        take_line (ret, &line);
        return 0;
    }
    if (text[at] == '-') {
        line.ignore_errors = true;
        at++;
    }
    host = text[at] == '!' || (text[at] == '<' && text[at + 1] == '!');
    if ((host ? parse_host : parse_command) (text, at, &line, ret_column,
                                             err) < 0)
        return -1;
    take_line (ret, &line);
    return 0;
}

void
line_from_words (char *const *words, size_t count, struct line *ret)
{
    struct line line = { .kind = LINE_COMMAND };

    for (size_t i = 0; i < count; i++) {
        bool dash = i == 0 && words[i][0] == '-' && words[i][1];

        line.ignore_errors |= dash;
        add_word (&line, xstrdup (words[i] + dash), 0);
    }
    *ret = line;
}

void
line_free (struct line *line)
{
    strings_free (&line->words);
    free (line->columns);
    free (line->host);
    *line = (struct line) { .kind = LINE_EMPTY };
}
