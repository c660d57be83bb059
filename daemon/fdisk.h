/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Partition tables (libfdisk). */
#ifndef DAEMON_FDISK_H
#define DAEMON_FDISK_H

#include <libfdisk/libfdisk.h>

#include "daemon.h"
#include "library.h"

#define FDISK_FUNCTIONS(LIBRARY)                        \
    LIBRARY (fdisk_new_context)                         \
    LIBRARY (fdisk_unref_context)                       \
    LIBRARY (fdisk_set_ask)                             \
    LIBRARY (fdisk_ask_get_type)                        \
    LIBRARY (fdisk_ask_print_get_mesg)                  \
    LIBRARY (fdisk_ask_string_set_result)               \
    LIBRARY (fdisk_disable_dialogs)                     \
    LIBRARY (fdisk_enable_wipe)                         \
    LIBRARY (fdisk_save_user_grain)                     \
    LIBRARY (fdisk_save_user_geometry)                  \
    LIBRARY (fdisk_assign_device)                       \
    LIBRARY (fdisk_deassign_device)                     \
    LIBRARY (fdisk_device_is_used)                      \
    LIBRARY (fdisk_get_devfd)                           \
    LIBRARY (fdisk_has_label)                           \
    LIBRARY (fdisk_is_labeltype)                        \
    LIBRARY (fdisk_get_label)                           \
    LIBRARY (fdisk_label_get_name)                      \
    LIBRARY (fdisk_label_require_geometry)              \
    LIBRARY (fdisk_label_set_changed)                   \
    LIBRARY (fdisk_get_nsectors)                        \
    LIBRARY (fdisk_get_sector_size)                     \
    LIBRARY (fdisk_set_first_lba)                       \
    LIBRARY (fdisk_get_last_lba)                        \
    LIBRARY (fdisk_get_geom_heads)                      \
    LIBRARY (fdisk_get_geom_sectors)                    \
    LIBRARY (fdisk_get_geom_cylinders)                  \
    LIBRARY (fdisk_get_npartitions)                     \
    LIBRARY (fdisk_create_disklabel)                    \
    LIBRARY (fdisk_write_disklabel)                     \
    LIBRARY (fdisk_get_disklabel_id)                    \
    LIBRARY (fdisk_set_disklabel_id)                    \
    LIBRARY (fdisk_set_disklabel_id_from_string)        \
    LIBRARY (fdisk_is_partition_used)                   \
    LIBRARY (fdisk_get_partition)                       \
    LIBRARY (fdisk_get_partitions)                      \
    LIBRARY (fdisk_set_partition)                       \
    LIBRARY (fdisk_set_partition_type)                  \
    LIBRARY (fdisk_add_partition)                       \
    LIBRARY (fdisk_delete_partition)                    \
    LIBRARY (fdisk_toggle_partition_flag)               \
    LIBRARY (fdisk_gpt_get_partition_attrs)             \
    LIBRARY (fdisk_gpt_set_partition_attrs)             \
    LIBRARY (fdisk_gpt_disable_relocation)              \
    LIBRARY (fdisk_new_partition)                       \
    LIBRARY (fdisk_unref_partition)                     \
    LIBRARY (fdisk_partition_set_start)                 \
    LIBRARY (fdisk_partition_set_size)                  \
    LIBRARY (fdisk_partition_size_explicit)             \
    LIBRARY (fdisk_partition_set_partno)                \
    LIBRARY (fdisk_partition_partno_follow_default)     \
    LIBRARY (fdisk_partition_set_type)                  \
    LIBRARY (fdisk_partition_set_name)                  \
    LIBRARY (fdisk_partition_set_uuid)                  \
    LIBRARY (fdisk_partition_get_start)                 \
    LIBRARY (fdisk_partition_get_end)                   \
    LIBRARY (fdisk_partition_get_size)                  \
    LIBRARY (fdisk_partition_get_partno)                \
    LIBRARY (fdisk_partition_get_type)                  \
    LIBRARY (fdisk_partition_get_name)                  \
    LIBRARY (fdisk_partition_get_uuid)                  \
    LIBRARY (fdisk_partition_is_used)                   \
    LIBRARY (fdisk_partition_is_nested)                 \
    LIBRARY (fdisk_partition_is_container)              \
    LIBRARY (fdisk_partition_is_bootable)               \
    LIBRARY (fdisk_partition_is_wholedisk)              \
    LIBRARY (fdisk_partition_cmp_start)                 \
    LIBRARY (fdisk_table_get_nents)                     \
    LIBRARY (fdisk_table_get_partition)                 \
    LIBRARY (fdisk_table_sort_partitions)               \
    LIBRARY (fdisk_unref_table)                         \
    LIBRARY (fdisk_new_unknown_parttype)                \
    LIBRARY (fdisk_unref_parttype)                      \
    LIBRARY (fdisk_parttype_get_code)                   \
    LIBRARY (fdisk_parttype_get_name)                   \
    LIBRARY (fdisk_parttype_get_string)                 \
    LIBRARY (fdisk_partname)                            \
    LIBRARY (fdisk_reread_changes)                      \
    LIBRARY (fdisk_new_script)                          \
    LIBRARY (fdisk_script_read_file)                    \
    LIBRARY (fdisk_script_get_table)                    \
    LIBRARY (fdisk_apply_script)                        \
    LIBRARY (fdisk_unref_script)

DECLARE_LIBRARY (fdisk, FDISK_FUNCTIONS)

/* The partition table of one device, while a call works on it. */
struct table {
    const struct fdisk *lib;
    struct fdisk_context *cxt;
    struct fdisk_table *partitions; /* as they are on the disk */
    const char *device;             /* the kernel's name, borrowed */
    const char *answer;             /* to what libfdisk asks, or NULL */
    char *complaint;                /* what libfdisk warned of last */
};

/* TABLE_EXPAND: to write, and to move the backup of a GPT to the end. */
enum table_access { TABLE_READ, TABLE_WRITE, TABLE_EXPAND };

/* Open a device; it need not have a table. */
int table_open_any (struct call *call, const char *device,
                    enum table_access access, struct table *ret);

/* Open a device that must have a table. */
int table_open (struct call *call, const char *device,
                enum table_access access, struct table *ret);

/* The same, but the table must be of this type. */
int table_open_type (struct call *call, const char *device,
                     enum table_access access, enum fdisk_labeltype type,
                     struct table *ret);

bool table_is_type (const struct table *t, enum fdisk_labeltype type);

/* Write the changes, and let the kernel know. */
int table_commit (struct call *call, struct table *t);

void table_close (struct table *t);

#define cleanup_table __attribute__ ((cleanup (table_close)))

/* One of the partitions, by its number, counted from 1; owned by the table.
 * NULL with call->err set if there is none.
 */
struct fdisk_partition *table_partition (struct call *call,
                                         const struct table *t, int partnum);

/* Nothing may use the disk, or that partition of it; the table is open for
 * writing.
 */
int check_disk_unused (struct call *call, const struct table *t);
int check_partition_unused (struct call *call, const struct table *t,
                            int partnum);

/* Report what a function of libfdisk has returned: -errno.  Returns -1. */
int table_failed (struct call *call, const struct table *t, int r,
                  const char *doing);

#endif /* DAEMON_FDISK_H */
