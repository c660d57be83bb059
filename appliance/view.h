/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The view: all files and directories that the confined program can name.
 * One table says what is there, how it gets there, and what may be done
 * with it; view.c mounts it, landlock.c makes rules of it.
 */
#ifndef APPLIANCE_VIEW_H
#define APPLIANCE_VIEW_H

#include <stdbool.h>

/* Where the view has the library that is loaded into the program. */
#define VIEW_PRELOAD_PATH "/preload.so"

/* Where the view has the socket of an ssh-agent. */
#define VIEW_AGENT_PATH "/agent"

enum view_kind {
    VIEW_DIRECTORY, /* an empty directory */
    VIEW_TREE,      /* the host's directory and all below, read-only; a
                     * symbolic link where the host has one */
    VIEW_FILE,      /* the host's file, read-only */
    VIEW_POINT,     /* an empty file */
    VIEW_NAMES,     /* a file that says how names are looked up: in files and
                     * by DNS, without the host's daemons */
    VIEW_DEVICE,    /* the host's device node */
    VIEW_DAEMON,    /* the file that --daemon names */
    VIEW_PRELOAD,   /* the file that --preload names, if there is one */
    VIEW_PROGRAM,   /* a directory with the program to execute */
    VIEW_MEMORY,    /* a tmpfs as large as the guest's memory */
    VIEW_SCRATCH,   /* a tiny tmpfs */
    VIEW_PROC,      /* the processes of the PID namespace */
    VIEW_RULE,      /* comes with another row; only says what may be done */
};

/* What may be done with it and all below.  Executing is asked only of the
 * program itself: what a guest executes, it reads.
 */
#define MAY_LIST 1u
#define MAY_READ 2u
#define MAY_EXECUTE 4u
#define MAY_WRITE 8u   /* to what is there */
#define MAY_CREATE 16u /* and delete, rename, … */
#define MAY_CONTROL 32u /* a device, by ioctl (2); seccomp.c says which */

struct view_row {
    const char *path;
    enum view_kind kind;
    bool required; /* fails if the host doesn't have it */
    unsigned profiles;
    unsigned may;
    const char *why;
};

/* Ends with a row without a path.  Directories come before what is in
 * them.
 */
extern const struct view_row view_rows[];

#endif /* APPLIANCE_VIEW_H */
