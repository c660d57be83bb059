/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls about the appliance itself. */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "calls.h"
#include "modules.h"

int
do_ping_daemon (struct call *call)
{
    (void) call;
    return 0;
}

char *
do_echo_daemon (struct call *call, char *const *words)
{
    char *text = NULL;
    size_t size;
    FILE *fp = open_memstream (&text, &size);

    (void) call;
    if (!fp)
        out_of_memory ();
    for (size_t i = 0; words[i]; i++)
        fprintf (fp, "%s%s", i ? " " : "", words[i]);
    if (fclose (fp) != 0)
        out_of_memory ();
    return text;
}

/* syslog(2)'s actions. */
#define READ_ALL 3
#define SIZE_BUFFER 10

char *
do_dmesg (struct call *call)
{
    int size = klogctl (SIZE_BUFFER, NULL, 0);
    cleanup_free char *text = NULL;
    int n;

    if (size < 0)
        return fail_null (&call->err, errno, "the kernel's messages: %m");
    text = xmalloc ((size_t) size + 1);
    n = klogctl (READ_ALL, text, size);
    if (n < 0)
        return fail_null (&call->err, errno, "the kernel's messages: %m");
    text[n] = '\0';
    return steal (&text);
}

int
do_utsname (struct call *call, wire_utsname *ret)
{
    struct utsname uts;

    if (uname (&uts) < 0)
        return fail (&call->err, errno, "uname: %m");
    *ret = (wire_utsname) {
        .uts_sysname = xstrdup (uts.sysname),
        .uts_release = xstrdup (uts.release),
        .uts_version = xstrdup (uts.version),
        .uts_machine = xstrdup (uts.machine),
    };
    return 0;
}

int
do_sleep (struct call *call, int secs)
{
    struct timespec t = { .tv_sec = secs };

    if (secs < 0)
        return fail (&call->err, EINVAL, "secs %d must not be negative",
                     secs);
    while (nanosleep (&t, &t) < 0 && errno == EINTR)
        ;
    return 0;
}

int
do_modprobe (struct call *call, const char *modulename)
{
    if (strchr (modulename, '/'))
        return fail (&call->err, EINVAL, "'%s' is no name of a module",
                     modulename);
    return module_load (modulename, &call->err);
}
