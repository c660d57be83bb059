/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Remote control: one guestfish carries out what others send to it. */
#ifndef SHELL_REMOTE_H
#define SHELL_REMOTE_H

#include "error.h"

struct shell;

/* A socket that listens for this process, in a folder of the user alone. */
int remote_listen (struct error *err);

/* Carry out commands until exit or the first error, and remove the socket. */
int remote_serve (struct shell *sh, int listener, struct error *err);

/* Does one listen there? */
int remote_check (int pid, struct error *err);

/* Let the guestfish of that process carry out a command; what it prints
 * comes out of our stdout and stderr.  -1 without a message: the command
 * failed, and the other side has said why.
 */
int remote_send (int pid, char *const *words, struct error *err);

#endif /* SHELL_REMOTE_H */
