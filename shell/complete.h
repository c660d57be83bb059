/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tab key. */
#ifndef SHELL_COMPLETE_H
#define SHELL_COMPLETE_H

struct shell;

/* Let readline complete commands, options, devices and paths. */
void complete_init (struct shell *sh);

#endif /* SHELL_COMPLETE_H */
