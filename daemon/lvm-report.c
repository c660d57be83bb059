/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that tell what LVM has found. */

#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "calls.h"
#include "dm-names.h"
#include "lvm-library.h"

/* What lvs lists: volumes that users have made, and that can be used, thus
 * neither their inner parts nor pools nor what is not to be activated.
 */
#define USABLE_VOLUMES "-Slv_role=public && lv_skip_activation!=yes"

char **
do_pvs (struct call *call)
{
    cleanup_lvm_report struct lvm_report r = LVM_REPORT_NONE;
    cleanup_strings struct strings names = STRINGS_EMPTY;

    if (lvm_report (&r, &call->err, "pvs", "pv_name,pv_uuid", NULL) < 0)
        return NULL;
    for (size_t i = 0; i < r.rows; i++)
        /* One that is missing is called "[unknown]". */
        if (string_starts_with (lvm_report_value (&r, i, 0), "/dev/"))
            strings_add_take (&names,
                              device_to_api (call->daemon,
                                             lvm_report_value (&r, i, 0)));
    strings_sort (&names);
    return strings_steal (&names);
}

char **
do_vgs (struct call *call)
{
    cleanup_lvm_report struct lvm_report r = LVM_REPORT_NONE;
    cleanup_strings struct strings names = STRINGS_EMPTY;

    if (lvm_report (&r, &call->err, "vgs", "vg_name,vg_uuid", NULL) < 0)
        return NULL;
    for (size_t i = 0; i < r.rows; i++)
        strings_add (&names, lvm_report_value (&r, i, 0));
    strings_sort (&names);
    return strings_steal (&names);
}

char **
do_lvs (struct call *call)
{
    cleanup_lvm_report struct lvm_report r = LVM_REPORT_NONE;
    cleanup_strings struct strings names = STRINGS_EMPTY;

    if (lvm_report (&r, &call->err, "lvs", "vg_name,lv_name", USABLE_VOLUMES,
                    NULL) < 0)
        return NULL;
    for (size_t i = 0; i < r.rows; i++)
        strings_add_format (&names, "/dev/%s/%s", lvm_report_value (&r, i, 0),
                            lvm_report_value (&r, i, 1));
    strings_sort (&names);
    return strings_steal (&names);
}

/* How a column of a report becomes a field of a struct. */
enum field_type { TEXT, DEVICE, UUID, BYTES, NUMBER, PERCENT };

struct field {
    const char *column;
    enum field_type type;
    size_t offset;
};

#define UUID_SIZE 32

/* LVM prints a uuid with hyphens. */
static void
put_uuid (char *uuid, const char *text)
{
    size_t n = 0;

    for (; *text && n < UUID_SIZE; text++)
        if (*text != '-')
            uuid[n++] = *text;
}

static void
put_field (struct call *call, const struct field *f, void *record,
           const char *value)
{
    void *p = (char *) record + f->offset;

    switch (f->type) {
    case TEXT:
        *(char **) p = xstrdup (value);
        break;
    case DEVICE:
        *(char **) p = device_to_api (call->daemon, value);
        break;
    case UUID:
        put_uuid (p, value);
        break;
    case BYTES:
        *(uint64_t *) p = strtoull (value, NULL, 10);
        break;
    case NUMBER:
        *(int64_t *) p = strtoll (value, NULL, 10);
        break;
    case PERCENT:
        *(float *) p = *value ? strtof (value, NULL) : -1;
        break;
    }
}

