/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the calls do, without what every public call does around it.  The
 * ones of the daemon are generated (client.c), the others are written in
 * lib/.  All expect the lock to be held; a failure is in g->error.  The
 * struct of the options is never NULL, and what was not given is zero.
 */
#ifndef LIB_IMPL_H
#define LIB_IMPL_H

#include "handle.h"

int impl_fetch (guestfs_h *g, const char *path, const char *target);
char *impl_later (guestfs_h *g, const char *path, size_t *size_r);
int impl_mkdisk (guestfs_h *g, const char *kind,
                 const struct guestfs_mkdisk_opts_argv *optargs);
char **impl_names (guestfs_h *g, const char *content, size_t content_size);
int impl_open_all (guestfs_h *g, const char *s, const char *p, const char *d,
                   const char *m, const char *dp, const char *mp,
                   const char *f, const char *u, const char *k, const char *o,
                   const char *b, size_t b_size, int flag, int i, int64_t j,
                   char *const *list, char *const *devices);
int impl_ping (guestfs_h *g);
struct guestfs_point_list *impl_points (guestfs_h *g);
int impl_send (guestfs_h *g, const char *source, const char *path);
const char *impl_setting (guestfs_h *g);
int impl_tune (guestfs_h *g, const char *device,
               const struct guestfs_tune_argv *optargs);

#endif /* LIB_IMPL_H */
