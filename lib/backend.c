/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Choosing a back end, and its settings. */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "impl.h"

/* Scripts and environments name these.  A handle can be set to one, so that
 * programs which never launch work; that it is missing is for launch to say.
 */
static int
launch_missing (guestfs_h *g)
{
    return fail (&g->error, ENOTSUP, "the back end '%s' is not implemented "
                 "yet; there is '%s': choose that with set_backend, or unset "
                 "LIBGUESTFS_BACKEND in the environment", g->backend_name,
                 backend_default ()->name);
}

static char *
missing_hv (void)
{
    return backend_direct.default_hv ();
}

static const struct backend missing_libvirt = {
    .name = "libvirt",
    .max_disks = 255,
    .launch = launch_missing,
    .default_hv = missing_hv,
};

/* The first one is the default. */
static const struct {
    const char *name; /* one that ends in a colon has a value after it */
    const struct backend *backend;
} backends[] = {
    { "uml", &backend_uml },
    { "process", &backend_process },
    { "direct", &backend_direct },
    { "appliance", &backend_direct }, /* an old name */
    { "libvirt", &missing_libvirt },
    { "libvirt:", &missing_libvirt },
};

const struct backend *
backend_default (void)
{
    return backends[0].backend;
}

static const struct backend *
find (const char *name)
{
    for (size_t i = 0; i < sizeof backends / sizeof *backends; i++) {
        const char *known = backends[i].name;

        if (strcmp (known, name) == 0
            || (string_ends_with (known, ":")
                && string_starts_with (name, known)))
            return backends[i].backend;
    }
    return NULL;
}

int
impl_set_backend (guestfs_h *g, const char *name)
{
    const struct backend *backend = find (name);

    if (g->state != STATE_CONFIG)
        return fail (&g->error, EINVAL, "the back end can only be chosen "
                     "before the appliance is launched");
    if (!backend)
        return fail (&g->error, EINVAL, "no back end is called '%s'; there "
                     "is '%s'", name, backend_default ()->name);
    g->backend = backend;
    free (g->backend_name);
    g->backend_name = xstrdup (strchr (name, ':') ? name : backend->name);
    return 0;
}

char *
impl_get_backend (guestfs_h *g)
{
    return xstrdup (g->backend_name);
}

int
impl_set_attach_method (guestfs_h *g, const char *name)
{
    return impl_set_backend (g, name);
}

char *
impl_get_attach_method (guestfs_h *g)
{
    return impl_get_backend (g);
}

/* A setting is NAME or NAME=VALUE. */
static bool
has_name (const char *setting, const char *name)
{
    size_t n = strlen (name);

    return strncmp (setting, name, n) == 0
           && (setting[n] == '\0' || setting[n] == '=');
}

int
impl_set_backend_settings (guestfs_h *g, char *const *settings)
{
    strings_free (&g->backend_settings);
    for (; *settings; settings++)
        strings_add (&g->backend_settings, *settings);
    return 0;
}

char **
impl_get_backend_settings (guestfs_h *g)
{
    cleanup_strings struct strings copy = STRINGS_EMPTY;

    for (size_t i = 0; i < g->backend_settings.count; i++)
        strings_add (&copy, g->backend_settings.item[i]);
    return strings_steal (&copy);
}

char *
impl_get_backend_setting (guestfs_h *g, const char *name)
{
    for (size_t i = 0; i < g->backend_settings.count; i++) {
        const char *setting = g->backend_settings.item[i];

        if (has_name (setting, name)) {
            const char *value = strchr (setting, '=');

            return xstrdup (value ? value + 1 : "1");
        }
    }
    return fail_null (&g->error, ESRCH, "no back end setting '%s'", name);
}

int
impl_clear_backend_setting (guestfs_h *g, const char *name)
{
    struct strings kept = STRINGS_EMPTY;
    int cleared = 0;

    for (size_t i = 0; i < g->backend_settings.count; i++) {
        const char *setting = g->backend_settings.item[i];

        if (has_name (setting, name))
            cleared++;
        else
            strings_add (&kept, setting);
    }
    strings_free (&g->backend_settings);
    g->backend_settings = kept;
    return cleared;
}

int
impl_set_backend_setting (guestfs_h *g, const char *name, const char *val)
{
    impl_clear_backend_setting (g, name);
    strings_add_format (&g->backend_settings, "%s=%s", name, val);
    return 0;
}

int
impl_max_disks (guestfs_h *g)
{
    return g->backend->max_disks;
}

int
impl_set_hv (guestfs_h *g, const char *hv)
{
    char *copy = xstrdup (hv);

    free (g->hv);
    g->hv = copy;
    return 0;
}

char *
impl_get_hv (guestfs_h *g)
{
    return g->hv ? xstrdup (g->hv) : g->backend->default_hv ();
}

int
impl_set_qemu (guestfs_h *g, const char *hv)
{
    if (hv)
        return impl_set_hv (g, hv);
    free (steal (&g->hv));
    return 0;
}

/* The string is const: it must belong to the handle. */
const char *
impl_get_qemu (guestfs_h *g)
{
    if (!g->hv)
        g->hv = g->backend->default_hv ();
    return g->hv;
}

int
impl_config (guestfs_h *g, const char *hvparam, const char *hvvalue)
{
    if (hvparam[0] != '-')
        return fail (&g->error, EINVAL,
                     "'%s': a parameter must begin with '-'", hvparam);
    strings_add (&g->hv_params, hvparam);
    strings_add (&g->hv_params, hvvalue ? hvvalue : "");
    return 0;
}
