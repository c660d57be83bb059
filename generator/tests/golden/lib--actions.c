/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public calls: what each does around its work, which impl_* does. */

#include "config.h"

#include "action.h"
#include "impl.h"

int
guestfs_fetch (guestfs_h *g, const char *path, const char *target)
{
    struct action action;
    int r = -1;

    action_begin (&action, g, "fetch");
    trace_string (&action, NULL, path);
    trace_string (&action, NULL, target);
    trace_call (&action);
    if (!(action_needs (&action, "path", path) < 0
        || action_needs (&action, "target", target) < 0))
        r = impl_fetch (g, path, target);
    trace_result_int (&action, r);
    action_end (&action);
    return r;
}

char *
guestfs_later (guestfs_h *g, const char *path, size_t *size_r)
{
    struct action action;
    char *r = NULL;

    action_begin (&action, g, "later");
    trace_string (&action, NULL, path);
    trace_call (&action);
    if (!(action_needs (&action, "path", path) < 0
        || action_needs (&action, "size_r", size_r) < 0))
        r = impl_later (g, path, size_r);
    trace_result_buffer (&action, r, r ? *size_r : 0);
    action_end (&action);
    return r;
}

int
guestfs_mkdisk_opts_argv (guestfs_h *g, const char *kind,
                          const struct guestfs_mkdisk_opts_argv *optargs)
{
    struct guestfs_mkdisk_opts_argv opts = { .bitmask = optargs ? optargs->bitmask : 0 };
    struct action action;
    int r = -1;

    if (opts.bitmask & GUESTFS_MKDISK_OPTS_SIZE_BITMASK)
        opts.size = optargs->size;
    action_begin (&action, g, "mkdisk");
    trace_string (&action, NULL, kind);
    if (opts.bitmask & GUESTFS_MKDISK_OPTS_SIZE_BITMASK)
        trace_int (&action, "size", opts.size);
    trace_call (&action);
    if (!(action_knows_options (&action, opts.bitmask,
                                (UINT64_C (1) << 1) - 1) < 0
        || action_needs (&action, "kind", kind) < 0
))
        r = impl_mkdisk (g, kind, &opts);
    trace_result_int (&action, r);
    action_end (&action);
    return r;
}

int
guestfs_mkdisk_opts_va (guestfs_h *g, const char *kind, va_list args)
{
    struct guestfs_mkdisk_opts_argv opts = { .bitmask = 0 };
    int option;

    while ((option = va_arg (args, int)) != -1) {
        switch (option) {
        case GUESTFS_MKDISK_OPTS_SIZE:
            opts.size = va_arg (args, int);
            break;
        default: {
            struct action action;

            action_begin (&action, g, "mkdisk");
            action_unknown_option (&action, option);
            action_end (&action);
            return -1;
        }
        }
        opts.bitmask |= UINT64_C (1) << option;
    }
    return guestfs_mkdisk_opts_argv (g, kind, &opts);
}

int
guestfs_mkdisk_opts (guestfs_h *g, const char *kind, ...)
{
    va_list args;
    int r;

    va_start (args, kind);
    r = guestfs_mkdisk_opts_va (g, kind, args);
    va_end (args);
    return r;
}

int
guestfs_mkdisk (guestfs_h *g, const char *kind)
{
    return guestfs_mkdisk_opts_argv (g, kind, NULL);
}

char **
guestfs_names (guestfs_h *g, const char *content, size_t content_size)
{
    struct action action;
    char **r = NULL;

    action_begin (&action, g, "names");
    trace_buffer (&action, content, content_size);
    trace_call (&action);
    if (!(action_needs (&action, "content", content) < 0))
        r = impl_names (g, content, content_size);
    trace_result_strings (&action, r);
    action_end (&action);
    return r;
}

int
guestfs_open_all (guestfs_h *g, const char *s, const char *p, const char *d,
                  const char *m, const char *dp, const char *mp,
                  const char *f, const char *u, const char *k, const char *o,
                  const char *b, size_t b_size, int flag, int i, int64_t j,
                  char *const *list, char *const *devices)
{
    struct action action;
    int r = -1;

    action_begin (&action, g, "open_all");
    trace_string (&action, NULL, s);
    trace_string (&action, NULL, p);
    trace_string (&action, NULL, d);
    trace_string (&action, NULL, m);
    trace_string (&action, NULL, dp);
    trace_string (&action, NULL, mp);
    trace_string (&action, NULL, f);
    trace_string (&action, NULL, u);
    trace_secret (&action, NULL);
    trace_string (&action, NULL, o);
    trace_buffer (&action, b, b_size);
    trace_bool (&action, NULL, flag);
    trace_int (&action, NULL, i);
    trace_int (&action, NULL, j);
    trace_strings (&action, NULL, list);
    trace_strings (&action, NULL, devices);
    trace_call (&action);
    if (!(action_needs (&action, "s", s) < 0
        || action_needs (&action, "p", p) < 0
        || action_needs (&action, "d", d) < 0
        || action_needs (&action, "m", m) < 0
        || action_needs (&action, "dp", dp) < 0
        || action_needs (&action, "mp", mp) < 0
        || action_needs (&action, "f", f) < 0
        || action_needs (&action, "u", u) < 0
        || action_needs (&action, "k", k) < 0
        || action_needs (&action, "b", b) < 0
        || action_needs (&action, "list", list) < 0
        || action_needs (&action, "devices", devices) < 0))
        r = impl_open_all (g, s, p, d, m, dp, mp, f, u, k, o, b, b_size, flag, i, j, list, devices);
    trace_result_int (&action, r);
    action_end (&action);
    return r;
}

