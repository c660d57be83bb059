/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Activating logical volumes: the kernel modules that they need are loaded
 * before, volumes on read-only drives become read-only devices, and RAID6
 * volumes are left alone.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "kernel-devices.h"
#include "lvm-activate.h"
#include "lvm-library.h"
#include "md-assemble.h"
#include "modules.h"

/* A physical volume has its label in one of the first four sectors. */
#define LABEL_AREA 2048
#define LABEL_SECTOR 512
#define LABEL_ID "LABELONE"
#define LABEL_TYPE "LVM2 001"
#define LABEL_TYPE_OFFSET 24

static bool
has_label (const char *device)
{
    cleanup_fd int fd = open (device, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char area[LABEL_AREA];

    if (fd < 0 || read_full (fd, area, sizeof area) != sizeof area)
        return false;
    for (size_t at = 0; at < sizeof area; at += LABEL_SECTOR)
        if (memcmp (area + at, LABEL_ID, strlen (LABEL_ID)) == 0
            && memcmp (area + at + LABEL_TYPE_OFFSET, LABEL_TYPE,
                       strlen (LABEL_TYPE)) == 0)
            return true;
    return false;
}

static bool
find_physical_volume (void)
{
    cleanup_string_array char **devices = kernel_devices ();

    for (size_t i = 0; devices[i]; i++)
        if (has_label (devices[i]))
            return true;
    return false;
}

/* What must be known of volumes before they are activated. */
struct plan {
    struct strings modules;   /* of the kernel */
    struct strings volumes;   /* VG/LV: those to activate */
    struct strings raid6;     /* VG/LV */
    struct strings ambiguous; /* groups that are not alone with their name */
};

static void
plan_free (struct plan *p)
{
    strings_free (&p->modules);
    strings_free (&p->volumes);
    strings_free (&p->raid6);
    strings_free (&p->ambiguous);
}

#define cleanup_plan __attribute__ ((cleanup (plan_free)))

/* What LVM does not tell: the modules that do the work for others. */
static const struct {
    const char *type; /* how the type of a segment begins */
    const char *module;
} helpers[] = {
    { "raid0", "raid0" },
    { "raid1", "raid1" },
    { "raid10", "raid10" },
    { "cache", "dm-cache-smq" },
};

/* names: as LVM calls them, separated by commas. */
static void
plan_modules (struct plan *p, const char *type, const char *names)
{
    cleanup_string_array char **list = string_split (names, ',');

    for (size_t i = 0; list[i]; i++) {
        bool thin = strcmp (list[i], "thin") == 0;
        cleanup_free char *module = xasprintf ("dm-%s", thin ? "thin-pool"
                                                             : list[i]);

        strings_add_once (&p->modules, module);
    }
    for (size_t i = 0; i < sizeof helpers / sizeof *helpers; i++)
        if (string_starts_with (type, helpers[i].type))
            strings_add_once (&p->modules, helpers[i].module);
}

enum {
    COLUMN_VG,
    COLUMN_VG_UUID,
    COLUMN_LV,
    COLUMN_TYPE,
    COLUMN_MODULES,
};
#define PLAN_COLUMNS "vg_name,vg_uuid,lv_name,segtype,lv_modules"

/* Several groups may have the same name; their volumes would, too. */
static void
find_ambiguous (struct plan *p, const struct lvm_report *r)
{
    for (size_t i = 0; i < r->rows; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp (lvm_report_value (r, i, COLUMN_VG),
                        lvm_report_value (r, j, COLUMN_VG)) == 0
                && strcmp (lvm_report_value (r, i, COLUMN_VG_UUID),
                           lvm_report_value (r, j, COLUMN_VG_UUID)) != 0)
                strings_add_once (&p->ambiguous,
                                  lvm_report_value (r, i, COLUMN_VG));
}

/* Names come from the disk, and go into a configuration text. */
static bool
is_plain (const char *name)
{
    return !name[strcspn (name, "\"'\\\n")];
}

static void
plan_row (struct plan *p, const struct lvm_report *r, size_t row)
{
    const char *vg = lvm_report_value (r, row, COLUMN_VG);
    const char *lv = lvm_report_value (r, row, COLUMN_LV);
    const char *type = lvm_report_value (r, row, COLUMN_TYPE);
    cleanup_free char *name = xasprintf ("%s/%s", vg, lv);

    if (!is_plain (vg) || !is_plain (lv) || strings_contain (&p->ambiguous, vg))
        return;
    if (string_starts_with (type, "raid6"))
        strings_add_once (&p->raid6, name);
    else {
        plan_modules (p, type, lvm_report_value (r, row, COLUMN_MODULES));
        if (lv[0] != '[') /* inner parts have their names in brackets */
            strings_add_once (&p->volumes, name);
    }
}

static void
add_groups (struct strings *argv, char *const *vgs)
{
    for (size_t i = 0; vgs[i]; i++)
        strings_add (argv, vgs[i]);
}

/* If LVM can report a part only, it is for the activation to tell why. */
static int
make_plan (struct plan *p, char *const *vgs, struct error *err)
{
    cleanup_lvm_report struct lvm_report report = LVM_REPORT_NONE;
    cleanup_strings struct strings argv = STRINGS_EMPTY;
    cleanup_error struct error partial = { 0 };

    strings_add (&argv, "lvs");
    strings_add (&argv, "-a");
    add_groups (&argv, vgs);
    if (lvm_report_partial (&report, &argv, PLAN_COLUMNS, &partial) < 0
        && report.rows == 0) {
        error_move (err, &partial);
        return -1;
    }
    find_ambiguous (p, &report);
    for (size_t i = 0; i < report.rows; i++)
        plan_row (p, &report, i);
    return 0;
}

static int
load_modules (const struct plan *p, struct error *err)
{
    for (size_t i = 0; i < p->modules.count; i++)
        if (module_load (p->modules.item[i], err) < 0)
            return -1;
    return 0;
}

/* --config: where not all volumes may be activated. */
static void
add_settings (struct strings *argv, const struct plan *p)
{
    cleanup_free char *list = NULL;

    if (p->raid6.count == 0 && p->ambiguous.count == 0)
        return;
    list = strings_join (&p->volumes, "\",\"");
    strings_add (argv, "--config");
    strings_add_format (argv, "activation{volume_list=[\"%s\"]}", list);
}

static int
run_activation (const struct plan *p, char *const *vgs, struct error *err)
{
    cleanup_strings struct strings argv = STRINGS_EMPTY;

    strings_add (&argv, "vgchange");
    strings_add (&argv, "-ay");
    strings_add (&argv, "--poll=n");
    add_settings (&argv, p);
    add_groups (&argv, vgs);
    return lvm_run_list (&argv, err);
}

/* What was left out of the activation. */
static int
check_plan (const struct plan *p, struct error *err)
{
    if (p->ambiguous.count > 0)
        return fail (err, EEXIST, "several volume groups are called '%s': "
                     "hide all but one by lvm_set_filter",
                     p->ambiguous.item[0]);
    if (p->raid6.count > 0)
        return fail (err, ENOTSUP, "%s: RAID6 volumes can't be activated in "
                     "this appliance: its kernel would crash",
                     p->raid6.item[0]);
    return 0;
}

int
lvm_activate (char *const *vgs, struct error *err)
{
    cleanup_plan struct plan p = { 0 };

    if (make_plan (&p, vgs, err) < 0 || load_modules (&p, err) < 0)
        return -1;
    /* With no volume it would tell of a group that does not exist. */
    if ((p.volumes.count > 0 || p.raid6.count + p.ambiguous.count == 0)
        && run_activation (&p, vgs, err) < 0)
        return -1;
    return check_plan (&p, err);
}

int
lvm_deactivate (char *const *vgs, struct error *err)
{
    cleanup_strings struct strings argv = STRINGS_EMPTY;

    strings_add (&argv, "vgchange");
    strings_add (&argv, "-an");
    add_groups (&argv, vgs);
    return lvm_run_list (&argv, err);
}

int
lvm_activate_once (struct daemon *daemon, struct error *err)
{
    char *const all[] = { NULL };
    int r;

    if (!daemon->appliance)
        return 0;
    r = md_assemble_once (daemon, err);
    if (!daemon->volumes_active && find_physical_volume ()) {
        daemon->volumes_active = true;
        lvm_activate (all, &daemon->volumes_error);
    }
    if (!daemon->volumes_error.message)
        return r;
    return fail (err, daemon->volumes_error.errnum, "%s",
                 daemon->volumes_error.message);
}
