/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libguestfs-tools.conf: what a user or a host wants to be the default. */
#ifndef GUEST_OPTIONS_CONFIG_FILE_H
#define GUEST_OPTIONS_CONFIG_FILE_H

#include "error.h"

struct guest_options;

/* Read those files that exist, before the options of the command line. */
int guest_config_read (struct guest_options *o, struct error *err);

/* One file's text; name is for messages. */
int guest_config_parse (struct guest_options *o, const char *name,
                        const char *text, struct error *err);

#endif /* GUEST_OPTIONS_CONFIG_FILE_H */