int
guestfs_ping (guestfs_h *g)
{
    struct action action;
    int r = -1;

    action_begin (&action, g, "ping");
    trace_call (&action);
    r = impl_ping (g);
    trace_result_int (&action, r);
    action_end (&action);
    return r;
}

struct guestfs_point_list *
guestfs_points (guestfs_h *g)
{
    struct action action;
    struct guestfs_point_list *r = NULL;

    action_begin (&action, g, "points");
    trace_call (&action);
    r = impl_points (g);
    trace_result_struct (&action, "point_list", r);
    action_end (&action);
    return r;
}

int
guestfs_send (guestfs_h *g, const char *source, const char *path)
{
    struct action action;
    int r = -1;

    action_begin (&action, g, "send");
    trace_string (&action, NULL, source);
    trace_string (&action, NULL, path);
    trace_call (&action);
    if (!(action_needs (&action, "source", source) < 0
        || action_needs (&action, "path", path) < 0))
        r = impl_send (g, source, path);
    trace_result_int (&action, r);
    action_end (&action);
    return r;
}

const char *
guestfs_setting (guestfs_h *g)
{
    struct action action;
    const char *r = NULL;

    action_begin (&action, g, "setting");
    trace_call (&action);
    r = impl_setting (g);
    trace_result_string (&action, r);
    action_end (&action);
    return r;
}

int
guestfs_tune_argv (guestfs_h *g, const char *device,
                   const struct guestfs_tune_argv *optargs)
{
    struct guestfs_tune_argv opts = { .bitmask = optargs ? optargs->bitmask : 0 };
    struct action action;
    int r = -1;

    if (opts.bitmask & GUESTFS_TUNE_QUICK_BITMASK)
        opts.quick = optargs->quick;
    if (opts.bitmask & GUESTFS_TUNE_LEVEL_BITMASK)
        opts.level = optargs->level;
    if (opts.bitmask & GUESTFS_TUNE_SIZE_BITMASK)
        opts.size = optargs->size;
    if (opts.bitmask & GUESTFS_TUNE_LABEL_BITMASK)
        opts.label = optargs->label;
    if (opts.bitmask & GUESTFS_TUNE_NAMES_BITMASK)
        opts.names = optargs->names;
    action_begin (&action, g, "tune");
    trace_string (&action, NULL, device);
    if (opts.bitmask & GUESTFS_TUNE_QUICK_BITMASK)
        trace_bool (&action, "quick", opts.quick);
    if (opts.bitmask & GUESTFS_TUNE_LEVEL_BITMASK)
        trace_int (&action, "level", opts.level);
    if (opts.bitmask & GUESTFS_TUNE_SIZE_BITMASK)
        trace_int (&action, "size", opts.size);
    if (opts.bitmask & GUESTFS_TUNE_LABEL_BITMASK)
        trace_string (&action, "label", opts.label);
    if (opts.bitmask & GUESTFS_TUNE_NAMES_BITMASK)
        trace_strings (&action, "names", opts.names);
    trace_call (&action);
    if (!(action_knows_options (&action, opts.bitmask,
                                (UINT64_C (1) << 5) - 1) < 0
        || action_needs (&action, "device", device) < 0
        || (opts.bitmask & GUESTFS_TUNE_LABEL_BITMASK
            && action_needs (&action, "label", opts.label) < 0)
        || (opts.bitmask & GUESTFS_TUNE_NAMES_BITMASK
            && action_needs (&action, "names", opts.names) < 0)
))
        r = impl_tune (g, device, &opts);
    trace_result_int (&action, r);
    action_end (&action);
    return r;
}

int
guestfs_tune_va (guestfs_h *g, const char *device, va_list args)
{
    struct guestfs_tune_argv opts = { .bitmask = 0 };
    int option;

    while ((option = va_arg (args, int)) != -1) {
        switch (option) {
        case GUESTFS_TUNE_QUICK:
            opts.quick = va_arg (args, int);
            break;
        case GUESTFS_TUNE_LEVEL:
            opts.level = va_arg (args, int);
            break;
        case GUESTFS_TUNE_SIZE:
            opts.size = va_arg (args, int64_t);
            break;
        case GUESTFS_TUNE_LABEL:
            opts.label = va_arg (args, const char *);
            break;
        case GUESTFS_TUNE_NAMES:
            opts.names = va_arg (args, char *const *);
            break;
        default: {
            struct action action;

            action_begin (&action, g, "tune");
            action_unknown_option (&action, option);
            action_end (&action);
            return -1;
        }
        }
        opts.bitmask |= UINT64_C (1) << option;
    }
    return guestfs_tune_argv (g, device, &opts);
}

int
guestfs_tune (guestfs_h *g, const char *device, ...)
{
    va_list args;
    int r;

    va_start (args, device);
    r = guestfs_tune_va (g, device, args);
    va_end (args);
    return r;
}

