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
    (void) data;
    return fail (err, ENOTSUP, "-d %s: asking libvirt is not implemented yet; "
                 "add the domain's disks with -a", value);
}

GUEST_OPTION (inspector)
{
    (void) data;
    (void) value;
    return fail (err, ENOTSUP, "-i: inspection is not implemented yet; mount "
                 "the file systems with -m (list-filesystems shows them)");
}

GUEST_OPTION (key)
{
    (void) data;
    (void) value;
    return fail (err, ENOTSUP, "--key: keys are for -i, which is not "
                 "implemented yet; cryptsetup-open asks for a key");
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

/* Options that only set something. */
#define SETTER(name, assignment)                \
    GUEST_OPTION (name)                         \
    {                                           \
        struct guest_options *o = data;         \
                                                \
        (void) o;                               \
        (void) value;                           \
        (void) err;                             \
        assignment;                             \
        return 0;                               \
    }

SETTER (connect, ) /* matters for -d only */
SETTER (echo_keys, o->key_input.echo = true)
SETTER (format, o->format = value && *value ? value : NULL)
SETTER (keys_from_stdin, o->key_input.from_stdin = true)
SETTER (network, o->network = true)
SETTER (nothing, )
SETTER (ro, o->read_only = true)
SETTER (rw, o->read_only = false)
SETTER (trace, o->trace = true)
SETTER (verbose, o->verbose = true)
