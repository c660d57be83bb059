/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's calls.  The arguments are checked already (arguments.h).
 * Strings and lists that are returned are the caller's to free, structs
 * that are filled in too; on failure call->err is set, and NULL or -1
 * returned.
 */
#ifndef DAEMON_CALLS_H
#define DAEMON_CALLS_H

#include "daemon.h"
#include "device.h"

struct tune_opts {
    uint64_t given; /* which of the fields count */
    int quick;
    int level;
    int64_t size;
    const char *label;
    char *const *names;
};

#define TUNE_QUICK (UINT64_C (1) << 0)
#define TUNE_LEVEL (UINT64_C (1) << 1)
#define TUNE_SIZE (UINT64_C (1) << 2)
#define TUNE_LABEL (UINT64_C (1) << 3)
#define TUNE_NAMES (UINT64_C (1) << 4)

struct mkdisk_opts {
    uint64_t given; /* which of the fields count */
    int size;
};

#define MKDISK_SIZE (UINT64_C (1) << 0)

int do_ping (struct call *call);
int do_open_all (struct call *call, const char *s, const char *p,
                 const char *d, const struct mountable *m, const char *dp,
                 const struct mountable *mp, const char *f, const char *u,
                 const char *k, const char *o, const char *b, size_t b_size,
                 int flag, int i, int64_t j, char *const *list,
                 char *const *devices);
int do_tune (struct call *call, const char *device,
             const struct tune_opts *opts);
int do_mkdisk (struct call *call, const char *kind,
               const struct mkdisk_opts *opts);
int do_send (struct call *call, const char *path);
int do_fetch (struct call *call, const char *path);
int do_points (struct call *call, wire_point_list *ret);
char **do_names (struct call *call, const char *content, size_t content_size);

#endif /* DAEMON_CALLS_H */
