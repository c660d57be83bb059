/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Local files that are no files.  The library opens a file by its name; what
 * is standard input or output to a user must look like a file to it.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

#include "arguments.h"
#include "cleanup.h"
#include "input.h"
#include "io.h"
#include "local-file.h"
#include "memory.h"
#include "shell.h"
#include "string-list.h"

/* A pipe that the library writes to, and a thread that copies from it to
 * stdout.
 */
struct outlet {
    pthread_t thread;
    int from; /* the pipe's ends */
    int to;
    int errnum; /* of a failed write */
};

static void
set_text (struct value *value, char *take_text)
{
    value->text = take_text;
    value->size = strlen (take_text);
}

/* Opened by that name, a descriptor is read from its beginning. */
static int
use_fd (struct value *value, int fd)
{
    if (fd < 0)
        return -1;
    value->fd = fd;
    set_text (value, xasprintf ("/dev/fd/%d", fd));
    return 0;
}

/* Where lines came from stdin, what follows them there is in a buffer of ours
 * already.
 */
static struct file_input *
stdin_script (struct shell *sh)
{
    struct file_input *in = (struct file_input *) sh->input;

    if (!in || in->base.interactive || in->base.line == 0)
        return NULL;
    return in->fp == stdin ? in : NULL;
}

int
local_file_in (struct shell *sh, const char *word, struct value *value,
               struct error *err)
{
    struct file_input *script = stdin_script (sh);

    if (string_starts_with (word, "-<<")) {
        if (!word[3])
            return fail (err, EINVAL, "no end marker after '-<<'");
        if (!sh->input)
            return fail (err, EINVAL, "there are no lines to read up to '%s'",
                         word + 3);
        return use_fd (value, input_heredoc (sh->input, word + 3, err));
    }
    if (strcmp (word, "-") == 0 && script)
        return use_fd (value, input_rest (script, err));
    set_text (value, xstrdup (strcmp (word, "-") == 0 ? "/dev/stdin" : word));
    return 0;
}

/* A reader that is gone is seen as EPIPE.  Then the rest is thrown away, or
 * the library would wait for ever.
 */
static void *
copy_to_stdout (void *data)
{
    struct outlet *o = data;
    char buffer[65536];
    ssize_t n;

    while ((n = read (o->from, buffer, sizeof buffer)) > 0
           || (n < 0 && errno == EINTR))
        if (n > 0 && o->errnum == 0
            && write_full (STDOUT_FILENO, buffer, (size_t) n) < 0)
            o->errnum = errno;
    return NULL;
}

static int
open_outlet (struct value *value, struct error *err)
{
    struct outlet *o = xcalloc (1, sizeof *o);
    int fds[2], r;

    if (pipe2 (fds, O_CLOEXEC) < 0) {
        free (o);
        return fail (err, errno, "pipe: %m");
    }
    o->from = fds[0];
    o->to = fds[1];
    r = pthread_create (&o->thread, NULL, copy_to_stdout, o);
    if (r != 0) {
        close_fd (&o->from);
        close_fd (&o->to);
        free (o);
        return fail (err, r, "pthread_create: %m");
    }
    value->outlet = o;
    set_text (value, xasprintf ("/dev/fd/%d", o->to));
    return 0;
}

/* /dev/stdout as it is serves pipes and terminals.  A file would be
 * truncated by opening it, and a socket can't be opened.
 */
int
local_file_out (const char *word, struct value *value, struct error *err)
{
    struct stat st;

    if (strcmp (word, "-") != 0) {
        set_text (value, xstrdup (word));
        return 0;
    }
    if (fstat (STDOUT_FILENO, &st) < 0)
        return fail (err, errno, "standard output: %m");
    if (S_ISREG (st.st_mode) || S_ISSOCK (st.st_mode))
        return open_outlet (value, err);
    set_text (value, xstrdup ("/dev/stdout"));
    return 0;
}

int
outlet_finish (struct outlet **outlet, struct error *err)
{
    struct outlet *o = steal (outlet);
    int errnum;

    if (!o)
        return 0;
    close_fd (&o->to);
    pthread_join (o->thread, NULL);
    close_fd (&o->from);
    errnum = o->errnum;
    free (o);
    return errnum ? fail (err, errnum, "standard output: %m") : 0;
}
