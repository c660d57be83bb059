/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzz target: the environment's settings, one in each line of the input. */

#include "config.h"

#include "fuzz.h"
#include "handle.h"
#include "string-list.h"

static void
ignore (guestfs_h *g, void *opaque, uint64_t event, int event_handle,
        int flags, const char *buf, size_t buf_len, const uint64_t *array,
        size_t array_len)
{
    (void) g, (void) opaque, (void) event, (void) event_handle, (void) flags,
        (void) buf, (void) buf_len, (void) array, (void) array_len;
}

/* What a handle can have, whoever set it. */
static void
check_handle (guestfs_h *g)
{
    cleanup_string_array char **settings = guestfs_get_backend_settings (g);
    cleanup_free char *backend = guestfs_get_backend (g);

    check (settings && backend);
    check (guestfs_get_memsize (g) > 0 && guestfs_get_smp (g) > 0);
    check (guestfs_get_path (g));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    cleanup_free char *text = xstrndup ((const char *) data, size);
    cleanup_string_array char **environment = string_split (text, '\n');
    guestfs_h *g = guestfs_create_flags (GUESTFS_CREATE_NO_ENVIRONMENT
                                         | GUESTFS_CREATE_NO_CLOSE_ON_EXIT);
    int r;

    check (g);
    guestfs_set_error_handler (g, NULL, NULL);
    guestfs_set_event_callback (g, ignore, GUESTFS_EVENT_ALL, 0, NULL);
    r = guestfs_parse_environment_list (g, environment);
    check ((r < 0) == (guestfs_last_error (g) != NULL));
    check_handle (g);
    guestfs_close (g);
    return 0;
}
