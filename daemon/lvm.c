/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that make, change and remove physical volumes, volume groups and
 * logical volumes.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arguments.h"
#include "calls.h"
#include "dm-names.h"
#include "io.h"
#include "lvm-activate.h"
#include "lvm-library.h"

/* VG/LV of a device. */
static char *
volume_of (struct call *call, const char *device)
{
    cleanup_lv_name struct lv_name name = { 0 };

    if (!lv_name_of (device, &name))
        return fail_null (&call->err, EINVAL, "%s: not a logical volume",
                          device);
    return xasprintf ("%s/%s", name.vg, name.lv);
}

/* A volume group's name, with or without /dev/ in front; inside text. */
static const char *
group_name (struct call *call, const char *text)
{
    const char *name = text;

    if (string_starts_with (text, "/dev/"))
        name += strlen ("/dev/");
    return lvm_check_name ("volume group", name, &call->err) < 0 ? NULL
                                                                 : name;
}

int
do_pvcreate (struct call *call, const char *device)
{
    return lvm_run (&call->err, "pvcreate", "-y", "-ff", device, NULL);
}

int
do_pvremove (struct call *call, const char *device)
{
    return lvm_run (&call->err, "pvremove", "-y", device, NULL);
}

int
do_pvresize (struct call *call, const char *device)
{
    return lvm_run (&call->err, "pvresize", "-y", device, NULL);
}

int
do_pvresize_size (struct call *call, const char *device, int64_t size)
{
    cleanup_free char *option = NULL;

    if (size <= 0)
        return fail (&call->err, EINVAL, "size %lld must be more than 0",
                     (long long) size);
    option = xasprintf ("--setphysicalvolumesize=%lldb", (long long) size);
    return lvm_run (&call->err, "pvresize", "-y", option, device, NULL);
}

int
do_pvchange_uuid (struct call *call, const char *device)
{
    return lvm_run (&call->err, "pvchange", "-y", "-u", device, NULL);
}

int
do_pvchange_uuid_all (struct call *call)
{
    return lvm_run (&call->err, "pvchange", "-y", "-u", "-a", NULL);
}

int
do_vgcreate (struct call *call, const char *volgroup, char *const *physvols)
{
    cleanup_strings struct strings argv = STRINGS_EMPTY;
    const char *vg = group_name (call, volgroup);

    if (!vg)
        return -1;
    if (!*physvols)
        return fail (&call->err, EINVAL, "%s: a volume group needs at least "
                     "one physical volume (physvols is empty)", vg);
    strings_add (&argv, "vgcreate");
    strings_add (&argv, "-y");
    strings_add (&argv, vg);
    for (size_t i = 0; physvols[i]; i++)
        strings_add (&argv, physvols[i]);
    return lvm_run_list (&argv, &call->err);
}

int
do_vgremove (struct call *call, const char *vgname)
{
    const char *vg = group_name (call, vgname);

    return vg ? lvm_run (&call->err, "vgremove", "-y", "-f", vg, NULL) : -1;
}

int
do_vgrename (struct call *call, const char *volgroup,
             const char *newvolgroup)
{
    const char *vg = group_name (call, volgroup);
    const char *new = vg ? group_name (call, newvolgroup) : NULL;

    return new ? lvm_run (&call->err, "vgrename", vg, new, NULL) : -1;
}

int
do_vgchange_uuid (struct call *call, const char *vg)
{
    const char *name = group_name (call, vg);

    return name ? lvm_run (&call->err, "vgchange", "-y", "-u", name, NULL)
                : -1;
}

int
do_vgchange_uuid_all (struct call *call)
{
    return lvm_run (&call->err, "vgchange", "-y", "-u", NULL);
}

static int
create_volume (struct call *call, const char *logvol, const char *volgroup,
               const char *size)
{
    const char *vg = group_name (call, volgroup);

    if (!vg || lvm_check_name ("logical volume", logvol, &call->err) < 0)
        return -1;
    return lvm_run (&call->err, "lvcreate", "-y", "-n", logvol, size, vg,
                    NULL);
}

static int
check_megabytes (struct call *call, int mbytes)
{
    return mbytes > 0 ? 0 : fail (&call->err, EINVAL, "mbytes %d must be "
                                  "more than 0", mbytes);
}

static int
check_percent (struct call *call, int percent)
{
    return percent > 0 && percent <= 100
               ? 0 : fail (&call->err, EINVAL, "percent %d must be from 1 "
                           "to 100", percent);
}

int
do_lvcreate (struct call *call, const char *logvol, const char *volgroup,
             int mbytes)
{
    cleanup_free char *size = xasprintf ("-L%dm", mbytes);

    return check_megabytes (call, mbytes) < 0
               ? -1 : create_volume (call, logvol, volgroup, size);
}

int
do_lvcreate_free (struct call *call, const char *logvol,
                  const char *volgroup, int percent)
{
    cleanup_free char *size = xasprintf ("-l%d%%FREE", percent);

    return check_percent (call, percent) < 0
               ? -1 : create_volume (call, logvol, volgroup, size);
}

/* A volume; or all of a group: /dev/VG is a directory. */
int
do_lvremove (struct call *call, const char *device)
{
    cleanup_free char *volume = NULL;
    const char *what;
    struct stat st;

    if (stat (device, &st) == 0 && S_ISDIR (st.st_mode))
        what = group_name (call, device);
    else
        what = volume = volume_of (call, device);
    return what ? lvm_run (&call->err, "lvremove", "-y", "-f", what, NULL)
                : -1;
}

/* LVM fails if a volume has the size already that it should get. */
static int
resize_volume (struct call *call, const char *device, const char *size)
{
    cleanup_free char *volume = volume_of (call, device);

    if (!volume)
        return -1;
    if (lvm_run (&call->err, "lvresize", "-y", "-f", size, volume, NULL) == 0)
        return 0;
    if (!strstr (call->err.message, "matches existing size"))
        return -1;
    error_clear (&call->err);
    return 0;
}

