/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Libraries that are loaded when a call first needs one: in User Mode Linux
 * each costs milliseconds, and most programs live without.
 *
 * A library is a struct of functions, so that using one reads like calling
 * it: `blkid->blkid_new_probe ()`.
 */
#ifndef COMMON_LIBRARY_H
#define COMMON_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

/* Load a library and look up count functions of it, unless *loaded says
 * that this was done; several threads may do this at once.  0, or -1 with
 * ENOTSUP if the host has no such library or an older one.
 */
int library_load (const char *soname, const char *const *names, size_t count,
                  void **functions, bool *loaded, struct error *err);

/* In a header, with X as a list of the functions, each in LIBRARY (...):
 *     #define BLKID_FUNCTIONS(LIBRARY) LIBRARY (blkid_new_probe) ...
 *     DECLARE_LIBRARY (blkid, BLKID_FUNCTIONS)
 * declares struct blkid and
 *     const struct blkid *load_blkid (struct error *err);
 * and DEFINE_LIBRARY in one .c file defines it.
 */
#define LIBRARY_MEMBER(function) __typeof__ (function) *function;
#define LIBRARY_NAME(function) #function,

#define DECLARE_LIBRARY(lib, FUNCTIONS)                 \
    struct lib {                                        \
        FUNCTIONS (LIBRARY_MEMBER)                      \
    };                                                  \
    const struct lib *load_##lib (struct error *err);

#define DEFINE_LIBRARY(lib, soname, FUNCTIONS)                              \
    const struct lib *load_##lib (struct error *err)                        \
    {                                                                       \
        static const char *const names[] = { FUNCTIONS (LIBRARY_NAME) };    \
        static struct lib functions;                                        \
        static bool loaded;                                                 \
                                                                            \
        if (library_load (soname, names, sizeof names / sizeof *names,      \
                          (void **) &functions, &loaded, err) < 0)          \
            return NULL;                                                    \
        return &functions;                                                  \
    }

#endif /* COMMON_LIBRARY_H */
