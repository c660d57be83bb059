/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which limit of setrlimit (2) an error may be due to. */

#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/resource.h>

#include "launch.h"
#include "memory.h"

/* The numbers count bytes, or things; ulimit (1) counts memory in KiB. */
static const struct {
    int errnum;
    int resource;
    int unit;
    const char *what;
} limits[] = {
    { EMFILE, RLIMIT_NOFILE, 1, "of open files (ulimit -n)" },
    { EAGAIN, RLIMIT_NPROC, 1, "of all processes and threads of the user "
                               "(ulimit -u)" },
    { EFBIG, RLIMIT_FSIZE, 1024, "of a file's size, in KiB (ulimit -f)" },
    { ENOMEM, RLIMIT_AS, 1024, "of a process's memory, in KiB (ulimit -v)" },
};

void
explain_limit (struct error *err)
{
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        cleanup_free char *before = NULL;
        struct rlimit limit;

        if (err->errnum != limits[i].errnum
            || getrlimit ((__rlimit_resource_t) limits[i].resource, &limit)
                   < 0
            || limit.rlim_cur == RLIM_INFINITY)
            continue;
        before = steal (&err->message);
        fail (err, err->errnum, "%s; the limit %s is %ju", before,
              limits[i].what, (uintmax_t) limit.rlim_cur
                                  / (uintmax_t) limits[i].unit);
    }
}
