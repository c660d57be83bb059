/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prompts and colours from the environment. */
#ifndef SHELL_PROMPT_H
#define SHELL_PROMPT_H

/* What the escapes of a GUESTFISH_* variable stand for: \a \e \n \r \\ \NNN
 * \xNN, and \[ \] around what takes no room on the screen.
 */
char *prompt_decode (const char *text);

/* Print such a variable, if it is set. */
void prompt_print (const char *variable);

#endif /* SHELL_PROMPT_H */
