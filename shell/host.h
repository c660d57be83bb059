/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands of the host, which the user's shell interprets. */
#ifndef SHELL_HOST_H
#define SHELL_HOST_H

#include <stdio.h>
#include <sys/types.h>

#include "error.h"

/* Start 'SHELL -c SCRIPT [ARGUMENT...]'.  Its stdin and stdout are those
 * descriptors, or ours where they are -1.
 */
struct host_script {
    const char *shell;      /* NULL: /bin/sh */
    const char *script;
    char *const *arguments; /* from $0 on, NULL at the end; NULL: none */
    int input;
    int output;
};

#define HOST_SCRIPT(text) \
    ((struct host_script) { .script = (text), .input = -1, .output = -1 })

int host_start (const struct host_script *s, pid_t *ret_pid,
                struct error *err);

/* Wait for its end.  -1: something else than exit 0. */
int host_wait (pid_t pid, const char *script, struct error *err);

/* Both. */
int host_run (const char *script, struct error *err);

/* Run a program of the user's choice ("vi", "emacs -nw") on a file. */
int host_run_on_file (const char *program, const char *file,
                      struct error *err);

/* stdout becomes the stdin of a host command until host_unpipe (). */
struct host_pipe {
    pid_t pid;
    int saved; /* stdout as it was */
};

int host_pipe (const char *script, struct host_pipe *ret, struct error *err);
void host_unpipe (struct host_pipe *p);

#endif /* SHELL_HOST_H */
