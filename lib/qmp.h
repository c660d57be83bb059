/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* QEMU's machine protocol: one command at a time, while the machine that it
 * is said to starts (QEMU, docs/interop/qmp-spec.txt).
 *
 * QEMU has opened the user's images by then and is not trusted: what it says
 * is checked, and limited in size and number.
 */
#ifndef LIB_QMP_H
#define LIB_QMP_H

#include "handle.h"
#include "json.h"

struct qmp {
    int fd; /* our end of a socket pair, or -1 */
    char *buffer;
    size_t size, room;
    struct strings events; /* that came while we waited for an answer */
};

#define QMP_NONE ((struct qmp) { .fd = -1 })

/* Take the greeting, and begin: when this returns, QEMU has done all that its
 * arguments say.
 */
int qmp_open (guestfs_h *g, struct qmp *q, int take_fd);

/* Say a command, whose arguments (NULL: none) are taken, and wait for the
 * answer: *ret_result, unless that is NULL.  The command's failure is
 * reported with QEMU's own words, and EIO.
 */
int qmp_command (guestfs_h *g, struct qmp *q, const char *name,
                 json_t *take_arguments, json_t **ret_result);

/* Give it a descriptor, which later commands name like this. */
int qmp_give_fd (guestfs_h *g, struct qmp *q, const char *fdname, int fd);

/* Wait until it has told of an event. */
int qmp_wait_event (guestfs_h *g, struct qmp *q, const char *name);

void qmp_close (struct qmp *q);

#define cleanup_qmp __attribute__ ((cleanup (qmp_close)))

#endif /* LIB_QMP_H */
