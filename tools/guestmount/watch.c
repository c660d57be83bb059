/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals that end guestmount, and programs that look for it. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#include "cleanup.h"
#include "guest.h"
#include "memory.h"
#include "report.h"
#include "server.h"
#include "watch.h"

static void
ending_signals (sigset_t *ret)
{
    sigemptyset (ret);
    sigaddset (ret, SIGINT);
    sigaddset (ret, SIGTERM);
    sigaddset (ret, SIGHUP);
}

void
watch_block_signals (void)
{
    sigset_t signals;

    ending_signals (&signals);
    pthread_sigmask (SIG_BLOCK, &signals, NULL);
}

/* What the kernel has not handed to us yet.  We answer meanwhile. */
static void
write_all (const char *mountpoint)
{
    cleanup_fd int fd = open (mountpoint, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || syncfs (fd) < 0)
        report ("%s: not everything could be written: %s", mountpoint,
                strerror (errno));
}

static void
unmount (struct watch *w, int signal_number)
{
    cleanup_error struct error err = { 0 };

    w->unmounted = guestfs_umount_local (w->g, -1) == 0;
    if (w->unmounted)
        return;
    guest_error (w->g, &err);
    report ("signal %d: %s: %s; it is taken away from them", signal_number,
            w->mountpoint, err.message);
    write_all (w->mountpoint);
    guestfs_user_cancel (w->g);
}

/* True if there was a signal: then nothing is left to do. */
static bool
take_signal (struct watch *w)
{
    struct signalfd_siginfo info;

    if (read (w->signals, &info, sizeof info) != sizeof info)
        return false;
    unmount (w, (int) info.ssi_signo);
    return true;
}

static void
take_connections (struct watch *w)
{
    int fd;

    while ((fd = server_accept (w->announced)) >= 0) {
        w->client = xreallocarray (w->client, w->clients + 1,
                                   sizeof *w->client);
        w->client[w->clients++] = fd;
    }
}

static void *
watch_thread (void *opaque)
{
    struct watch *w = opaque;
    struct pollfd fds[] = {
        { .fd = w->end, .events = POLLIN },
        { .fd = w->signals, .events = POLLIN },
        { .fd = w->announced, .events = POLLIN },
    };

    for (;;) {
        if (poll (fds, 3, -1) < 0)
            continue;
        if (fds[0].revents || (fds[1].revents && take_signal (w)))
            return NULL;
        if (fds[2].revents)
            take_connections (w);
    }
}

int
watch_start (guestfs_h *g, const char *mountpoint, struct watch *ret,
             struct error *err)
{
    sigset_t signals;
    int r;

    ending_signals (&signals);
    *ret = (struct watch) {
        .g = g,
        .mountpoint = mountpoint,
        .signals = signalfd (-1, &signals, SFD_CLOEXEC),
        .end = eventfd (0, EFD_CLOEXEC),
        .announced = server_announce (mountpoint),
    };
    if (ret->signals < 0 || ret->end < 0)
        return fail (err, errno, "signalfd: %m");
    r = pthread_create (&ret->thread, NULL, watch_thread, ret);
    if (r != 0)
        return fail (err, r, "starting a thread: %m");
    return 0;
}

bool
watch_end (struct watch *w)
{
    const uint64_t one = 1;

    if (write (w->end, &one, sizeof one) == sizeof one)
        pthread_join (w->thread, NULL);
    take_connections (w);
    close_fd (&w->announced);
    close (w->signals);
    close (w->end);
    return w->unmounted;
}

void
watch_tell (struct watch *w, const char *failure)
{
    while (w->clients > 0)
        server_tell (w->client[--w->clients], failure);
    free (w->client);
}
