/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carrying out commands: from a line to the call, and what is said when it
 * goes wrong.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "colour.h"
#include "command-table.h"
#include "host.h"
#include "interrupt.h"
#include "memory.h"
#include "own-commands.h"
#include "parser.h"
#include "progress.h"
#include "remote.h"
#include "run.h"
#include "string-list.h"

void
print_error (const struct error *err)
{
    static const char library[] = "libguestfs: error: ";
    bool ours = !string_starts_with (err->message, library);

    fflush (stdout);
    fprintf (stderr, "%s%s%s%s\n", colour_begin (stderr, COLOUR_ERROR),
             ours ? "guestfish: " : library, colour_end (stderr),
             err->message + (ours ? 0 : strlen (library)));
}

/* "guestfish: script:3:7: ", or less where there is less to say. */
static void
print_place (const struct input *in, size_t column)
{
    fflush (stdout);
    fprintf (stderr, "%sguestfish: %s", colour_begin (stderr, COLOUR_ERROR),
             colour_end (stderr));
    if (in->interactive)
        return;
    fprintf (stderr, "%s:%u:", in->name, in->line);
    if (column != (size_t) -1)
        fprintf (stderr, "%zu:", column + 1);
    fputc (' ', stderr);
}

/* The line, and below it a caret that points at a column.  Tabs and
 * characters of several bytes must not move it.
 */
static void
print_caret (const char *text, size_t column)
{
    fprintf (stderr, "    %s\n    ", text);
    for (size_t i = 0; i < column && text[i]; i++) {
        if (text[i] == '\t')
            fputc ('\t', stderr);
        else if ((text[i] & 0xc0) != 0x80)
            fputc (' ', stderr);
    }
    fprintf (stderr, "%s^%s\n", colour_begin (stderr, COLOUR_PLACE),
             colour_end (stderr));
}

static void
report_syntax (const struct input *in, const char *text, size_t column,
               const struct error *err)
{
    print_place (in, column);
    fprintf (stderr, "%s\n", err->message);
    print_caret (text, column);
}

/* A command failed.  A script's reader wants to know which one. */
static void
report_failure (const struct input *in, const char *text,
                const struct error *err)
{
    print_error (err);
    if (in->interactive)
        return;
    print_place (in, (size_t) -1);
    fprintf (stderr, "this was: %s\n", text);
}

static int
fail_planned (const struct shell_command *c, struct error *err)
{
    return fail (err, ENOTSUP, "%s: not implemented yet", c->name);
}

/* Why a write failed that stdio made on its own while we printed: it keeps
 * only that it did.
 */
static int
forgotten_reason (void)
{
    struct pollfd pfd = { .fd = STDOUT_FILENO, .events = POLLOUT };

    return poll (&pfd, 1, 0) > 0 && (pfd.revents & POLLERR) ? EPIPE : EIO;
}

static int
flush_output (struct error *err)
{
    int errnum = 0;

    if (fflush (stdout) != 0)
        errnum = errno;
    else if (ferror (stdout))
        errnum = forgotten_reason ();
    clearerr (stdout);
    return errnum ? fail (err, errnum, "standard output: %m") : 0;
}

/* Scripts pipe to head(1) and the like: that those stop reading is no
 * error, unless --pipe-error makes it one.
 */
static int
forgive_pipe (struct shell *sh, struct error *err)
{
    if (!sh->piped || sh->settings.pipe_error || err->errnum != EPIPE)
        return -1;
    error_clear (err);
    return 0;
}

static int
call_api (struct shell *sh, const struct shell_command *c,
          struct arguments *args, struct error *err)
{
    if (c->call (sh, args) < 0)
        return library_error (sh, err);
    return arguments_finish (c, args, err);
}

static int
run_api (struct shell *sh, const struct shell_command *c, char *const *words,
         size_t *ret_word, struct error *err)
{
    struct arguments args;
    int r;

    if (c->planned)
        return fail_planned (c, err);
    if (arguments_parse (sh, c, words + 1, &args, ret_word, err) < 0)
        return -1;
    r = call_api (sh, c, &args, err);
    arguments_free (c, &args);
    return r;
}

static int
run_own (struct shell *sh, const struct shell_command *c, char *const *words,
         struct error *err)
{
    size_t count = string_array_length (words) - 1;

    if (count < c->min_words)
        return command_usage (c, "arguments are missing", err);
    if (c->max_words != ANY_WORDS && count > c->max_words)
        return command_usage (c, "too many arguments", err);
    return c->run (sh, words, err);
}

int
run_command (struct shell *sh, char *const *words, size_t *ret_word,
             struct error *err)
{
    const struct shell_command *c = command_find (words[0]);
    int r;

    *ret_word = (size_t) -1;
    if (!c)
        return command_unknown (words[0], err);
    progress_begin (c->run || c->counts_bytes);
    interrupt_begin (sh->g, c->run || c->cancellable);
    r = c->run ? run_own (sh, c, words, err)
               : run_api (sh, c, words, ret_word, err);
    interrupt_end ();
    progress_end ();
    if (r < 0)
        return forgive_pipe (sh, err);
    return flush_output (err) < 0 ? forgive_pipe (sh, err) : 0;
}

int
run_words (struct shell *sh, char *const *words, struct error *err)
{
    size_t word;

    return run_command (sh, words, &word, err);
}

