/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plain settings of a handle: setting and reading them. */

#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "appliance.h"
#include "impl.h"
#include "launch.h"

static void
set_string (char **setting, const char *value)
{
    char *copy = value ? xstrdup (value) : NULL;

    free (*setting);
    *setting = copy;
}

#define BOOLEAN_SETTING(name)                           \
    int                                                 \
    impl_set_##name (guestfs_h *g, int value)           \
    {                                                   \
        g->name = value != 0;                           \
        return 0;                                       \
    }                                                   \
                                                        \
    int                                                 \
    impl_get_##name (guestfs_h *g)                      \
    {                                                   \
        return g->name;                                 \
    }

BOOLEAN_SETTING (autosync)
BOOLEAN_SETTING (verbose)
BOOLEAN_SETTING (trace)
BOOLEAN_SETTING (direct)
BOOLEAN_SETTING (recovery_proc)
BOOLEAN_SETTING (network)
BOOLEAN_SETTING (selinux)
BOOLEAN_SETTING (pgroup)

int
impl_set_path (guestfs_h *g, const char *searchpath)
{
    set_string (&g->path, searchpath ? searchpath : LIBGUESTFS_DEFAULT_PATH);
    return 0;
}

const char *
impl_get_path (guestfs_h *g)
{
    return g->path;
}

int
impl_set_append (guestfs_h *g, const char *append)
{
    set_string (&g->append, append);
    return 0;
}

const char *
impl_get_append (guestfs_h *g)
{
    return g->append;
}

int
impl_set_program (guestfs_h *g, const char *program)
{
    set_string (&g->program, program);
    return 0;
}

const char *
impl_get_program (guestfs_h *g)
{
    return g->program;
}

int
impl_set_identifier (guestfs_h *g, const char *identifier)
{
    if (identifier[strspn (identifier, "abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789_-")])
        return fail (&g->error, EINVAL, "'%s': an identifier has letters, "
                     "digits, '_' and '-' only", identifier);
    set_string (&g->identifier, identifier);
    return 0;
}

const char *
impl_get_identifier (guestfs_h *g)
{
    return g->identifier;
}

/* In MiB.  User Mode Linux does not start with less than this. */
#define MIN_MEMSIZE 64

int
impl_set_memsize (guestfs_h *g, int memsize)
{
    if (memsize < MIN_MEMSIZE)
        return fail (&g->error, EINVAL, "%d MiB: the appliance needs at "
                     "least %d MiB", memsize, MIN_MEMSIZE);
    g->memsize = memsize;
    return 0;
}

int
impl_get_memsize (guestfs_h *g)
{
    return g->memsize;
}

#define MAX_SMP 255

int
impl_set_smp (guestfs_h *g, int smp)
{
    if (smp < 1 || smp > MAX_SMP)
        return fail (&g->error, EINVAL, "%d virtual CPUs: 1 to %d are "
                     "possible", smp, MAX_SMP);
    g->smp = smp;
    return 0;
}

int
impl_get_smp (guestfs_h *g)
{
    return g->smp;
}

int
impl_get_state (guestfs_h *g)
{
    return g->state;
}

int
impl_is_config (guestfs_h *g)
{
    return g->state == STATE_CONFIG;
}

int
impl_is_launching (guestfs_h *g)
{
    return g->state == STATE_LAUNCHING;
}

int
impl_is_ready (guestfs_h *g)
{
    return g->state == STATE_READY;
}

int
impl_is_busy (guestfs_h *g)
{
    return g->state == STATE_BUSY;
}

struct guestfs_version *
impl_version (guestfs_h *g)
{
    struct guestfs_version *v = xmalloc (sizeof *v);

    (void) g;
    *v = (struct guestfs_version) {
        .major = GUESTFS_VERSION_MAJOR,
        .minor = GUESTFS_VERSION_MINOR,
        .release = GUESTFS_VERSION_RELEASE,
        .extra = xstrdup (GUESTFS_VERSION_EXTRA),
    };
    return v;
}

int64_t
impl_c_pointer (guestfs_h *g)
{
    return (int64_t) (intptr_t) g;
}

/* From a signal handler or another thread: nothing but this. */
int
impl_user_cancel (guestfs_h *g)
{
    const uint64_t one = 1;
    int saved = errno; /* the interrupted program's */
    int r = 0;

    g->user_cancel = 1;
    g->run_cancel = 1;
    /* If the counter is full, who waits wakes up anyway. */
    if (write (g->cancel_fd, &one, sizeof one) < 0 && errno != EAGAIN)
        r = -1;
    errno = saved;
    return r;
}
