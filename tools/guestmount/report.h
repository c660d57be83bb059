/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must be said while a mount is served, or at its end. */
#ifndef GUESTMOUNT_REPORT_H
#define GUESTMOUNT_REPORT_H

/* In the background nobody reads stderr: report to the system's log. */
void report_to_log (void);

void report (const char *fmt, ...) __attribute__ ((format (printf, 1, 2)));

#endif /* GUESTMOUNT_REPORT_H */
