/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs that go on in the background: a new process does all the work, and
 * the one that was called waits until that is ready or has failed.
 */
#ifndef COMMON_BACKGROUND_H
#define COMMON_BACKGROUND_H

#include <sys/types.h>

#include "error.h"

struct background {
    pid_t pid; /* of the new process; 0 in that one */
    int pipe;
};

int background_start (struct background *ret, struct error *err);

/* In the old process: did the new one become ready?  If it did not, it has
 * said why on stderr, and *ret_status is what it exited with.
 */
int background_wait (struct background *b, int *ret_status);

/* In the new process: it is ready.  Leave stdin, stdout and stderr to the
 * caller, who may wait until nobody has them open, and tell the old process.
 * EPIPE if that is gone.
 */
int background_ready (struct background *b, struct error *err);

#endif /* COMMON_BACKGROUND_H */
