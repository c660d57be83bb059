/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The structs of the API, field by field. */

#include "config.h"

#include "guestfs.h"
#include "structs.h"

#define FIELD(s, name, kind) \
    { #name, FIELD_##kind, offsetof (struct guestfs_##s, name), 0 }
#define BUFFER_FIELD(s, name)                                           \
    { #name, FIELD_BUFFER, offsetof (struct guestfs_##s, name),         \
      offsetof (struct guestfs_##s, name##_len) }

const struct field point_fields[] = {
    FIELD (point, x, INT32),
    FIELD (point, y, UINT64),
    FIELD (point, name, STRING),
    FIELD (point, id, UUID),
    BUFFER_FIELD (point, blob),
    FIELD (point, mark, CHAR),
    FIELD (point, part, PERCENT),
    { .name = NULL },
};

