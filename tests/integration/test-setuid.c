/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that runs with other rights than its caller's believes nothing
 * that the environment says.  It starts a copy of itself that has another
 * group.
 */

#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "guestfs.h"

#define HV "/who/is/it"
#define SKIPPED 77

/* In the copy, or in the program itself: does set_hv come from outside? */
static int
believes (void)
{
    guestfs_h *g = guestfs_create ();
    char *hv = guestfs_get_hv (g);
    int r = hv && strcmp (hv, HV) == 0;

    free (hv);
    guestfs_close (g);
    return r;
}

static int
copy_file (const char *from, const char *to)
{
    cleanup_fd int in = open (from, O_RDONLY | O_CLOEXEC);
    cleanup_fd int out = open (to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                               0755);
    struct stat st;

    if (in < 0 || out < 0 || fstat (in, &st) < 0)
        return -1;
    while (st.st_size > 0) {
        ssize_t n = sendfile (out, in, NULL, (size_t) st.st_size);

        if (n <= 0)
            return -1;
        st.st_size -= n;
    }
    return 0;
}

/* A group that is not ours, which only root can give a file, or one that we
 * are in besides.
 */
static gid_t
other_group (void)
{
    gid_t groups[100];
    int n = getgroups (100, groups);

    for (int i = 0; i < n; i++)
        if (groups[i] != getgid ())
            return groups[i];
    return geteuid () == 0 ? 1 : getgid ();
}

static int
run (const char *program)
{
    int status = 0;
    pid_t pid = fork ();

    if (pid == 0) {
        execl (program, program, "copy", (char *) NULL);
        _exit (126);
    }
    waitpid (pid, &status, 0);
    return WIFEXITED (status) ? WEXITSTATUS (status) : 126;
}

int
main (int argc, char **argv)
{
    char folder[] = "/tmp/test-setuid.XXXXXX", copy[64];
    int r = SKIPPED;

    (void) argv;
    if (argc > 1)
        return !getauxval (AT_SECURE) ? SKIPPED : believes ();
    setenv ("LIBGUESTFS_HV", HV, 1);
    if (!believes ()) {
        puts ("LIBGUESTFS_HV means nothing at all");
        return EXIT_FAILURE;
    }
    if (!mkdtemp (folder) || chmod (folder, 0755) < 0)
        return EXIT_FAILURE;
    snprintf (copy, sizeof copy, "%s/copy", folder);
    if (copy_file ("/proc/self/exe", copy) == 0
        && chown (copy, (uid_t) -1, other_group ()) == 0
        && chmod (copy, 02755) == 0)
        r = run (copy);
    unlink (copy);
    rmdir (folder);
    if (r == SKIPPED)
        puts ("skipped: no other group, or a file system that is nosuid");
    return r;
}
