/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Allocation that does not fail: when memory runs out,
 * out_of_memory () is called, which every program or library that uses
 * this layer defines once (the daemon and the tools abort, the library
 * calls the handle's handler first).
 */
#ifndef COMMON_MEMORY_H
#define COMMON_MEMORY_H

#include <stddef.h>

_Noreturn void out_of_memory (void);

void *xmalloc (size_t size) __attribute__ ((malloc));
void *xcalloc (size_t count, size_t size) __attribute__ ((malloc));
void *xreallocarray (void *take_p, size_t count, size_t size);
char *xstrdup (const char *s) __attribute__ ((malloc));
char *xstrndup (const char *s, size_t n) __attribute__ ((malloc));
void *xmemdup (const void *p, size_t n) __attribute__ ((malloc));
char *xasprintf (const char *fmt, ...)
    __attribute__ ((malloc, format (printf, 1, 2)));

#endif /* COMMON_MEMORY_H */
