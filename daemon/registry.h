/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registries of Windows (libhivex). */
#ifndef DAEMON_REGISTRY_H
#define DAEMON_REGISTRY_H

#include <hivex.h>

#include "library.h"

#define HIVEX_FUNCTIONS(LIBRARY)        \
    LIBRARY (hivex_open)                \
    LIBRARY (hivex_close)               \
    LIBRARY (hivex_root)                \
    LIBRARY (hivex_node_get_child)      \
    LIBRARY (hivex_node_get_value)      \
    LIBRARY (hivex_node_nr_children)    \
    LIBRARY (hivex_node_values)         \
    LIBRARY (hivex_value_dword)         \
    LIBRARY (hivex_value_key)           \
    LIBRARY (hivex_value_string)        \
    LIBRARY (hivex_value_type)          \
    LIBRARY (hivex_value_value)

DECLARE_LIBRARY (hivex, HIVEX_FUNCTIONS)

#endif /* DAEMON_REGISTRY_H */
