/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parameters for QEMU that a program adds (guestfs_config). */
#ifndef LIB_QEMU_PARAMETERS_H
#define LIB_QEMU_PARAMETERS_H

#include "error.h"

/* May it be added?  value: NULL if it has none.  EINVAL says why not. */
int qemu_parameter_check (const char *parameter, const char *value,
                          struct error *err);

#endif /* LIB_QEMU_PARAMETERS_H */
