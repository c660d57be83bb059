/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many system calls by one, where the kernel has io_uring, and the host
 * liburing.  In User Mode Linux that makes small ones ten times faster.
 */
#ifndef COMMON_URING_H
#define COMMON_URING_H

#include <liburing.h>
#include <stdint.h>

/* As many can be run at once. */
#define URING_SIZE 64

struct uring;

/* NULL: there is none, or nobody may use it. */
struct uring *uring_new (void);

/* Afterwards a thread that does nothing may stay with the process. */
void uring_free (struct uring *u);

#define cleanup_uring __attribute__ ((cleanup (uring_cleanup_)))
void uring_cleanup_ (struct uring **u);

/* One more operation to run, which the caller prepares (io_uring_prep_...).
 * It is the caller who knows which kernels have it.
 */
struct io_uring_sqe *uring_add (struct uring *u);

/* Run what was added, in no order, and wait until all of it has ended.
 * results[i] is what the system call of the ith would return, or -errno.
 */
void uring_run (struct uring *u, int32_t results[URING_SIZE]);

#endif /* COMMON_URING_H */