int
do_lvresize (struct call *call, const char *device, int mbytes)
{
    cleanup_free char *size = xasprintf ("-L%dm", mbytes);

    return check_megabytes (call, mbytes) < 0
               ? -1 : resize_volume (call, device, size);
}

int
do_lvresize_free (struct call *call, const char *lv, int percent)
{
    cleanup_free char *size = xasprintf ("-l+%d%%FREE", percent);

    return check_percent (call, percent) < 0
               ? -1 : resize_volume (call, lv, size);
}

/* The new name may be a path too, then of the same group. */
static const char *
new_volume_name (struct call *call, const char *vg, const char *text)
{
    cleanup_free char *prefix = xasprintf ("/dev/%s/", vg);
    const char *name = text;

    if (string_starts_with (text, prefix))
        name += strlen (prefix);
    else if (strchr (text, '/'))
        return fail_null (&call->err, EINVAL, "%s: a volume can't be renamed "
                          "into another volume group than '%s'", text, vg);
    return lvm_check_name ("logical volume", name, &call->err) < 0 ? NULL
                                                                   : name;
}

int
do_lvrename (struct call *call, const char *logvol, const char *newlogvol)
{
    cleanup_free char *device = xstrdup (logvol);
    cleanup_lv_name struct lv_name name = { 0 };
    const char *new;

    if (check_device (call, "logvol", &device) < 0)
        return -1;
    if (!lv_name_of (device, &name))
        return fail (&call->err, EINVAL, "%s: not a logical volume", logvol);
    new = new_volume_name (call, name.vg, newlogvol);
    return new ? lvm_run (&call->err, "lvrename", name.vg, name.lv, new, NULL)
               : -1;
}

/* By uuid: groups may have the same name. */
static int
remove_groups (struct call *call)
{
    cleanup_lvm_report struct lvm_report vgs = LVM_REPORT_NONE;

    if (lvm_report (&vgs, &call->err, "vgs", "vg_uuid,vg_name", NULL) < 0)
        return -1;
    for (size_t i = 0; i < vgs.rows; i++) {
        cleanup_free char *select
            = xasprintf ("vg_uuid=%s", lvm_report_value (&vgs, i, 0));

        if (lvm_run (&call->err, "vgremove", "-y", "-f", "-S", select,
                     NULL) < 0)
            return -1;
    }
    return 0;
}

int
do_lvm_remove_all (struct call *call)
{
    cleanup_lvm_report struct lvm_report pvs = LVM_REPORT_NONE;

    if (remove_groups (call) < 0
        || lvm_report (&pvs, &call->err, "pvs", "pv_name,vg_name", NULL) < 0)
        return -1;
    for (size_t i = 0; i < pvs.rows; i++)
        if (do_pvremove (call, lvm_report_value (&pvs, i, 0)) < 0)
            return -1;
    return 0;
}

int
do_vg_activate (struct call *call, int activate, char *const *volgroups)
{
    cleanup_strings struct strings names = STRINGS_EMPTY;
    cleanup_string_array char **vgs = NULL;

    for (size_t i = 0; volgroups[i]; i++) {
        const char *name = group_name (call, volgroups[i]);

        if (!name)
            return -1;
        strings_add (&names, name);
    }
    vgs = strings_steal (&names);
    if (*vgs || !activate) {
        cleanup_error struct error of_others = { 0 };

        lvm_activate_once (call->daemon, &of_others);
    }
    call->daemon->volumes_active = true;
    error_clear (&call->daemon->volumes_error);
    return activate ? lvm_activate (vgs, &call->err)
                    : lvm_deactivate (vgs, &call->err);
}

int
do_vg_activate_all (struct call *call, int activate)
{
    char *const all[] = { NULL };

    return do_vg_activate (call, activate, all);
}

/* LVM remembers nothing from one command to the next, so there is nothing
 * to do but to see what is there.
 */
int
do_vgscan (struct call *call)
{
    return lvm_run (&call->err, "vgscan", NULL);
}

int
do_lvm_scan (struct call *call, int activate)
{
    if (activate)
        return do_vg_activate_all (call, true);
    return do_vgscan (call);
}

/* Volumes that are active would stay so without LVM knowing of them.  Only
 * their groups are looked at: the reason for the filter may be another that
 * LVM can't read.
 */
static int
set_devices (struct call *call, char *const *devices)
{
    cleanup_string_array char **vgs = active_vgs ();

    if (*vgs && lvm_deactivate (vgs, &call->err) < 0)
        return -1;
    lvm_set_devices (devices);
    call->daemon->volumes_active = false;
    error_clear (&call->daemon->volumes_error);
    return do_vgscan (call);
}

int
do_lvm_set_filter (struct call *call, char *const *devices)
{
    if (!*devices)
        return fail (&call->err, EINVAL, "devices is empty: LVM would see "
                     "nothing");
    return set_devices (call, devices);
}

int
do_lvm_clear_filter (struct call *call)
{
    return set_devices (call, NULL);
}

#define METADATA_FILE "/run/lvm/metadata"
#define METADATA_MAX (64 << 20)

char *
do_vgmeta (struct call *call, const char *vgname, size_t *size_r)
{
    const char *vg = group_name (call, vgname);
    char *text;

    if (!vg || lvm_run (&call->err, "vgcfgbackup", "-f", METADATA_FILE, vg,
                        NULL) < 0)
        return NULL;
    text = read_file_at (AT_FDCWD, METADATA_FILE, METADATA_MAX, size_r,
                         &call->err);
    unlink (METADATA_FILE);
    return text;
}
