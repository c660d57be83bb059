/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --pid-file */
#ifndef GUESTMOUNT_PID_FILE_H
#define GUESTMOUNT_PID_FILE_H

#include "error.h"

/* The name that the file has wherever we go. */
char *pid_file_name (const char *file, struct error *err);

/* Write our process's number to it.  Nobody sees it incomplete. */
int pid_file_write (const char *file, struct error *err);

/* Remove it, if it is still ours. */
void pid_file_remove (const char *file);

#endif /* GUESTMOUNT_PID_FILE_H */
