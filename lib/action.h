/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every public call does around its work: take the handle's lock,
 * trace, and report a failure.  The generated actions.c uses nothing else.
 */
#ifndef LIB_ACTION_H
#define LIB_ACTION_H

#include <stdarg.h>
#include <stdio.h>

#include "handle.h"

struct action {
    guestfs_h *g;
    const char *name;
    guestfs_h *memory_handle; /* of this thread before the call */
    struct error outer_error; /* of a call that this one is inside of */
    bool traced;              /* the call and its result, or neither */
    FILE *trace;              /* the line so far, or NULL: no tracing */
    char *trace_text;
    size_t trace_size;
};

void action_begin (struct action *action, guestfs_h *g, const char *name);

/* The call has ended; it has failed if g->error is set. */
void action_end (struct action *action);

/* Refuse NULL where there must be a value. */
int action_needs (struct action *action, const char *arg_name,
                  const void *value);

/* Refuse the call while the appliance runs. */
int action_needs_config (struct action *action);

/* Refuse option numbers that are not known. */
int action_knows_options (struct action *action, uint64_t bitmask,
                          uint64_t known);
int action_unknown_option (struct action *action, int number);

/* The trace line: the arguments one by one, then trace_call; after the
 * work the result.  All do nothing while not tracing.  name is NULL for
 * what is no optional argument.
 */
void trace_string (struct action *action, const char *name, const char *s);
void trace_secret (struct action *action, const char *name);
void trace_buffer (struct action *action, const char *buf, size_t size);
void trace_strings (struct action *action, const char *name,
                    char *const *strings);
void trace_int (struct action *action, const char *name, int64_t i);
void trace_bool (struct action *action, const char *name, int b);
void trace_pointer (struct action *action, const void *p);
void trace_call (struct action *action);

void trace_result_int (struct action *action, int64_t r);
void trace_result_string (struct action *action, const char *r);
void trace_result_strings (struct action *action, char *const *r);
void trace_result_buffer (struct action *action, const char *r, size_t size);
void trace_result_struct (struct action *action, const char *type,
                          const void *r);

#endif /* LIB_ACTION_H */
