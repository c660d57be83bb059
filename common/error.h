/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one error object of all layers.  A failure is reported once, where
 * its reason is known, and returned in the same statement:
 *
 *     return fail (err, errno, "%s: %m", path);
 *
 * Whoever calls a function that failed propagates and adds nothing,
 * unless fail_context () makes the message clearer.
 */
#ifndef COMMON_ERROR_H
#define COMMON_ERROR_H

struct error {
    int errnum;    /* 0 = no errno is known */
    char *message; /* NULL = no error was reported */
};

/* Set *err, which a former message is freed of.  "%m" in the format
 * stands for the text of errnum.  Returns -1.
 */
int fail (struct error *err, int errnum, const char *fmt, ...)
    __attribute__ ((format (printf, 3, 4)));

/* The same for functions that return a pointer. */
#define fail_null(...) (fail (__VA_ARGS__), NULL)

/* Put "context: " before the message that is set already.  Returns -1. */
int fail_context (struct error *err, const char *fmt, ...)
    __attribute__ ((format (printf, 2, 3)));

/* Hand an error on: *to becomes *from, and *from becomes empty. */
void error_move (struct error *to, struct error *from);

void error_clear (struct error *err);

#define cleanup_error __attribute__ ((cleanup (error_clear)))

/* The name of an errno ("ENOENT"), as it crosses the wire.
 * "EINVAL" for a number that has no name.
 */
const char *errno_to_name (int errnum);

/* The number of that name on this machine; EINVAL for an unknown one. */
int errno_from_name (const char *name);

#endif /* COMMON_ERROR_H */
