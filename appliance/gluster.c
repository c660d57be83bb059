/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestfs-gluster.so: lets Gluster's client run confined.  That does some
 * things, none of them necessary, which the confined program may not, and
 * can not live with the error.  Loaded into QEMU (LD_PRELOAD), this does
 * other things in their place, or none, and says what the client wants to
 * hear.
 *
 * It protects nothing: that is the work of the filter of system calls, of
 * the mounts and of Landlock.
 */

#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXPORT __attribute__ ((visibility ("default")))

/* What a server says of a volume is at most so long, in bytes. */
#define TEMPORARY_MAX (1 << 20)

/* To name another thread than the caller, the C library writes to /proc. */
EXPORT int
pthread_setname_np (pthread_t thread, const char *name)
{
    (void) thread;
    (void) name;
    return 0;
}

/* Of the folder of its log, which is /dev/null. */
EXPORT int
mkdir (const char *path, mode_t mode)
{
    (void) path;
    (void) mode;
    errno = EEXIST;
    return -1;
}

/* It would try one port after the other, from 1023 down and then all others,
 * to show that root has started it.  Without, the kernel takes a free one.
 */
EXPORT int
bind (int fd, __CONST_SOCKADDR_ARG address, socklen_t size)
{
    (void) fd;
    (void) address.__sockaddr__;
    (void) size;
    return 0;
}

/* After an error it would wait for ten seconds, and then be gone with its
 * process.
 */
struct glfs;
EXPORT int glfs_fini (struct glfs *volume);

EXPORT int
glfs_fini (struct glfs *volume)
{
    (void) volume;
    return 0;
}

/* Its temporary files are in memory: mkstemp () makes none, and is followed
 * by fdopen () in the same thread.
 */
static __thread int temporary = -1;

EXPORT int
mkstemp64 (char *name)
{
    (void) name;
    temporary = open ("/dev/null", O_RDWR | O_CLOEXEC);
    return temporary;
}

EXPORT FILE *
fdopen (int fd, const char *mode)
{
    FILE *(*next) (int, const char *);

    if (fd >= 0 && fd == temporary) {
        temporary = -1;
        close (fd);
        return fmemopen (NULL, TEMPORARY_MAX, mode);
    }
    *(void **) &next = dlsym (RTLD_NEXT, "fdopen");
    return next (fd, mode);
}
