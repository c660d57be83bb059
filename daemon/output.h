/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that a call makes up and sends piece by piece: gathered, so that
 * small pieces cost no system calls.
 */
#ifndef DAEMON_OUTPUT_H
#define DAEMON_OUTPUT_H

#include "command.h"
#include "server.h"

struct output {
    struct call *call;
    char *buffer;
    size_t used;
};

void output_init (struct output *o, struct call *call);
int output_add (struct output *o, const void *data, size_t size);

/* Send what is left.  Nothing can be added after. */
int output_end (struct output *o);

void output_free (struct output *o);

#define cleanup_output __attribute__ ((cleanup (output_free)))

/* Run a program, and send what it prints. */
int send_command_output (struct call *call, struct command *c);

#endif /* DAEMON_OUTPUT_H */
