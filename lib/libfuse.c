/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loading libfuse, and what it says. */

#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "libfuse.h"
#include "memory.h"
#include "string-list.h"

DEFINE_LIBRARY (libfuse, "libfuse3.so.3", LIBFUSE_FUNCTIONS)

static _Thread_local bool listening;
static _Thread_local struct strings said;

/* What other threads are told goes where it would have gone. */
static void
keep (enum fuse_log_level level, const char *format, va_list ap)
{
    char *text;

    (void) level;
    if (!listening) {
        vfprintf (stderr, format, ap);
        return;
    }
    if (vasprintf (&text, format, ap) < 0)
        return;
    text[strcspn (text, "\n")] = '\0';
    strings_add (&said, text);
    free (text);
}

/* There is one such function for a process, which stays. */
void
libfuse_listen (const struct libfuse *fuse)
{
    listening = true;
    fuse->fuse_set_log_func (keep);
}

char *
libfuse_heard (void)
{
    char *text = NULL;

    listening = false;
    if (said.count > 0)
        text = strings_join (&said, "; ");
    strings_free (&said);
    said = STRINGS_EMPTY;
    return text;
}

void
libfuse_args (const struct libfuse *fuse, const char *options,
              struct fuse_args *ret)
{
    *ret = (struct fuse_args) { 0 };
    fuse->fuse_opt_add_arg (ret, "guestfs");
    if (*options) {
        fuse->fuse_opt_add_arg (ret, "-o");
        fuse->fuse_opt_add_arg (ret, options);
    }
}
