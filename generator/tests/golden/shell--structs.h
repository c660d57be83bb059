/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The structs of the API, field by field. */
#ifndef SHELL_STRUCTS_H
#define SHELL_STRUCTS_H

#include "print.h"

extern const struct field point_fields[];

#endif /* SHELL_STRUCTS_H */
