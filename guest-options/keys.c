/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking for keys: on the terminal, without showing what is typed, or from
 * stdin, a line for each.
 */

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>

#include "cleanup.h"
#include "keys.h"

void
forget_key (char *take_key)
{
    if (take_key)
        explicit_bzero (take_key, strlen (take_key));
    free (take_key);
}

static char *
read_line (FILE *fp, const char *from, struct error *err)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t n;

    errno = 0;
    n = getline (&line, &size, fp);
    if (n < 0) {
        int errnum = errno;

        free (line);
        return errnum ? fail_null (err, errnum, "%s: %m", from)
                      : fail_null (err, ENODATA, "%s: no key is there", from);
    }
    if (n > 0 && line[n - 1] == '\n')
        line[n - 1] = '\0';
    return line;
}

/* Turn the echo off.  What it was goes to *ret_before. */
static int
hide_typing (FILE *tty, struct termios *ret_before, struct error *err)
{
    struct termios hidden;

    if (tcgetattr (fileno (tty), ret_before) < 0)
        return fail (err, errno, "/dev/tty: %m");
    hidden = *ret_before;
    hidden.c_lflag &= ~(tcflag_t) ECHO;
    if (tcsetattr (fileno (tty), TCSAFLUSH, &hidden) < 0)
        return fail (err, errno, "/dev/tty: %m");
    return 0;
}

static void
on_interrupt (int signal_number)
{
    (void) signal_number;
}

static char *
prompt (FILE *tty, const char *name, struct error *err)
{
    fprintf (tty, "Enter key or passphrase (\"%s\"): ", name);
    return read_line (tty, "/dev/tty", err);
}

/* Without echo, which is off before anybody could answer.  Ctrl-C takes its
 * effect after the terminal is as it was.
 */
static char *
prompt_hidden (FILE *tty, const char *name, struct error *err)
{
    struct sigaction catch = { .sa_handler = on_interrupt }, usual;
    struct termios before;
    char *key;

    if (hide_typing (tty, &before, err) < 0)
        return NULL;
    sigaction (SIGINT, &catch, &usual);
    key = prompt (tty, name, err);
    tcsetattr (fileno (tty), TCSAFLUSH, &before);
    fputc ('\n', tty);
    sigaction (SIGINT, &usual, NULL);
    if (!key && err->errnum == EINTR)
        raise (SIGINT);
    return key;
}

static char *
ask (const char *name, bool echo, struct error *err)
{
    cleanup_file FILE *tty = fopen ("/dev/tty", "r+e");

    if (!tty)
        return fail_null (err, errno, "/dev/tty: %m; --keys-from-stdin reads "
                          "keys from standard input");
    setvbuf (tty, NULL, _IONBF, 0);
    return echo ? prompt (tty, name, err) : prompt_hidden (tty, name, err);
}

char *
read_key (const struct key_input *input, const char *name, struct error *err)
{
    if (input->from_stdin)
        return read_line (stdin, "standard input", err);
    return ask (name, input->echo, err);
}
