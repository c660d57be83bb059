/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the root of a QEMU appliance consists of: one table, of which
 * build-root.c makes files and build-modules.c takes modules.
 */
#ifndef APPLIANCE_ROOT_ROWS_H
#define APPLIANCE_ROOT_ROWS_H

#include <stdbool.h>

enum root_kind {
    ROOT_FOLDER,   /* an empty folder */
    ROOT_POINT,    /* an empty file */
    ROOT_FILE,     /* the host's file */
    ROOT_TREE,     /* the host's folder and all files in it */
    ROOT_PROGRAM,  /* a program, where the host has it; may be a pattern */
    ROOT_LIBRARY,  /* a library, likewise */
    ROOT_MODULES,  /* a module or a folder of them, and all they need */
    INITRD_MODULE, /* the same, and it is loaded before the root is there */
};

struct root_row {
    const char *name;
    enum root_kind kind;
    bool required; /* no appliance without it */
    const char *why;
};

/* Ends with a row without a name. */
extern const struct root_row root_rows[];

#endif /* APPLIANCE_ROOT_ROWS_H */
