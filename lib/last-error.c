/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last error of a handle, one for each thread.  It goes when its
 * thread ends or when its handle is closed, whatever is first: so it is in
 * two lists.
 */

#include "config.h"

#include <stdlib.h>

#include "last-error.h"

struct last_error {
    struct error error;
    guestfs_h *g;
    LIST_ENTRY (last_error) of_handle;
    LIST_ENTRY (last_error) of_thread;
};

/* The errors of one thread; the thread's value of the key. */
LIST_HEAD (thread_errors, last_error);

/* Of all the lists. */
static pthread_mutex_t lists_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t thread_key;
static pthread_once_t thread_key_once = PTHREAD_ONCE_INIT;

/* The lock is held. */
static void
forget (struct last_error *e)
{
    LIST_REMOVE (e, of_handle);
    LIST_REMOVE (e, of_thread);
    error_clear (&e->error);
    free (e);
}

static void
thread_ends (void *p)
{
    struct thread_errors *errors = p;

    pthread_mutex_lock (&lists_lock);
    while (!LIST_EMPTY (errors))
        forget (LIST_FIRST (errors));
    pthread_mutex_unlock (&lists_lock);
    free (errors);
}

/* Without a key (a program can have 1024) there is nothing to keep errors
 * in: as bad as no memory.
 */
static void
make_key (void)
{
    if (pthread_key_create (&thread_key, thread_ends) != 0)
        out_of_memory ();
}

static struct thread_errors *
this_thread (void)
{
    struct thread_errors *errors;

    pthread_once (&thread_key_once, make_key);
    errors = pthread_getspecific (thread_key);
    if (errors)
        return errors;
    errors = xmalloc (sizeof *errors);
    LIST_INIT (errors);
    if (pthread_setspecific (thread_key, errors) != 0)
        out_of_memory ();
    return errors;
}

/* The lock is held. */
static struct last_error *
find (struct thread_errors *errors, guestfs_h *g)
{
    struct last_error *e;

    LIST_FOREACH (e, errors, of_thread)
        if (e->g == g)
            return e;
    return NULL;
}

void
last_error_set (guestfs_h *g, struct error *error)
{
    struct thread_errors *errors = this_thread ();
    struct last_error *e;

    pthread_mutex_lock (&lists_lock);
    e = find (errors, g);
    if (!e) {
        e = xcalloc (1, sizeof *e);
        e->g = g;
        LIST_INSERT_HEAD (errors, e, of_thread);
        LIST_INSERT_HEAD (&g->last_errors, e, of_handle);
    }
    error_move (&e->error, error);
    pthread_mutex_unlock (&lists_lock);
}

const struct error *
last_error_get (guestfs_h *g)
{
    struct last_error *e;

    pthread_mutex_lock (&lists_lock);
    e = find (this_thread (), g);
    pthread_mutex_unlock (&lists_lock);
    return e ? &e->error : NULL;
}

void
last_errors_free (guestfs_h *g)
{
    pthread_mutex_lock (&lists_lock);
    while (!LIST_EMPTY (&g->last_errors))
        forget (LIST_FIRST (&g->last_errors));
    pthread_mutex_unlock (&lists_lock);
}