/* An array of structs of the given size, which the caller frees. */
static void *
report_structs (struct call *call, const char *command,
                const struct field *fields, size_t count, size_t size,
                u_int *ret_count)
{
    cleanup_lvm_report struct lvm_report r = LVM_REPORT_NONE;
    cleanup_strings struct strings names = STRINGS_EMPTY;
    cleanup_free char *columns = NULL;
    char *records;

    for (size_t i = 0; i < count; i++)
        strings_add (&names, fields[i].column);
    columns = strings_join (&names, ",");
    if (lvm_report (&r, &call->err, command, columns, NULL) < 0)
        return NULL;
    records = xcalloc (r.rows ? r.rows : 1, size);
    for (size_t row = 0; row < r.rows; row++)
        for (size_t i = 0; i < count; i++)
            put_field (call, &fields[i], records + row * size,
                       lvm_report_value (&r, row, i));
    *ret_count = (u_int) r.rows;
    return records;
}

#define PV_FIELD(column, type) { #column, type, offsetof (wire_lvm_pv, column) }

static const struct field pv_fields[] = {
    PV_FIELD (pv_name, DEVICE),
    PV_FIELD (pv_uuid, UUID),
    PV_FIELD (pv_fmt, TEXT),
    PV_FIELD (pv_size, BYTES),
    PV_FIELD (dev_size, BYTES),
    PV_FIELD (pv_free, BYTES),
    PV_FIELD (pv_used, BYTES),
    PV_FIELD (pv_attr, TEXT),
    PV_FIELD (pv_pe_count, NUMBER),
    PV_FIELD (pv_pe_alloc_count, NUMBER),
    PV_FIELD (pv_tags, TEXT),
    PV_FIELD (pe_start, BYTES),
    PV_FIELD (pv_mda_count, NUMBER),
    PV_FIELD (pv_mda_free, BYTES),
};

#define VG_FIELD(column, type) { #column, type, offsetof (wire_lvm_vg, column) }

static const struct field vg_fields[] = {
    VG_FIELD (vg_name, TEXT),
    VG_FIELD (vg_uuid, UUID),
    VG_FIELD (vg_fmt, TEXT),
    VG_FIELD (vg_attr, TEXT),
    VG_FIELD (vg_size, BYTES),
    VG_FIELD (vg_free, BYTES),
    VG_FIELD (vg_sysid, TEXT),
    VG_FIELD (vg_extent_size, BYTES),
    VG_FIELD (vg_extent_count, NUMBER),
    VG_FIELD (vg_free_count, NUMBER),
    VG_FIELD (max_lv, NUMBER),
    VG_FIELD (max_pv, NUMBER),
    VG_FIELD (pv_count, NUMBER),
    VG_FIELD (lv_count, NUMBER),
    VG_FIELD (snap_count, NUMBER),
    VG_FIELD (vg_seqno, NUMBER),
    VG_FIELD (vg_tags, TEXT),
    VG_FIELD (vg_mda_count, NUMBER),
    VG_FIELD (vg_mda_free, BYTES),
};

#define LV_FIELD(column, type) { #column, type, offsetof (wire_lvm_lv, column) }

static const struct field lv_fields[] = {
    LV_FIELD (lv_name, TEXT),
    LV_FIELD (lv_uuid, UUID),
    LV_FIELD (lv_attr, TEXT),
    LV_FIELD (lv_major, NUMBER),
    LV_FIELD (lv_minor, NUMBER),
    LV_FIELD (lv_kernel_major, NUMBER),
    LV_FIELD (lv_kernel_minor, NUMBER),
    LV_FIELD (lv_size, BYTES),
    LV_FIELD (seg_count, NUMBER),
    LV_FIELD (origin, TEXT),
    LV_FIELD (snap_percent, PERCENT),
    LV_FIELD (copy_percent, PERCENT),
    LV_FIELD (move_pv, TEXT),
    LV_FIELD (lv_tags, TEXT),
    LV_FIELD (mirror_log, TEXT),
    LV_FIELD (modules, TEXT),
};

#define COUNT(array) (sizeof (array) / sizeof *(array))

int
do_pvs_full (struct call *call, wire_lvm_pv_list *ret)
{
    ret->wire_lvm_pv_list_val
        = report_structs (call, "pvs", pv_fields, COUNT (pv_fields),
                          sizeof (wire_lvm_pv), &ret->wire_lvm_pv_list_len);
    return ret->wire_lvm_pv_list_val ? 0 : -1;
}

