/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LVM without its program: commands of lvm(8) through liblvm2cmd, since
 * starting lvm takes a tenth of a second in User Mode Linux.
 *
 * LVM gets a configuration of its own: it looks at block devices that the
 * kernel lists and at nothing else, talks to no other daemon, keeps no
 * files outside /run, and makes its device nodes itself.
 */
#ifndef DAEMON_LVM_LIBRARY_H
#define DAEMON_LVM_LIBRARY_H

#include "error.h"
#include "string-list.h"

/* Run a command: its name and arguments, with a NULL after them.  What it
 * says on failure becomes the error message.
 */
int lvm_run (struct error *err, const char *command, ...)
    __attribute__ ((sentinel));
int lvm_run_list (const struct strings *argv, struct error *err);

/* The rows that a report command (lvs, vgs, pvs) prints. */
struct lvm_report {
    struct strings values; /* row after row */
    size_t columns;
    size_t rows;
};

#define LVM_REPORT_NONE ((struct lvm_report) { .columns = 0 })

/* columns: names of lvmreport(7), separated by commas.  Sizes are in bytes.
 * After them further arguments, with a NULL at the end.
 */
int lvm_report (struct lvm_report *ret, struct error *err,
                const char *command, const char *columns, ...)
    __attribute__ ((sentinel));

/* The same, with the whole command in argv; what could be reported is in
 * *ret even if LVM then failed, say for one volume group of several.
 */
int lvm_report_partial (struct lvm_report *ret, const struct strings *argv,
                        const char *columns, struct error *err);

const char *lvm_report_value (const struct lvm_report *report, size_t row,
                              size_t column);
void lvm_report_free (struct lvm_report *report);

#define cleanup_lvm_report __attribute__ ((cleanup (lvm_report_free)))

/* A name that LVM takes for a volume or a group; what it is said to be is
 * for the error message.
 */
int lvm_check_name (const char *what, const char *name, struct error *err);

/* From now on LVM sees these devices alone; NULL: all of them. */
void lvm_set_devices (char *const *devices);

#endif /* DAEMON_LVM_LIBRARY_H */
