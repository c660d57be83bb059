/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The back end "auto": the best one that works here, which may be known only
 * after trying; and what it has in common with "direct".
 */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "appliance.h"
#include "backend.h"
#include "drive.h"
#include "hypervisor.h"
#include "kvm.h"
#include "launch.h"

struct candidate {
    const char *name;
    const struct backend *backend;
    const char *accelerator; /* QEMU's; NULL: it is not QEMU */
};

/* The best first. */
static const struct candidate candidates[] = {
    { "direct with KVM", &backend_direct, "kvm" },
    { "uml", &backend_uml, NULL },
    { "direct with TCG", &backend_direct, "tcg" },
};

/* The functions below say why a candidate is none, or return NULL. */

/* What is wrong with the QEMU of that name? */
static char *
why_not_qemu (guestfs_h *g, const char *name, const char *accelerator)
{
    cleanup_hypervisor struct hypervisor h = { 0 };
    char *why = NULL;

    if (hypervisor_find (g, name, &h) == 0) {
        hypervisor_has (&h, accelerator, &why);
        return why;
    }
    why = steal (&g->error.message);
    error_clear (&g->error);
    return why;
}

/* What set_hv names is for one of them alone. */
static char *
why_not_kernel (guestfs_h *g, const char *name)
{
    cleanup_hypervisor struct hypervisor h = { 0 };

    if (g->hv && hypervisor_find (g, name, &h) == 0)
        return xasprintf ("%s, which set_hv or the environment names, is "
                          "QEMU", name);
    error_clear (&g->error);
    return g->hv || access (name, X_OK) == 0 ? NULL
                                             : xasprintf ("%s: %m", name);
}

static char *
why_not_program (guestfs_h *g, const struct candidate *c)
{
    cleanup_free char *name = g->hv ? xstrdup (g->hv)
                                    : c->backend->default_hv ();

    return c->accelerator ? why_not_qemu (g, name, c->accelerator)
                          : why_not_kernel (g, name);
}

static char *
why_not_settings (guestfs_h *g, const struct candidate *c,
                  const struct backend_flags *flags)
{
    if (g->nr_drives > (size_t) c->backend->max_disks)
        return xasprintf ("%zu drives were added; it can have %d",
                          g->nr_drives, c->backend->max_disks);
    if (!c->accelerator && g->hv_params.count > 0)
        return xasprintf ("%s: parameters are for QEMU",
                          g->hv_params.item[0]);
    if (!c->accelerator && (flags->gdb || flags->no_template))
        return xasprintf ("the setting %s is for QEMU",
                          flags->gdb ? "gdb" : "no_template");
    if (flags->accelerator
        && (!c->accelerator
            || strcmp (c->accelerator, flags->accelerator) != 0))
        return xasprintf ("the setting force_%s asks for another one",
                          flags->accelerator);
    return NULL;
}

static char *
why_not_kvm (guestfs_h *g, const struct candidate *c)
{
    cleanup_free char *why = NULL;

    if (!c->accelerator || strcmp (c->accelerator, "kvm") != 0
        || kvm_works (g, &why))
        return NULL;
    return steal (&why);
}

static char *
why_not (guestfs_h *g, const struct candidate *c,
         const struct backend_flags *flags)
{
    char *why = why_not_settings (g, c, flags);

    if (!why)
        why = why_not_kvm (g, c);
    return why ? why : why_not_program (g, c);
}

/* All others would fail, too: because of a drive or of the network, because of
 * what the program has told its kernel, or since the host has not enough of
 * something.
 */
static bool
is_hopeless (guestfs_h *g)
{
    const struct appliance *a = g->appliance;

    return a->drive_failed || a->network.dead
           || (a->storage.dead && a->storage.pid > 0)
           || (g->append && a->machine.pid > 0)
           || g->error.errnum == ENOMEM || g->error.errnum == EMFILE
           || g->error.errnum == ENFILE || g->error.errnum == EAGAIN;
}

struct search {
    struct backend_flags flags;
    struct strings reasons; /* why not: "NAME: WHY" */
    int errnum;             /* of the best one that was tried, or 0 */
};

static void
log_choice (guestfs_h *g, const struct candidate *c, const struct search *s)
{
    cleanup_free char *reasons = strings_join (&s->reasons, "; ");

    debug (g, "launch: the back end is %s%s%s", c->name,
           *reasons ? ", since others are not possible: " : "", reasons);
}

/* What a former attempt has done to the drives is undone.  As long as its
 * processes have them open, they are locked.
 */
static int
reopen_drives (guestfs_h *g)
{
    appliance_free (g->appliance);
    g->appliance = appliance_new ();
    drives_close (g);
    return drives_open (g);
}

static int
attempt (guestfs_h *g, const struct candidate *c, const struct search *s)
{
    log_choice (g, c, s);
    if (s->errnum != 0 && reopen_drives (g) < 0)
        return -1;
    g->accelerator = c->accelerator;
    return launch_with (g, c->backend);
}

/* Returns 1 if the candidate runs, 0 if the next one may. */
static int
consider (guestfs_h *g, const struct candidate *c, struct search *s)
{
    char *why = why_not (g, c, &s->flags);

    if (!why) {
        if (attempt (g, c, s) == 0)
            return 1;
        if (is_hopeless (g))
            return -1;
        if (s->errnum == 0)
            s->errnum = g->error.errnum ? g->error.errnum : EIO;
        why = steal (&g->error.message);
        string_trim_end (why);
        error_clear (&g->error);
    }
    strings_add_format (&s->reasons, "%s: %s", c->name, why);
    free (why);
    return 0;
}

static int
fail_all (guestfs_h *g, const struct search *s)
{
    cleanup_free char *reasons = strings_join (&s->reasons, "\n- ");

    return fail (&g->error, s->errnum ? s->errnum : ENOTSUP,
                 "no back end can be launched:\n- %s", reasons);
}

int
auto_launch (guestfs_h *g)
{
    struct search s = { 0 };
    int r = 0;

    if (backend_read_flags (g, &s.flags) < 0)
        return -1;
    for (size_t i = 0;
         r == 0 && i < sizeof candidates / sizeof *candidates; i++)
        r = consider (g, &candidates[i], &s);
    if (r == 0)
        fail_all (g, &s);
    strings_free (&s.reasons);
    return r > 0 ? 0 : -1;
}

int
direct_launch (guestfs_h *g)
{
    cleanup_free char *why = NULL;
    struct backend_flags flags;

    if (backend_read_flags (g, &flags) < 0)
        return -1;
    if (launch_with (g, &backend_direct) == 0)
        return 0;
    if (flags.accelerator || !g->accelerator
        || strcmp (g->accelerator, "kvm") != 0 || is_hopeless (g))
        return -1;
    why = steal (&g->error.message);
    error_clear (&g->error);
    debug (g, "launch: QEMU with tcg, since it does not start with kvm: %s",
           why);
    g->accelerator = "tcg";
    if (reopen_drives (g) == 0 && launch_with (g, &backend_direct) == 0)
        return 0;
    return fail_context (&g->error, "neither with KVM (%s) nor with TCG",
                         why);
}

/* Before it is launched, a guess. */
static char *
default_hv (void)
{
    cleanup_free char *uml = backend_uml.default_hv ();

    return access (uml, X_OK) == 0 ? steal (&uml)
                                   : backend_direct.default_hv ();
}

const struct backend backend_auto = {
    .name = "auto",
    .max_disks = 255,
    .default_hv = default_hv,
};
