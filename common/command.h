/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running a program: its arguments are a list, and no shell ever sees
 * them.  What it prints on stderr becomes part of the error message.
 */
#ifndef COMMON_COMMAND_H
#define COMMON_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

#include "error.h"
#include "string-list.h"

struct command {
    struct strings argv;
    const char *input; /* for its stdin, borrowed; NULL: /dev/null */
    size_t input_size;

    /* How to start it with these three descriptors as its stdin, stdout and
     * stderr; NULL: posix_spawn.
     */
    int (*start) (struct command *c, const int fds[3], pid_t *ret_pid,
                  struct error *err);
    /* Where its stdin comes from rather than input: gives the next bytes,
     * good until it is called again; 0: that was all.  NULL: input it is.
     */
    ssize_t (*source) (void *opaque, const char **ret, struct error *err);
    /* What to do with its stdout instead of keeping it; NULL: keep it. */
    int (*sink) (void *opaque, const char *data, size_t size,
                 struct error *err);
    void *opaque; /* of start, source and sink */

    /* After it has ended: */
    int status;   /* what it exited with */
    bool guessed; /* nobody could tell us: somebody else has collected it */
    char *output; /* of stdout, with a NUL after it */
    size_t output_size;
    char *errors; /* of stderr, without white space at the end */
};

/* The most that is kept of what a program prints on stdout; a program that
 * prints more is an error.
 */
#define COMMAND_OUTPUT_MAX (4 << 20)

#define COMMAND_NONE ((struct command) { 0 })

/* Arguments, the program's name first; it is looked for in PATH. */
void command_add (struct command *c, const char *arg, ...)
    __attribute__ ((sentinel));
void command_add_format (struct command *c, const char *fmt, ...)
    __attribute__ ((format (printf, 2, 3)));

/* Run it and wait for its end.  -1 if it can't be started, is killed by a
 * signal or prints too much; whatever it exits with is in c->status.  Where
 * our process ignores SIGCHLD, that is 0 if it printed nothing on stderr.
 */
int command_run (struct command *c, struct error *err);

/* Run it; an exit status other than 0 is an error, too. */
int command_check (struct command *c, struct error *err);

/* What command_check () reports. */
int command_failed (const struct command *c, struct error *err);

/* Wait for the end of a process that nobody asks about. */
void command_reap (pid_t pid);

void command_free (struct command *c);

#define cleanup_command __attribute__ ((cleanup (command_free)))

#endif /* COMMON_COMMAND_H */