int
do_vgs_full (struct call *call, wire_lvm_vg_list *ret)
{
    ret->wire_lvm_vg_list_val
        = report_structs (call, "vgs", vg_fields, COUNT (vg_fields),
                          sizeof (wire_lvm_vg), &ret->wire_lvm_vg_list_len);
    return ret->wire_lvm_vg_list_val ? 0 : -1;
}

int
do_lvs_full (struct call *call, wire_lvm_lv_list *ret)
{
    ret->wire_lvm_lv_list_val
        = report_structs (call, "lvs", lv_fields, COUNT (lv_fields),
                          sizeof (wire_lvm_lv), &ret->wire_lvm_lv_list_len);
    return ret->wire_lvm_lv_list_val ? 0 : -1;
}

/* The values of one column; what are further arguments. */
static char **
report_column (struct call *call, const char *command, const char *column,
               const char *what)
{
    cleanup_lvm_report struct lvm_report r = LVM_REPORT_NONE;
    cleanup_strings struct strings values = STRINGS_EMPTY;
    /* The second column is there since rows of one can't be recognized. */
    cleanup_free char *columns = xasprintf ("%s,vg_name", column);

    if (lvm_report (&r, &call->err, command, columns, what, NULL) < 0)
        return NULL;
    for (size_t i = 0; i < r.rows; i++)
        strings_add (&values, lvm_report_value (&r, i, 0));
    return strings_steal (&values);
}

static char *
report_value (struct call *call, const char *command, const char *column,
              const char *what)
{
    cleanup_string_array char **values
        = report_column (call, command, column, what);

    if (!values)
        return NULL;
    if (!*values)
        return fail_null (&call->err, ENOENT, "%s: LVM does not know it",
                          what);
    return xstrdup (values[0]);
}

static char **
group_column (struct call *call, const char *command, const char *column,
              const char *vgname)
{
    if (lvm_check_name ("volume group", vgname, &call->err) < 0)
        return NULL;
    return report_column (call, command, column, vgname);
}

char *
do_pvuuid (struct call *call, const char *device)
{
    return report_value (call, "pvs", "pv_uuid", device);
}

char *
do_vguuid (struct call *call, const char *vgname)
{
    if (lvm_check_name ("volume group", vgname, &call->err) < 0)
        return NULL;
    return report_value (call, "vgs", "vg_uuid", vgname);
}

char *
do_lvuuid (struct call *call, const char *device)
{
    cleanup_lv_name struct lv_name name = { 0 };
    cleanup_free char *volume = NULL;

    if (!lv_name_of (device, &name))
        return fail_null (&call->err, EINVAL, "%s: not a logical volume",
                          device);
    volume = xasprintf ("%s/%s", name.vg, name.lv);
    return report_value (call, "lvs", "lv_uuid", volume);
}

char **
do_vgpvuuids (struct call *call, const char *vgname)
{
    return group_column (call, "vgs", "pv_uuid", vgname);
}

char **
do_vglvuuids (struct call *call, const char *vgname)
{
    return group_column (call, "lvs", "lv_uuid", vgname);
}

int
do_is_lv (struct call *call, const struct mountable *mountable)
{
    cleanup_lv_name struct lv_name name = { 0 };

    (void) call;
    return mountable->type == MOUNTABLE_DEVICE
           && lv_name_of (mountable->device, &name);
}

char *
do_lvm_canonical_lv_name (struct call *call, const char *lvname)
{
    cleanup_free char *device = xstrdup (lvname);
    cleanup_lv_name struct lv_name name = { 0 };

    if (check_device (call, "lvname", &device) == 0
        && lv_name_of (device, &name))
        return xasprintf ("/dev/%s/%s", name.vg, name.lv);
    return fail_null (&call->err, EINVAL, "%s: not a logical volume",
                      lvname);
}
