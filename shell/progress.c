/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Progress bars: one line on stderr, drawn over and over,
 *
 *     / 10% [#####---------------------------] 204.3M/s 00:30
 *
 * once a call has taken two seconds.  The spinner turns with each message,
 * so that also a bar that stands still shows that something happens.
 */

#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "interrupt.h"
#include "progress.h"

/* In seconds: how long a call has to take, and how often a bar is drawn. */
#define DELAY 2.0
#define INTERVAL 0.1

/* What stands beside a bar: spinner, percent, brackets, rate, time. */
#define BESIDE 32

/* Of the one call that runs. */
static struct {
    bool bytes;
    bool passing; /* it goes away when all is done */
    bool drawn;
    unsigned interrupts; /* how many there were before it was drawn */
    unsigned messages;
    double start;
    double last; /* when it was drawn last */
} bar;

static double
now (void)
{
    struct timespec t;

    clock_gettime (CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static int
bar_width (void)
{
    struct winsize size;
    int columns = 80;

    if (ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        columns = size.ws_col;
    return columns - BESIDE > 10 ? columns - BESIDE : 10;
}

static void
draw_rate (double rate)
{
    static const char units[] = "BKMGT";
    size_t unit = 0;

    while (rate >= 1024 && unit + 2 < sizeof units) {
        rate /= 1024;
        unit++;
    }
    fprintf (stderr, " %.1f%c/s", rate, units[unit]);
}

static void
draw_time (double seconds)
{
    uint64_t s = (uint64_t) (seconds + 0.5);

    if (s < 3600)
        fprintf (stderr, " %02u:%02u", (unsigned) (s / 60),
                 (unsigned) (s % 60));
    else if (s < 100 * 3600)
        fprintf (stderr, " %02u:%02u:%02u", (unsigned) (s / 3600),
                 (unsigned) (s / 60 % 60), (unsigned) (s % 60));
    else
        fputs (" --:--", stderr);
}

/* A call that can't know how much there is to do sends 0 of 1 for ever. */
static void
draw_pulse (int width)
{
    int at = (int) (bar.messages % (unsigned) width);

    fputs ("  -- [", stderr);
    for (int i = 0; i < width; i++)
        fputc (i == at ? '#' : '-', stderr);
    fputs ("] --:--", stderr);
}

static void
draw (uint64_t position, uint64_t total)
{
    double share = total > 0 ? (double) position / (double) total : 0;
    double elapsed = now () - bar.start;
    int width = bar_width ();
    int filled = (int) (share * width);

    fprintf (stderr, "\r%c ", share < 1 ? "|/-\\"[bar.messages % 4] : ' ');
    bar.drawn = true;
    bar.interrupts = interrupt_count ();
    if (position == 0 && total == 1) {
        draw_pulse (width);
    } else {
        fprintf (stderr, "%3d%% [", (int) (share * 100));
        for (int i = 0; i < width; i++)
            fputc (i < filled ? '#' : '-', stderr);
        fputc (']', stderr);
        if (bar.bytes && elapsed > 0)
            draw_rate ((double) position / elapsed);
        if (share > 0)
            draw_time (elapsed / share - elapsed);
    }
    fputs ("\033[K", stderr);
}

static void
erase (void)
{
    if (bar.drawn)
        fputs ("\r\033[K", stderr);
    bar.drawn = false;
}

/* The array holds procedure, serial, position and total. */
static void
on_progress (guestfs_h *g, void *opaque, uint64_t event, int event_handle,
             int flags, const char *buf, size_t buf_len,
             const uint64_t *array, size_t array_len)
{
    double t = now ();
    bool done;

    (void) g;
    (void) opaque;
    (void) event;
    (void) event_handle;
    (void) flags;
    (void) buf;
    (void) buf_len;
    if (array_len < 4)
        return;
    bar.messages++;
    done = array[2] >= array[3];
    if (done && bar.passing) {
        erase ();
        return;
    }
    if (t - bar.start < DELAY || (!done && t - bar.last < INTERVAL))
        return;
    bar.last = t;
    draw (array[2], array[3]);
}

void
progress_bars_on (guestfs_h *g)
{
    guestfs_set_event_callback (g, on_progress, GUESTFS_EVENT_PROGRESS, 0,
                                NULL);
}

void
progress_begin (bool bytes)
{
    memset (&bar, 0, sizeof bar);
    bar.bytes = bytes;
    bar.start = now ();
}

void
progress_begin_passing (void)
{
    progress_begin (false);
    bar.passing = true;
}

/* The last state of a bar stays on the screen.  If Ctrl-C was typed behind it,
 * its line has ended already.
 */
void
progress_end (void)
{
    if (bar.drawn && bar.interrupts == interrupt_count ())
        fputc ('\n', stderr);
    bar.drawn = false;
}
