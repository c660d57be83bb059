/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For libraries that are loaded into QEMU (LD_PRELOAD): the function that
 * stands behind one of theirs.
 */

#ifndef NEXT_H
#define NEXT_H

/* What caller, an address in one of QEMU's modules or in a library, would
 * have called: those are not in the scope that RTLD_NEXT looks into.
 */
void *next_function (const void *caller, const char *name);

#endif
