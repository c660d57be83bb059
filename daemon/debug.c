/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking into the appliance: for tests, and for those who work on it.
 * What is done here is done outside of the guest's root.
 */

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "command.h"
#include "io.h"
#include "server.h"

extern char **environ;

static char *
run_words (struct call *call, const char *program, char *const *words)
{
    cleanup_command struct command c = COMMAND_NONE;

    command_add (&c, program, NULL);
    for (; *words; words++)
        command_add (&c, *words, NULL);
    if (command_check (&c, &call->err) < 0)
        return NULL;
    return xstrdup (c.output ? c.output : "");
}

static char *
debug_ls (struct call *call, char *const *args)
{
    return run_words (call, "ls", args);
}

/* The words are one command line, with whatever is in it. */
static char *
debug_sh (struct call *call, char *const *args)
{
    cleanup_free char *line = do_echo_daemon (call, args);
    char *const words[] = { (char *) "-c", line, NULL };

    return run_words (call, "/bin/sh", words);
}

static char *
debug_env (struct call *call, char *const *args)
{
    char *text = xstrdup ("");

    (void) call, (void) args;
    for (char **e = environ; *e; e++) {
        char *longer = xasprintf ("%s%s\n", text, *e);

        free (text);
        text = longer;
    }
    return text;
}

/* The daemon's open files: a leak shows here. */
static char *
debug_fds (struct call *call, char *const *args)
{
    cleanup_dir DIR *dir = opendir ("/proc/self/fd");
    char *text = xstrdup ("");
    struct dirent *entry;

    (void) args;
    if (!dir) {
        free (text);
        return fail_null (&call->err, errno, "/proc/self/fd: %m");
    }
    while ((entry = readdir (dir))) {
        char target[PATH_MAX];
        ssize_t n = readlinkat (dirfd (dir), entry->d_name, target,
                                sizeof target - 1);
        char *longer;

        if (n < 0)
            continue;
        longer = xasprintf ("%s%s %.*s\n", text, entry->d_name, (int) n,
                            target);
        free (text);
        text = longer;
    }
    return text;
}

static char *
debug_core_pattern (struct call *call, char *const *args)
{
    cleanup_fd int fd = -1;

    if (!args[0])
        return fail_null (&call->err, EINVAL, "core_pattern: a pattern is "
                          "missing");
    fd = open ("/proc/sys/kernel/core_pattern", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write_full (fd, args[0], strlen (args[0])) < 0)
        return fail_null (&call->err, errno, "core_pattern: %m");
    return xstrdup ("ok");
}

/* The daemon dies, as a bug would make it. */
static char *
debug_segv (struct call *call, char *const *args)
{
    (void) args;
    signal (SIGSEGV, SIG_DFL);
    raise (SIGSEGV);
    /* The init process is spared its own signals. */
    if (call->daemon->appliance)
        _exit (EXIT_FAILURE);
    return NULL;
}

static char *debug_help (struct call *call, char *const *args);

static const struct {
    const char *name;
    char *(*run) (struct call *call, char *const *args);
    const char *what;
} subcommands[] = {
    { "core_pattern", debug_core_pattern,
      "PATTERN: where the kernel puts core dumps" },
    { "env", debug_env, "the daemon's environment" },
    { "fds", debug_fds, "the daemon's open files" },
    { "help", debug_help, "this" },
    { "ls", debug_ls, "ARGUMENT...: run ls in the appliance" },
    { "segv", debug_segv, "let the daemon crash" },
    { "sh", debug_sh, "WORD...: run a command line in the appliance" },
};

#define NR_SUBCOMMANDS (sizeof subcommands / sizeof *subcommands)

static char *
debug_help (struct call *call, char *const *args)
{
    char *text = xstrdup ("");

    (void) call, (void) args;
    for (size_t i = 0; i < NR_SUBCOMMANDS; i++) {
        char *longer = xasprintf ("%s%s %s\n", text, subcommands[i].name,
                                  subcommands[i].what);

        free (text);
        text = longer;
    }
    return text;
}

char *
do_debug (struct call *call, const char *subcmd, char *const *extraargs)
{
    for (size_t i = 0; i < NR_SUBCOMMANDS; i++)
        if (strcmp (subcommands[i].name, subcmd) == 0)
            return subcommands[i].run (call, extraargs);
    return fail_null (&call->err, EINVAL, "debug: there is no '%s' (try "
                      "help)", subcmd);
}

static int
write_pieces (void *opaque, const struct iovec *iov, int count,
              struct error *err)
{
    for (int i = 0; i < count; i++)
        if (write_full (*(int *) opaque, iov[i].iov_base, iov[i].iov_len) < 0)
            return fail (err, errno, "writing: %m");
    return 0;
}

/* A file of the appliance, not of the guest: below /tmp, by one name. */
static int
receive_to_appliance (struct call *call, const char *tmpname, int mode)
{
    cleanup_free char *path = xasprintf ("/tmp/%s", tmpname);
    cleanup_fd int fd = -1;

    if (!*tmpname || strchr (tmpname, '/') || *tmpname == '.')
        return fail (&call->err, EINVAL, "tmpname '%s' must be the name of "
                     "one file", tmpname);
    if (mode < 0 || mode > 07777)
        return fail (&call->err, EINVAL, "mode 0%o is not from 0 to 07777",
                     (unsigned) mode);
    fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
               0600);
    if (fd < 0)
        return fail (&call->err, errno, "%s: %m", path);
    if (receive_file (call, write_pieces, &fd) < 0)
        return -1;
    if (fchmod (fd, (mode_t) mode) < 0)
        return fail (&call->err, errno, "%s: %m", path);
    return 0;
}

int
do_debug_upload (struct call *call, const char *tmpname, int mode)
{
    return receive_to_appliance (call, tmpname, mode);
}

int
do_internal_upload (struct call *call, const char *tmpname, int mode)
{
    return receive_to_appliance (call, tmpname, mode);
}

/* Nobody gets a reply. */
int
do_internal_exit (struct call *call)
{
    (void) call;
    _exit (EXIT_SUCCESS);
}
