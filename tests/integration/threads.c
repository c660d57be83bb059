/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of threads have in common. */

#include "config.h"

#include "threads.h"

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char folder[] = "/tmp/test-threads.XXXXXX";

int
make_folder (void **state)
{
    char root[sizeof folder + 8];

    (void) state;
    if (!mkdtemp (folder))
        return -1;
    snprintf (root, sizeof root, "%s/root", folder);
    return mkdir (root, 0755) < 0
           || setenv ("LIBGUESTFS_PROCESS_ROOT", root, 1) < 0 ? -1 : 0;
}

static int
remove_one (const char *path, const struct stat *st, int type,
            struct FTW *where)
{
    (void) st, (void) type, (void) where;
    return remove (path);
}

int
remove_folder (void **state)
{
    (void) state;
    return nftw (folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

guestfs_h *
launched_process (void)
{
    guestfs_h *g = guestfs_create ();

    if (!g)
        return NULL;
    guestfs_set_error_handler (g, NULL, NULL);
    if (guestfs_set_backend (g, "process") == 0 && guestfs_launch (g) == 0)
        return g;
    fprintf (stderr, "%s\n", guestfs_last_error (g));
    guestfs_close (g);
    return NULL;
}

static void
note_upload (CALLBACK_ARGS)
{
    struct long_call *l = opaque;

    UNUSED_CALLBACK_ARGS;
    if (buf_len == strlen ("upload") && memcmp (buf, "upload", buf_len) == 0)
        l->begun = true;
}

void
long_call_prepare (struct long_call *l, guestfs_h *g)
{
    *l = (struct long_call) { .g = g };
    assert_non_null (g);
    assert_int_equal (pipe (l->pipe), 0);
    guestfs_set_event_callback (g, note_upload, GUESTFS_EVENT_ENTER, 0, l);
}

void
long_call_make (struct long_call *l)
{
    char name[64];

    snprintf (name, sizeof name, "/proc/self/fd/%d", l->pipe[0]);
    l->r = guestfs_upload (l->g, name, "/uploaded");
    l->done = true;
}

static void *
make (void *opaque)
{
    long_call_make (opaque);
    return NULL;
}

void
long_call_start (struct long_call *l)
{
    assert_int_equal (pthread_create (&l->thread, NULL, make, l), 0);
    while (!l->begun)
        sleep_ms (1);
}

void
long_call_join (struct long_call *l)
{
    pthread_join (l->thread, NULL);
}
