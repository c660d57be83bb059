/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tests that stand beside the calls' descriptions. */

#include "config.h"

#include <stdlib.h>

#include "harness.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

struct test api_tests[] = {
    { .run = NULL },
};
