/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking whether the appliance supports optional groups of calls. */

#include "config.h"

#include <errno.h>

#include "impl.h"

/* What internal_feature_available returns. */
enum { GROUP_AVAILABLE = 0, GROUP_UNAVAILABLE = 1, GROUP_UNKNOWN = 2 };

static int
ask (guestfs_h *g, const char *group)
{
    int r = impl_internal_feature_available (g, group);

    if (r == GROUP_UNKNOWN)
        return fail (&g->error, EINVAL, "'%s' is no group of calls "
                     "(available_all_groups tells which there are)", group);
    return r;
}

int
impl_available (guestfs_h *g, char *const *groups)
{
    for (size_t i = 0; groups[i]; i++) {
        int r = ask (g, groups[i]);

        if (r < 0)
            return -1;
        if (r != GROUP_AVAILABLE)
            return fail (&g->error, ENOTSUP, "%s: the appliance lacks what "
                         "this group of calls needs", groups[i]);
    }
    return 0;
}

int
impl_feature_available (guestfs_h *g, char *const *groups)
{
    for (size_t i = 0; groups[i]; i++) {
        int r = ask (g, groups[i]);

        if (r < 0)
            return -1;
        if (r != GROUP_AVAILABLE)
            return 0;
    }
    return 1;
}
