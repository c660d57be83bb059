/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket between guestfish --listen and guestfish --remote, and what
 * goes over it.
 *
 * There is a connection for each command.  The client sends
 *
 *     "guestfish VERSION\n"   with its stdin, stdout and stderr beside it
 *     uint32_t size           in the host's byte order, as both are here
 *     char words[size]        each with a NUL after it
 *
 * and is answered by one byte: 0 for success, 1 for failure.  Messages are
 * on the client's stderr by then.
 */
#ifndef SHELL_REMOTE_SOCKET_H
#define SHELL_REMOTE_SOCKET_H

#include <stddef.h>
#include <sys/un.h>

#include "error.h"

#define REMOTE_GREETING "guestfish " GUESTFS_VERSION "\n"

/* stdin, stdout, stderr */
#define REMOTE_FDS 3

/* The most that all words of a command take. */
#define REMOTE_WORDS_MAX (4 << 20)

/* The folder of sockets: $XDG_RUNTIME_DIR/guestfish, or the second place
 * /tmp/.guestfish-UID.  It is checked that nobody else can write there.
 */
enum remote_place { REMOTE_RUNTIME_DIR, REMOTE_TMP };

/* NULL without an error: that place does not exist. */
char *remote_folder (enum remote_place place, struct error *err);

/* The address of the socket of a process in a folder. */
int remote_address (const char *folder, int pid, struct sockaddr_un *ret,
                    struct error *err);

/* The other end must be a process of this user. */
int remote_check_peer (int socket, struct error *err);

/* The greeting with three file descriptors. */
int remote_send_greeting (int socket, struct error *err);
int remote_receive_greeting (int socket, int ret_fds[REMOTE_FDS],
                             struct error *err);

#endif /* SHELL_REMOTE_SOCKET_H */
