/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What -a is given: the name of a file, or the URI of a remote disk. */
#ifndef GUEST_OPTIONS_URI_H
#define GUEST_OPTIONS_URI_H

#include "error.h"
#include "guestfs.h"

struct uri {
    char *path;     /* what add_drive calls filename */
    char *protocol; /* NULL: a local file */
    char *server[2]; /* one, or none; NULL at the end */
    char *username;
    char *secret;
};

/* A text without "://" is a file's name. */
int uri_parse (const char *text, struct uri *ret, struct error *err);

/* Set the options that it needs; its strings are borrowed. */
void uri_options (const struct uri *uri,
                  struct guestfs_add_drive_opts_argv *opts);

void uri_free (struct uri *uri);

#define cleanup_uri __attribute__ ((cleanup (uri_free)))

#endif /* GUEST_OPTIONS_URI_H */
