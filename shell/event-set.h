/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of the events. */
#ifndef SHELL_EVENT_SET_H
#define SHELL_EVENT_SET_H

#include <stdint.h>

struct event_name {
    const char *name; /* NULL at the end */
    uint64_t mask;
};

extern const struct event_name event_names[];

#endif /* SHELL_EVENT_SET_H */
