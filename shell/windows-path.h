/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths as Windows has them: win:c:\windows\system32. */
#ifndef SHELL_WINDOWS_PATH_H
#define SHELL_WINDOWS_PATH_H

#include <stdbool.h>

#include "error.h"

struct shell;

bool is_windows_path (const char *word);

/* The path in the guest that such a word stands for, and any other word as it
 * is; the caller frees it.
 */
char *guest_path (struct shell *sh, const char *word, struct error *err);

#endif /* SHELL_WINDOWS_PATH_H */
