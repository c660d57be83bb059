/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the options that choose a guest do. */

#include "config.h"

#include <errno.h>

#include "guest.h"
#include "number.h"
#include "option-rows.h"

GUEST_OPTION (add)
{
    struct guest_options *o = data;

    (void) err;
    drives_add_image (&o->drives, value, o->format, o->blocksize);
    return 0;
}

GUEST_OPTION (blocksize)
{
    struct guest_options *o = data;
    int64_t size = 0;

    if (value && parse_number (value, 512, 4096, &size, err) < 0)
        return fail_context (err, "--blocksize");
    if (value && size != 512 && size != 4096)
        return fail (err, EINVAL, "--blocksize: only 512 and 4096 are "
                                  "possible");
    o->blocksize = (int) size;
    return 0;
}

GUEST_OPTION (domain)
{
    struct guest_options *o = data;

    (void) err;
    drives_add_domain (&o->drives, value);
    return 0;
}

GUEST_OPTION (key)
{
    struct guest_options *o = data;

    return selectors_add (&o->keys, value, err);
}

GUEST_OPTION (live)
{
    (void) data;
    (void) value;
    return fail (err, ENOTSUP, "--live: a running guest can't be changed "
                 "safely; shut it down first, or use --ro");
}

GUEST_OPTION (mount)
{
    struct guest_options *o = data;

    return mounts_add (&o->mounts, value, err);
}

#define SETTER(name, assignment)                                        \
    OPTION_SETTER (guest_option_##name, struct guest_options, assignment)

SETTER (connect, o->connect = value)
SETTER (echo_keys, o->key_input.echo = true)
SETTER (format, o->format = value && *value ? value : NULL)
SETTER (inspector, o->inspector = true)
SETTER (keys_from_stdin, o->key_input.from_stdin = true)
SETTER (network, o->network = true)
SETTER (no_sync, o->no_sync = true)
SETTER (nothing, )
SETTER (ro, o->read_only = true)
SETTER (rw, o->read_only = false)
SETTER (trace, o->trace = true)
SETTER (verbose, o->verbose = true)
