/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Completion of guestfish's command line, for other shells. */
#ifndef SHELL_COMPLETION_H
#define SHELL_COMPLETION_H

/* Print what the last of the words could become. */
void completion_print (char *const *words);

#endif /* SHELL_COMPLETION_H */
