/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the integration tests have in common. */
#ifndef TESTS_INTEGRATION_SUPPORT_H
#define TESTS_INTEGRATION_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>

#include <cmocka.h>

#include "guestfs.h"

#define MIB INT64_C (1048576)

/* A handle that says nothing when calls fail. */
guestfs_h *quiet_handle (void);

/* The same, launched, with a scratch drive of this size in MiB. */
guestfs_h *launched_handle (int64_t size);

/* The same, and the drive has an ext4 that is mounted on /. */
guestfs_h *mounted_handle (int64_t size);

/* Shut down, which must not fail, and close. */
void finish (guestfs_h *g);

/* The call before failed like this. */
void assert_error (guestfs_h *g, int errnum, const char *part);

/* How many descriptors this process has open. */
size_t count_descriptors (void);

/* This process has no children, not even dead ones. */
void assert_no_children (void);

pid_t parent_of (pid_t pid);

/* The process has gone, or does within a few seconds. */
void assert_ends (pid_t pid);

void sleep_ms (int ms);

#endif /* TESTS_INTEGRATION_SUPPORT_H */
