/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls that exist to test bindings. */
#ifndef LIB_TEST_CALLS_H
#define LIB_TEST_CALLS_H

#include "handle.h"

/* Close the file of internal_test_set_output, if any. */
void test_output_close (guestfs_h *g);

#endif /* LIB_TEST_CALLS_H */
