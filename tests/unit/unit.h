/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every unit test includes first. */
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* cmocka's macro has the name of our function. */
#undef fail

#include "memory.h"

_Noreturn void
out_of_memory (void)
{
    abort ();
}

#endif /* TESTS_UNIT_UNIT_H */
