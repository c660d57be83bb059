/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The braces of shell patterns: "a{b,c}" stands for "ab" and "ac". */
#ifndef DAEMON_BRACE_H
#define DAEMON_BRACE_H

#include "error.h"
#include "string-list.h"

/* All that a pattern stands for.  Braces may be nested; "{}", braces behind
 * a backslash and those without a partner stand for themselves.  E2BIG if
 * it is for too much.
 */
int brace_expand (const char *pattern, struct strings *ret,
                  struct error *err);

#endif /* DAEMON_BRACE_H */
