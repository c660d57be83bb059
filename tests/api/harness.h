/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running the tests that stand beside the calls' descriptions. */
#ifndef TESTS_API_HARNESS_H
#define TESTS_API_HARNESS_H

#include <stdbool.h>

#include "guestfs.h"
#include "string-list.h"

struct test {
    const char *name;    /* "mkfs 1" */
    const char *subject; /* "mkfs" */
    const char *start;   /* a row of the table in start.c */
    const char *needs;   /* an optional group, or "" */
    bool needs_devices;  /* it is about more than files */
    bool host_tools;     /* it looks around in User Mode Linux */
    void (*run) (struct test *t, guestfs_h *g);
    /* While it runs: */
    bool failed;
    const char *directory; /* of the test alone: $TMP */
};

/* All of them, from the description; run is NULL at the end. */
extern struct test api_tests[];

/* Do the tests run on the back end "process", the daemon as an ordinary
 * process?  Then only those about files can, in a folder of their own.
 */
bool in_process (void);

/* Or on "direct", in QEMU?  The appliance then has what the daemon needs,
 * and no more.
 */
bool in_qemu (void);

/* Bring a new handle into the state that a test starts from. */
int start_state (guestfs_h *g, const char *name);

/* The text with $TMP and $DATA replaced; good until the test has ended. */
char *expand (struct test *t, const char *text);

/* A step should have succeeded, and its result is what was expected.  The
 * result comes as a list of strings, which is freed.
 */
void check_success (struct test *t, guestfs_h *g, bool failed,
                    const char *line);
void check_result (struct test *t, const char *line, const char *operator,
                   struct strings *take_result, const char *const *expected);

/* A step should have failed so. */
void check_failure (struct test *t, guestfs_h *g, bool failed,
                    const char *line, const char *errno_name,
                    const char *regex);

/* Results as strings. */
void add_buffer (struct strings *result, const char *buffer, size_t size);
void add_array (struct strings *result, char *const *array);
void add_hash (struct strings *result, char *const *hash, const char *key);

#endif /* TESTS_API_HARNESS_H */
