/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program for a guest: fetches a page by HTTP and prints it.
 *
 * usage: fetch HOST PORT PATH [FILE]
 *
 * With FILE, that is sent.  (The wget of a busybox that is linked
 * statically crashes when it resolves names.)
 */

#include "config.h"

#include <err.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whatever does not answer: in seconds. */
#define TIMEOUT 60

static int
connect_to (const char *host, const char *port)
{
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    struct addrinfo *found;
    int fd = -1, r = getaddrinfo (host, port, &hints, &found);

    if (r != 0)
        errx (EXIT_FAILURE, "%s: %s", host, gai_strerror (r));
    for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
        fd = socket (a->ai_family, a->ai_socktype, a->ai_protocol);
        if (fd >= 0 && connect (fd, a->ai_addr, a->ai_addrlen) == 0)
            break;
        warn ("%s: connect", host);
        close (fd);
        fd = -1;
    }
    if (fd < 0)
        exit (EXIT_FAILURE);
    freeaddrinfo (found);
    return fd;
}

static void
send_file (int to, const char *path)
{
    int fd = open (path, O_RDONLY);
    struct stat statbuf;
    off_t offset = 0;

    if (fd < 0 || fstat (fd, &statbuf) < 0)
        err (EXIT_FAILURE, "%s", path);
    dprintf (to, "Content-Length: %lld\r\n\r\n", (long long) statbuf.st_size);
    while (offset < statbuf.st_size)
        if (sendfile (to, fd, &offset, 1 << 20) <= 0)
            err (EXIT_FAILURE, "%s: sendfile", path);
}

/* The header ends with an empty line. */
static void
skip_header (FILE *fp)
{
    char line[1024];

    if (!fgets (line, sizeof line, fp) || !strstr (line, " 200 "))
        errx (EXIT_FAILURE, "no page");
    while (fgets (line, sizeof line, fp))
        if (strcmp (line, "\r\n") == 0)
            return;
    errx (EXIT_FAILURE, "no end of the header");
}

int
main (int argc, char **argv)
{
    static char buffer[1 << 16];
    FILE *fp;
    size_t n;
    int fd;

    if (argc < 4)
        errx (EXIT_FAILURE, "usage: fetch HOST PORT PATH [FILE]");
    alarm (TIMEOUT);
    fd = connect_to (argv[1], argv[2]);
    dprintf (fd, "%s %s HTTP/1.0\r\n", argc > 4 ? "POST" : "GET", argv[3]);
    if (argc > 4)
        send_file (fd, argv[4]);
    else
        dprintf (fd, "\r\n");
    fp = fdopen (fd, "r");
    skip_header (fp);
    while ((n = fread (buffer, 1, sizeof buffer, fp)) > 0)
        fwrite (buffer, 1, n, stdout);
    if (ferror (fp) || fflush (stdout) != 0)
        err (EXIT_FAILURE, "%s", argv[1]);
    return EXIT_SUCCESS;
}