/* Over there, the '-' before a command matters, too. */
static int
send_command (int pid, const struct line *line, char *const *words,
              struct error *err)
{
    cleanup_string_array char **copy = string_array_copy (words);
    cleanup_free char *name = steal (&copy[0]);

    copy[0] = xasprintf ("%s%s", line->ignore_errors ? "-" : "", name);
    return remote_send (pid, copy, err);
}

static bool
command_is_quit (const char *name)
{
    const struct shell_command *c = command_find (name);

    return c && c->run == run_quit;
}

static int
run_here_or_there (struct shell *sh, const struct line *line,
                   char *const *words, size_t *ret_word, struct error *err)
{
    if (!sh->remote_pid)
        return run_command (sh, words, ret_word, err);
    *ret_word = (size_t) -1;
    /* It ends both, even if the other one has ended already. */
    if (command_is_quit (words[0]))
        sh->quit = true;
    return send_command (sh->remote_pid, line, words, err);
}

static int
run_piped (struct shell *sh, const struct line *line, char *const *words,
           size_t *ret_word, struct error *err)
{
    struct host_pipe p;
    int r;

    *ret_word = (size_t) -1;
    if (!line->host)
        return run_here_or_there (sh, line, words, ret_word, err);
    if (host_pipe (line->host, &p, err) < 0)
        return -1;
    sh->piped = true;
    r = run_here_or_there (sh, line, words, ret_word, err);
    sh->piped = false;
    host_unpipe (&p);
    return r;
}

static int
run_command_line (struct shell *sh, struct line *line, size_t *ret_column,
                  struct error *err)
{
    cleanup_string_array char **words = strings_steal (&line->words);
    size_t word;

    if (run_piped (sh, line, words, &word, err) == 0)
        return 0;
    if (word != (size_t) -1)
        *ret_column = line->columns[word + 1];
    return -1;
}

/* The commands that a host command prints.  Theirs are errors like in any
 * script; it is then told by a closed pipe that nobody listens.
 */
static int
run_inline (struct shell *sh, const char *script, struct error *err)
{
    struct host_script s = HOST_SCRIPT (script);
    cleanup_file FILE *fp = NULL;
    struct file_input in;
    int fds[2], r;
    pid_t pid;

    if (pipe2 (fds, O_CLOEXEC) < 0)
        return fail (err, errno, "pipe: %m");
    s.output = fds[1];
    r = host_start (&s, &pid, err);
    close (fds[1]);
    fp = fdopen (fds[0], "r");
    if (r < 0)
        return -1;
    in = file_input (fp, script);
    r = run_input (sh, &in.base);
    fclose (steal (&fp));
    if (r < 0) {
        cleanup_error struct error ignored = { 0 };

        host_wait (pid, script, &ignored);
        return fail (err, 0, "the commands from '%s' failed", script);
    }
    return host_wait (pid, script, err);
}

static int
run_line (struct shell *sh, struct input *in, const char *text)
{
    cleanup_line struct line line = { .kind = LINE_EMPTY };
    cleanup_error struct error err = { 0 };
    size_t column = (size_t) -1;
    int r = 0;

    if (parse_line (text, &line, &column, &err) < 0) {
        report_syntax (in, text, column, &err);
        return -1;
    }
    column = (size_t) -1;
    if (line.kind == LINE_COMMAND)
        r = run_command_line (sh, &line, &column, &err);
    else if (line.kind == LINE_HOST)
        r = host_run (line.host, &err);
    else if (line.kind == LINE_INLINE)
        r = run_inline (sh, line.host, &err);
    /* Whoever has typed Ctrl-C knows what it did to a program. */
    if (r < 0 && line.kind == LINE_HOST && in->interactive
        && err.errnum == EINTR)
        return r;
    if (r < 0 && column != (size_t) -1)
        report_syntax (in, text, column, &err);
    else if (r < 0 && err.message)
        report_failure (in, text, &err);
    return line.ignore_errors ? 0 : r;
}

int
run_input (struct shell *sh, struct input *in)
{
    struct input *outer = sh->input;
    int r = 0;

    sh->input = in;
    while (!sh->quit && r == 0) {
        cleanup_free char *text = input_line (in, false);

        if (!text)
            break;
        if (run_line (sh, in, text) < 0 && !in->interactive)
            r = -1;
        if (!in->interactive && interrupt_pending ())
            r = -1;
    }
    if (in->error) {
        fprintf (stderr, "guestfish: %s:%u: %s\n", in->name, in->line,
                 in->error);
        r = -1;
    }
    sh->input = outer;
    return r;
}

static int
run_argument_line (struct shell *sh, char *const *words, size_t count)
{
    cleanup_line struct line line = { .kind = LINE_EMPTY };
    cleanup_error struct error err = { 0 };
    size_t column;

    line_from_words (words, count, &line);
    if (run_command_line (sh, &line, &column, &err) == 0)
        return 0;
    if (err.message)
        print_error (&err);
    return line.ignore_errors ? 0 : -1;
}

int
run_arguments (struct shell *sh, char *const *words)
{
    while (*words && !sh->quit) {
        size_t count = 0;

        while (words[count] && strcmp (words[count], ":") != 0)
            count++;
        if (count > 0 && run_argument_line (sh, words, count) < 0)
            return -1;
        words += count + (words[count] != NULL);
    }
    return 0;
}
