/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs in the place of the appliance's kernel, confined as it would be,
 * and tries to break each promise of the confinement.  Prints a TAP line
 * per promise.  test-confine.py starts it and adds what only the outside
 * can see.
 *
 * usage: promise-breaker NAME=VALUE...
 */

#include "config.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "promise-breaker.h"

static char **arguments;

/* What broke the promise that is being tried; "" if nothing did. */
static char broken[1024];

void
breaks (const char *fmt, ...)
{
    size_t used = strlen (broken);
    va_list args;

    if (used > 0 && used < sizeof broken - 2) {
        memcpy (broken + used, "; ", 3);
        used += 2;
    }
    va_start (args, fmt);
    vsnprintf (broken + used, sizeof broken - used, fmt, args);
    va_end (args);
}

const char *
argument (const char *name)
{
    size_t length = strlen (name);

    for (char **arg = arguments; *arg; arg++) {
        if (strncmp (*arg, name, length) == 0 && (*arg)[length] == '=')
            return *arg + length + 1;
    }
    return "";
}

int
number_argument (const char *name)
{
    const char *value = argument (name);

    return *value ? (int) strtol (value, NULL, 10) : -1;
}

bool
is_guest (void)
{
    return strcmp (argument ("profile"), "uml") == 0;
}

bool
is_qemu (void)
{
    return strcmp (argument ("profile"), "qemu") == 0;
}

bool
is_network (void)
{
    return strcmp (argument ("profile"), "network") == 0;
}

bool
is_remote (void)
{
    return strcmp (argument ("profile"), "remote-storage") == 0;
}

bool
is_listed (const char *list, const char *word)
{
    size_t length = strlen (word);

    for (const char *p = list; (p = strstr (p, word)); p += length) {
        if ((p == list || p[-1] == ' ')
            && (p[length] == ' ' || p[length] == '\0'))
            return true;
    }
    return false;
}

static const struct promise {
    const char *name;
    void (*try) (void);
} promises[] = {
    { "files of the host can't be read", read_host_files },
    { "the view has nothing else in it", list_view },
    { "the view can't be written", write_view },
    { "memory and uml_dir can be used", use_scratch },
    { "memory and uml_dir are limited", fill_scratch },
    { "files of /proc can't be read", read_proc },
    { "device nodes can't be made", make_device },
    { "disks can be used", use_disks },
    { "a read-only disk can't be changed", write_read_only_disk },
    { "no other descriptors are open", find_descriptors },
    { "stdin is empty", read_stdin },
    { "the environment is clean", read_environment },
    { "no other processes can be seen", find_processes },
    { "processes of the host can't be reached", reach_host_process },
    { "signals start in their default state", inherit_signals },
    { "signals to the group stay inside", signal_group },
    { "nothing else can be executed", execute },
    { "only the sockets it needs can be made", open_sockets },
    { "nobody can connect to it", listen_for_others },
    { "sockets of the host can't be reached", connect_to_host },
    { "a socket that is given can be reached", connect_to_given },
    { "the host's name is hidden", name_host },
    { "namespaces can't be made", make_namespaces },
    { "mounts can't be changed", change_mounts },
    { "dangerous system calls are refused", call_kernel },
    { "dangerous arguments are refused", call_with_arguments },
    { "other ABIs are refused", call_other_abis },
    { "resources are limited", check_limits },
};

static void
exit_as_told (int number)
{
    (void) number;
    _exit (number_argument ("sigterm"));
}

/* Stay for the outside to look at, until it ends us or says to exit. */
static void
hold (void)
{
    int fd = number_argument ("hold");
    char byte;

    if (number_argument ("sigterm") >= 0)
        signal (SIGTERM, exit_as_told);
    if (strcmp (argument ("mode"), "hold") == 0)
        puts ("holding");
    if (fd >= 0 && read (fd, &byte, 1) == 1)
        _exit (byte);
}

int
main (int argc, char **argv)
{
    size_t n = sizeof promises / sizeof promises[0];

    (void) argc;
    arguments = argv + 1;
    setvbuf (stdout, NULL, _IOLBF, 0);
    if (strcmp (argument ("mode"), "exit") == 0)
        return 0; /* executed by ourselves, as the guest's init */
    if (strcmp (argument ("mode"), "hold") == 0) {
        /* A second process, as the guest's are. */
        if (fork () == 0) {
            for (;;)
                sleep (1000);
        }
        hold ();
        return 0;
    }
    printf ("1..%zu\n", n);
    for (size_t i = 0; i < n; i++) {
        broken[0] = '\0';
        promises[i].try ();
        printf ("%s %zu - %s\n", broken[0] ? "not ok" : "ok", i + 1,
                promises[i].name);
        if (broken[0])
            printf ("# %s\n", broken);
    }
    hold ();
    return 0;
}
