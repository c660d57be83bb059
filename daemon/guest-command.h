/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running the guest's own programs, with the guest's file systems as their
 * root.
 */
#ifndef DAEMON_GUEST_COMMAND_H
#define DAEMON_GUEST_COMMAND_H

#include "command.h"
#include "daemon.h"

/* Let command_run () start c inside the guest.  c->opaque stays free for
 * the sink.
 */
int guest_command_prepare (struct call *call, struct command *c);

#endif /* DAEMON_GUEST_COMMAND_H */
