/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Choosing a back end, and its settings. */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "environment.h"
#include "impl.h"
#include "qemu-parameters.h"

/* Scripts and environments name it.  A handle can be set to it, so that
 * programs which never launch work; that it is missing is for launch to say.
 */
static int
launch_missing (guestfs_h *g)
{
    return fail (&g->error, ENOTSUP, "there is no back end '%s' here: '%s' "
                 "starts QEMU without libvirt, '%s' finds out what works; "
                 "choose one with set_backend, or unset LIBGUESTFS_BACKEND "
                 "in the environment", g->backend_name, backend_direct.name,
                 backend_auto.name);
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
    { "auto", &backend_auto },
    { "uml", &backend_uml },
    { "direct", &backend_direct },
    { "appliance", &backend_direct }, /* an old name */
    { "process", &backend_process },
    { "libvirt", &missing_libvirt },
    { "libvirt:", &missing_libvirt },
};

const struct backend *
backend_default (void)
{
    return backends[0].backend;
}

const struct backend *
backend_current (guestfs_h *g)
{
    return g->state != STATE_CONFIG && g->launched ? g->launched
                                                   : g->backend;
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
                     "are 'auto', 'uml' and 'direct'", name);
    g->backend = backend;
    free (g->backend_name);
    g->backend_name = xstrdup (strchr (name, ':') ? name : backend->name);
    return 0;
}

char *
impl_get_backend (guestfs_h *g)
{
    if (g->backend == &backend_auto)
        return xstrdup (backend_current (g)->name);
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

/* Those that are known; all are for QEMU. */
static const char *const known_settings[] = { "force_kvm", "force_tcg",
                                              "gdb", "no_template" };

static bool
is_known (const char *setting)
{
    for (size_t i = 0; i < sizeof known_settings / sizeof *known_settings;
         i++)
        if (has_name (setting, known_settings[i]))
            return true;
    return false;
}

void
backend_warn_settings (guestfs_h *g)
{
    bool any = g->backend == &backend_auto || g->backend == &backend_direct;

    for (size_t i = 0; i < g->backend_settings.count; i++) {
        const char *setting = g->backend_settings.item[i];

        if (!any || !is_known (setting))
            warning (g, "the back end '%s' does not know the setting '%s', "
                     "which changes nothing", g->backend_name, setting);
    }
}

/* One that is not made is off, one without a value is on. */
static int
read_flag (guestfs_h *g, const char *name, bool *ret)
{
    for (size_t i = 0; i < g->backend_settings.count; i++) {
        const char *setting = g->backend_settings.item[i];
        const char *value = strchr (setting, '=');

        if (!has_name (setting, name))
            continue;
        if (!parse_bool_word (value ? value + 1 : "1", ret))
            return fail (&g->error, EINVAL, "the back end setting %s: 1 or 0 "
                         "is expected", setting);
    }
    return 0;
}

int
backend_read_flags (guestfs_h *g, struct backend_flags *ret)
{
    bool kvm = false, tcg = false, gdb = false, no_template = false;

    if (read_flag (g, "force_kvm", &kvm) < 0
        || read_flag (g, "force_tcg", &tcg) < 0
        || read_flag (g, "gdb", &gdb) < 0
        || read_flag (g, "no_template", &no_template) < 0)
        return -1;
    if (kvm && tcg)
        return fail (&g->error, EINVAL, "the back end settings force_kvm and "
                     "force_tcg contradict each other");
    *ret = (struct backend_flags) {
        .accelerator = kvm ? "kvm" : tcg ? "tcg" : NULL,
        .gdb = gdb,
        .no_template = no_template,
    };
    return 0;
}

int
impl_max_disks (guestfs_h *g)
{
    return backend_current (g)->max_disks;
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
    return g->hv ? xstrdup (g->hv) : backend_current (g)->default_hv ();
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
    free (g->shown_hv);
    g->shown_hv = impl_get_hv (g);
    return g->shown_hv;
}

int
impl_config (guestfs_h *g, const char *hvparam, const char *hvvalue)
{
    if (hvparam[0] != '-')
        return fail (&g->error, EINVAL,
                     "'%s': a parameter must begin with '-'", hvparam);
    if (qemu_parameter_check (hvparam, hvvalue, &g->error) < 0)
        return -1;
    strings_add (&g->hv_params, hvparam);
    strings_add (&g->hv_params, hvvalue ? hvvalue : "");
    return 0;
}
