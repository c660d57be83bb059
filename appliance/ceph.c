/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestfs-ceph.so: gives up servers that have gone, and keeps quiet.  Ceph's
 * client waits for its servers for ever, or for five minutes, and who reads
 * from the disk waits; and what it logs may contain the key.  Loaded into QEMU
 * (LD_PRELOAD), this sets limits where Ceph's configuration has none, and ends
 * the process when one was reached: who is connected to it gets an error
 * then, as from a disk that is broken.
 */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "next.h"

#define EXPORT __attribute__ ((visibility ("default")))

/* rados/librados.h, rbd/librbd.h */
typedef void *rados_t;
typedef void *rbd_completion_t;
EXPORT int rados_connect (rados_t cluster);
EXPORT ssize_t rbd_aio_get_return_value (rbd_completion_t completion);

struct setting {
    const char *name;
    const char *only_for; /* the default, which it replaces; NULL: always set */
    const char *value;
};

/* Times are in seconds, 0 for ever.  A cluster needs 20 and more to notice
 * that a machine with data has gone, and to go on with another.
 */
static const struct setting settings[] = {
    { "client_mount_timeout", "300", "15" },
    { "rados_mon_op_timeout", "0", "60" },
    { "rados_osd_op_timeout", "0", "60" },
    { "log_to_stderr", NULL, "false" },
    { "err_to_stderr", NULL, "false" },
    { "log_file", NULL, "" },
    { "admin_socket", NULL, "" },
};

int
rados_connect (rados_t cluster)
{
    const void *caller = __builtin_return_address (0);
    int (*get) (rados_t, const char *, char *, size_t);
    int (*set) (rados_t, const char *, const char *);
    int (*next) (rados_t);

    *(void **) &get = next_function (caller, "rados_conf_get");
    *(void **) &set = next_function (caller, "rados_conf_set");
    *(void **) &next = next_function (caller, "rados_connect");
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        const struct setting *s = &settings[i];
        char value[32];

        if (!s->only_for
            || (get (cluster, s->name, value, sizeof value) == 0
                && strcmp (value, s->only_for) == 0))
            set (cluster, s->name, s->value);
    }
    return next (cluster);
}

/* Each request by itself would wait as long. */
ssize_t
rbd_aio_get_return_value (rbd_completion_t completion)
{
    static const char message[] = "Ceph: the servers have gone\n";
    static void *_Atomic found; /* it is called in several threads */
    ssize_t (*next) (rbd_completion_t);
    ssize_t r;

    if (!found)
        found = next_function (__builtin_return_address (0),
                               "rbd_aio_get_return_value");
    *(void **) &next = found;
    r = next (completion);
    if (r == -ETIMEDOUT) {
        if (write (STDERR_FILENO, message, strlen (message)) < 0)
            abort ();
        _exit (EXIT_FAILURE);
    }
    return r;
}
