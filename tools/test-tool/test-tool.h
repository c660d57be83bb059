/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of libguestfs-test-tool. */
#ifndef TOOLS_TEST_TOOL_H
#define TOOLS_TEST_TOOL_H

#include <stdbool.h>
#include <stdio.h>

#include "guestfs.h"

#define PROGRAM "libguestfs-test-tool"

void print_heading (const char *title);

/* What this host is, and what was found on it. */
void print_environment (void);
void print_versions (guestfs_h *g, const char *hv);
void print_host (guestfs_h *g);
void print_settings (guestfs_h *g);

/* A launch, and a small job: a file is written and read back. */
struct trial {
    const char *name;     /* of the back end, for people */
    const char *backend;  /* of set_backend; NULL: as the environment says */
    const char *setting;  /* its only one, or NULL: none */
    const char *cachedir; /* NULL: as the environment says */
    const char *hv;       /* likewise */
    int timeout;          /* of the launch, in seconds */
    FILE *log;            /* for all that the library says */
};

struct outcome {
    bool works;
    double seconds;    /* that the launch took */
    char backend[32];  /* the one that was launched */
    char reason[2048]; /* why it does not work */
};

/* If the time is over, the process ends: with a log of its own by SIGALRM. */
void run_trial (const struct trial *t, struct outcome *ret);

/* Each back end, with a cache that is empty at first.  Returns whether any
 * works.
 */
bool try_all (guestfs_h *g, const char *hv, int timeout);

#endif /* TOOLS_TEST_TOOL_H */
