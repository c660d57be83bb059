/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LVM in a process of its own: a fork of ours that has the library loaded
 * and stays to run one command after the other.
 *
 * LVM reads what a guest has written, and there is metadata that makes it
 * crash, or never end.  The process that does takes nobody with it, and the
 * next command gets a new one.  Nor does anything touch us that LVM does to
 * the process that it runs in, such as changing the umask and locking
 * memory.
 */
#ifndef DAEMON_LVM_PROCESS_H
#define DAEMON_LVM_PROCESS_H

#include <lvm2cmd.h>
#include <stdio.h>
#include <sys/types.h>

#include "error.h"
#include "library.h"
#include "string-list.h"

#define LVM2CMD_FUNCTIONS(LIBRARY)                      \
    LIBRARY (lvm2_init)                                 \
    LIBRARY (lvm2_log_fn)                               \
    LIBRARY (lvm2_run)

DECLARE_LIBRARY (lvm2cmd, LVM2CMD_FUNCTIONS)

/* What LVM says. */
struct lvm_output {
    struct strings errors;
    struct strings lines; /* anything else: reports, also warnings */
};

#define LVM_OUTPUT_NONE ((struct lvm_output) { .errors = { 0 } })

void lvm_output_free (struct lvm_output *output);

#define cleanup_lvm_output __attribute__ ((cleanup (lvm_output_free)))

struct lvm_process {
    pid_t pid;  /* 0: none runs */
    FILE *from; /* the socket, for reading */
};

int lvm_process_start (struct lvm_process *process,
                       const struct lvm2cmd *lib, struct error *err);

/* Returns what lvm2_run () does; or -1, and it runs no longer. */
int lvm_process_run (struct lvm_process *process, const char *line,
                     struct lvm_output *ret, struct error *err);

void lvm_process_stop (struct lvm_process *process);

#endif /* DAEMON_LVM_PROCESS_H */
