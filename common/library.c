/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Libraries that are loaded when a call first needs one. */

#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

#include "library.h"

/* The lock is held. */
static int
load (const char *soname, const char *const *names, size_t count,
      void **functions, struct error *err)
{
    void *handle = dlopen (soname, RTLD_LAZY | RTLD_LOCAL);

    if (!handle)
        return fail (err, ENOTSUP, "%s", dlerror ());
    for (size_t i = 0; i < count; i++) {
        functions[i] = dlsym (handle, names[i]);
        if (!functions[i]) {
            fail (err, ENOTSUP, "%s: %s", soname, dlerror ());
            dlclose (handle);
            return -1;
        }
    }
    return 0;
}

int
library_load (const char *soname, const char *const *names, size_t count,
              void **functions, bool *loaded, struct error *err)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    int r = 0;

    pthread_mutex_lock (&lock);
    if (!*loaded)
        r = load (soname, names, count, functions, err);
    if (r == 0)
        *loaded = true;
    pthread_mutex_unlock (&lock);
    return r;
}
