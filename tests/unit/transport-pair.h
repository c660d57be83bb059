/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For the tests of transports: both ends of one, of any kind, in one
 * process.
 */
#ifndef TEST_TRANSPORT_PAIR_H
#define TEST_TRANSPORT_PAIR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cleanup.h"
#include "error.h"
#include "memory.h"
#include "ring.h"
#include "transport.h"

/* Last: it has a macro named fail. */
#include <cmocka.h>

#define MIB (1 << 20)

struct pair {
    struct transport *library;
    struct transport *daemon;

    /* Of rings only: the test's own view of the memory, and duplicates of
     * the doorbell's ends.
     */
    char *memory;
    int library_bell;
    int daemon_bell;
};

#define PAIR_EMPTY ((struct pair) { .library_bell = -1, .daemon_bell = -1 })

struct kind {
    const char *name;
    void (*make) (struct pair *p);
};

extern const struct kind socket_kind;
extern const struct kind ring_kind;

/* What the calls of a test fail with. */
extern struct error err;

struct pair pair_new (const struct kind *kind);
void pair_free (struct pair *p);

#define cleanup_pair __attribute__ ((__cleanup__ (pair_free)))

/* One end goes, as if its process had ended: t is a member of p. */
void drop (struct pair *p, struct transport **t);

/* What a ring transport is made of. */
int new_memfd (void);
char *map (int memfd);
void make_socketpair (int fds[2]);

/* Calls that have to work. */
void send_all (struct transport *t, const void *bytes, size_t size);
void expect (struct transport *t, const char *text);

/* Write until nothing more goes in; returns how much did. */
size_t fill (struct transport *t);

/* As a caller with other descriptors does, here without any.  Returns
 * false when the time was up.
 */
bool poll_transport (struct transport *t, int want, int timeout);

/* The error is this one; it is cleared. */
void assert_failed (int errnum, const char *message);

/* Around each test: it leaves no descriptor open. */
int setup (void **state);
int teardown (void **state);

/* One row of a table of tests. */
#define TEST(f, kind)                                                      \
    { #f " (" #kind ")", f, setup, teardown, (void *) &kind##_kind }

#endif /* TEST_TRANSPORT_PAIR_H */
