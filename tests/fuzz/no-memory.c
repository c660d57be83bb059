/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running out of memory, for targets without the library, which has its own
 * way.
 */

#include "config.h"

#include <stdlib.h>

#include "memory.h"

void
out_of_memory (void)
{
    abort ();
}
