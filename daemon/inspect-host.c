/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inspection: what a system calls itself, and what it runs on. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "binary-arch.h"
#include "inspect.h"

/* Files with the name, and its variable where they have others, too. */
static const struct {
    const char *file, *variable;
} hostnames[] = {
    { "/etc/hostname", NULL },
    { "/etc/HOSTNAME", NULL }, /* SUSE, Slackware */
    { "/etc/sysconfig/network", "HOSTNAME" },
    { "/etc/conf.d/hostname", "hostname" }, /* Gentoo */
    { "/etc/rc.conf", "hostname" },
    { "/etc/rc.conf", "HOSTNAME" },
    { "/etc/myname", NULL }, /* OpenBSD */
    { "/etc/hostname.file", NULL }, /* Minix */
};

/* The first line that is no comment. */
static char *
first_line (const char *text)
{
    while (*text) {
        size_t n = strcspn (text, "\n");
        cleanup_free char *line = guest_line (text);

        if (line && *line != '#')
            return steal (&line);
        text += n + (text[n] == '\n');
    }
    return NULL;
}

void
inspect_hostname (const struct guest_files *files, struct os *os)
{
    for (size_t i = 0; i < sizeof hostnames / sizeof *hostnames; i++) {
        cleanup_free char *text = guest_text (files, hostnames[i].file);

        if (!text)
            continue;
        os->hostname = hostnames[i].variable
                           ? guest_variable (text, hostnames[i].variable)
                           : first_line (text);
        if (os->hostname)
            return;
    }
}

/* Programs that every system has, in the order in which they are tried. */
static const char *const programs[] = {
    "/bin/bash", "/usr/bin/bash", "/bin/ls",       "/usr/bin/ls",
    "/bin/sh",   "/usr/bin/sh",   "/sbin/init",    "/bin/busybox",
    "/bin/echo", "/bin/rm",       "/usr/bin/echo", "/usr/bin/rm",
};

void
inspect_arch (const struct guest_files *files, struct os *os)
{
    char head[BINARY_HEAD];

    for (size_t i = 0; !os->arch && i < sizeof programs / sizeof *programs;
         i++) {
        size_t n = guest_head (files, programs[i], head, sizeof head);

        os->arch = binary_arch (head, n);
    }
}
