/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports of guestmount. */

#include "config.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <syslog.h>

#include "report.h"

static bool in_background;

void
report_to_log (void)
{
    openlog ("guestmount", LOG_PID, LOG_DAEMON);
    in_background = true;
}

void
report (const char *fmt, ...)
{
    va_list args;

    va_start (args, fmt);
    if (in_background) {
        vsyslog (LOG_ERR, fmt, args);
    } else {
        fputs ("guestmount: ", stderr);
        vfprintf (stderr, fmt, args);
        fputc ('\n', stderr);
    }
    va_end (args);
}
