/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: what follows guestfish's option -a. */

#include "config.h"

#include "cleanup.h"
#include "fuzz.h"
#include "memory.h"
#include "uri.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    cleanup_free char *text = xstrndup ((const char *) data, size);
    cleanup_uri struct uri uri = { 0 };
    cleanup_error struct error err = { 0 };
    struct guestfs_add_drive_opts_argv opts = { .bitmask = 0 };

    if (uri_parse (text, &uri, &err) < 0) {
        check (err.message != NULL);
        return 0;
    }
    check (!err.message && uri.path && strlen (uri.path) <= strlen (text));
    check (uri.protocol || (!uri.server[0] && !uri.username && !uri.secret));
    check (!uri.server[1]);
    uri_options (&uri, &opts);
    return 0;
}
