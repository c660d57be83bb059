/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestfsd: the init process of an appliance, or an ordinary process that
 * serves one library on a socket.
 */

#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flushes.h"
#include "init.h"
#include "inspect.h"
#include "message.h"
#include "server.h"
#include "sysroot.h"

#define APPLIANCE_SYSROOT "/sysroot"

static void
usage (FILE *fp)
{
    fputs ("Usage: guestfsd -c fd:N [-r DIR] [-v]\n"
           "Serve the calls of libguestfs. It is started by the appliance, "
           "not by hand.\n"
           "\n"
           "  -c, --channel fd:N  serve on this open socket\n"
           "  -r, --sysroot DIR   take this folder for the guest's root\n"
           "  -v, --verbose       say on stderr what is done\n"
           "  -V, --version       print the version\n"
           "      --help          print this\n",
           fp);
}

static struct transport *
open_channel (const char *channel)
{
    char *end;
    long fd;

    if (!string_starts_with (channel, "fd:"))
        return NULL;
    fd = strtol (channel + 3, &end, 10);
    if (end == channel + 3 || *end || fd < 0 || fd > 1 << 20)
        return NULL;
    return transport_new_socket ((int) fd);
}

static void
parse_options (struct daemon *daemon, int argc, char **argv,
               const char **ret_sysroot)
{
    static const struct option options[] = {
        { "channel", required_argument, NULL, 'c' },
        { "sysroot", required_argument, NULL, 'r' },
        { "verbose", no_argument, NULL, 'v' },
        { "version", no_argument, NULL, 'V' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    int c;

    while ((c = getopt_long (argc, argv, "c:r:vV", options, NULL)) != -1) {
        switch (c) {
        case 'c':
            daemon->transport = open_channel (optarg);
            if (!daemon->transport) {
                fprintf (stderr, "guestfsd: channel '%s' is not fd:N\n",
                         optarg);
                exit (EXIT_FAILURE);
            }
            break;
        case 'r':
            *ret_sysroot = optarg;
            break;
        case 'v':
            daemon->verbose = true;
            break;
        case 'V':
            printf ("guestfsd %s\n", GUESTFS_VERSION);
            exit (EXIT_SUCCESS);
        case 'h':
            usage (stdout);
            exit (EXIT_SUCCESS);
        default:
            usage (stderr);
            exit (EXIT_FAILURE);
        }
    }
}

static int
start (struct daemon *daemon, const char *sysroot, struct error *err)
{
    char flag[4];

    if (daemon->appliance && flushes_init (daemon, err) < 0)
        return -1;
    if (sysroot_init (daemon, sysroot, err) < 0)
        return -1;
    daemon->send_buffer = xmalloc (MESSAGE_BUFFER_SIZE);
    receiver_init (&daemon->receiver);
    chunk_batch_init (&daemon->batch);
    word_put (flag, WIRE_LAUNCH_FLAG);
    return transport_write_full (daemon->transport, flag, sizeof flag, err);
}

int
main (int argc, char **argv)
{
    struct daemon daemon = { .sysroot_fd = -1 };
    cleanup_error struct error err = { 0 };
    const char *sysroot = APPLIANCE_SYSROOT;
    int r = 0;

    signal (SIGPIPE, SIG_IGN);
    setvbuf (stderr, NULL, _IOLBF, 0);
    if (getpid () == 1)
        r = init_appliance (&daemon, &err);
    else
        parse_options (&daemon, argc, argv, &sysroot);
    if (r == 0 && !daemon.appliance && !daemon.transport) {
        usage (stderr);
        return EXIT_FAILURE;
    }
    if (r == 0)
        r = start (&daemon, sysroot, &err);
    if (r == 0)
        r = serve (&daemon, &err);
    if (r < 0)
        fprintf (stderr, "guestfsd: %s\n", err.message);
    if (daemon.appliance)
        power_off ();
    transport_free (daemon.transport);
    receiver_free (&daemon.receiver);
    chunk_batch_free (&daemon.batch);
    free (daemon.send_buffer);
    close_fd (&daemon.sysroot_fd);
    inspection_free (daemon.inspection);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
