/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Launching the appliance, and shutting it down. */
#ifndef LIB_LAUNCH_H
#define LIB_LAUNCH_H

#include "handle.h"
#include "receiver.h"

/* Tell the program that launching has come so far: position of 12. */
#define LAUNCH_STEPS 12

/* Launch with this back end, and wait for the daemon. */
struct backend;
int launch_with (guestfs_h *g, const struct backend *backend);

/* The next thing that a daemon says which starts. */
int launch_receive (guestfs_h *g, struct packet *ret);

void launch_progress (guestfs_h *g, uint64_t position);

/* Say in *err which limit of setrlimit (2) may be the reason, if one may. */
void explain_limit (struct error *err);

#endif /* LIB_LAUNCH_H */
