/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program that guestfs-confine (appliance/) runs for us. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervised.h"

/* How long a supervisor may take to say why its program has ended, once
 * that is known from another side.
 */
#define LAST_WORDS_MS 1000

/* Long for the servers to answer, if they do. */
#define CEPH_GRACE_MS 5000

extern char **environ;

int
above_stdio (int *fd, struct error *err)
{
    int high;

    if (*fd > 2)
        return 0;
    high = fcntl (*fd, F_DUPFD_CLOEXEC, 3);
    if (high < 0)
        return fail (err, errno, "fcntl: %m");
    close_fd (fd);
    *fd = high;
    return 0;
}

int
socket_pair (int *ours, int *theirs, struct error *err)
{
    int fds[2];

    if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
        return fail (err, errno, "socketpair: %m");
    *ours = fds[0];
    *theirs = fds[1];
    if (above_stdio (ours, err) < 0 || above_stdio (theirs, err) < 0)
        return -1;
    return 0;
}

char *
helper_path (const char *name)
{
    const char *dir = secure_getenv ("LIBGUESTFS_LIBEXECDIR");

    return xasprintf ("%s/%s", dir ? dir : LIBGUESTFS_LIBEXECDIR, name);
}

static void
add_format (struct strings *list, const char *fmt, va_list args)
{
    char *s;

    if (vasprintf (&s, fmt, args) < 0)
        out_of_memory ();
    strings_add_take (list, s);
}

void
start_option (struct start *s, const char *fmt, ...)
{
    va_list args;

    va_start (args, fmt);
    add_format (&s->argv, fmt, args);
    va_end (args);
}

void
start_argument (struct start *s, const char *fmt, ...)
{
    va_list args;

    va_start (args, fmt);
    add_format (&s->program, fmt, args);
    va_end (args);
}

void
start_init (struct start *s, const char *profile)
{
    *s = (struct start) { 0 };
    strings_add_take (&s->argv, helper_path ("guestfs-confine"));
    start_option (s, "--profile=%s", profile);
}

void
start_free (struct start *s)
{
    strings_free (&s->argv);
    strings_free (&s->program);
    free (s->inherited);
}

void
start_inherit (struct start *s, int fd)
{
    s->inherited = xreallocarray (s->inherited, s->nr_inherited + 1,
                                  sizeof *s->inherited);
    s->inherited[s->nr_inherited++] = fd;
}

void
start_keep (struct start *s, int fd)
{
    start_option (s, "--keep=%d", fd);
    start_inherit (s, fd);
}

void
start_listen (struct start *s, int fd)
{
    start_option (s, "--listen=%d", fd);
    start_inherit (s, fd);
}

void
start_keep_disk (struct start *s, int fd, bool readonly)
{
    start_option (s, "--disk=%d:%s", fd, readonly ? "ro" : "rw");
    start_inherit (s, fd);
}

static void
preload (struct start *s, const char *name)
{
    cleanup_free char *library = helper_path (name);

    if (!s->has_preload)
        start_option (s, "--preload=%s", library);
    s->has_preload = true;
}

void
start_template_memory (struct start *s, int fd)
{
    preload (s, "guestfs-template-memory.so");
    start_option (s, "--template-memory=%d", fd);
}

void
start_gluster (struct start *s)
{
    preload (s, "guestfs-gluster.so");
}

void
start_ceph (struct start *s)
{
    preload (s, "guestfs-ceph.so");
    start_option (s, "--grace=%d", CEPH_GRACE_MS);
}

void
start_curl (struct start *s)
{
    preload (s, "guestfs-curl.so");
}

void
start_iscsi (struct start *s)
{
    preload (s, "guestfs-iscsi.so");
}

void
start_keep_overlay (struct start *s, int fd, int overlay)
{
    preload (s, "guestfs-overlay.so");
    start_keep_disk (s, fd, true);
    start_keep_disk (s, overlay, false);
    start_option (s, "--overlay=%d:%d", fd, overlay);
}

static void
log_command (guestfs_h *g, char **argv)
{
    for (size_t i = 0; argv[i]; i++)
        debug (g, "%s%s", i ? "    " : "starting ", argv[i]);
}

/* Descriptors are duplicated onto themselves, which clears close-on-exec in
 * the child alone.
 */
static int
spawn (guestfs_h *g, struct start *s, int console, pid_t *ret_pid)
{
    cleanup_string_array char **argv = strings_steal (&s->argv);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none;
    int r;

    log_command (g, argv);
    sigemptyset (&none);
    posix_spawnattr_init (&attr);
    posix_spawnattr_setsigmask (&attr, &none);
    posix_spawnattr_setpgroup (&attr, 0);
    posix_spawnattr_setflags (&attr, (short) (POSIX_SPAWN_SETSIGMASK
                                              | (g->pgroup
                                                 ? POSIX_SPAWN_SETPGROUP
                                                 : 0)));
    posix_spawn_file_actions_init (&actions);
    posix_spawn_file_actions_addopen (&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2 (&actions, console, 1);
    posix_spawn_file_actions_adddup2 (&actions, console, 2);
    for (size_t i = 0; i < s->nr_inherited; i++)
        posix_spawn_file_actions_adddup2 (&actions, s->inherited[i],
                                          s->inherited[i]);
    r = posix_spawn (ret_pid, argv[0], &actions, &attr, argv, environ);
    posix_spawn_file_actions_destroy (&actions);
    posix_spawnattr_destroy (&attr);
    return r == 0 ? 0 : fail (&g->error, r, "%s: %m", argv[0]);
}

/* The supervisor ends its program when we do. */
static int
open_watch (struct start *s, struct error *err)
{
    cleanup_fd int fd = pidfd_open (getpid (), 0);

    if (fd < 0)
        return fail (err, errno, "pidfd_open: %m");
    if (above_stdio (&fd, err) < 0)
        return -1;
    start_option (s, "--watch=%d", fd);
    start_inherit (s, fd);
    return steal_fd (&fd);
}

int
start_supervised (guestfs_h *g, struct start *s, int console,
                  struct supervised *ret)
{
    cleanup_fd int control = -1, watch = -1, theirs = -1;
    pid_t pid;

    if (socket_pair (&control, &theirs, &g->error) < 0)
        return -1;
    start_option (s, "--control=%d", theirs);
    start_inherit (s, theirs);
    if (g->recovery_proc && (watch = open_watch (s, &g->error)) < 0)
        return -1;
    start_option (s, "--");
    for (size_t i = 0; i < s->program.count; i++)
        strings_add (&s->argv, s->program.item[i]);
    if (spawn (g, s, console, &pid) < 0)
        return -1;
    *ret = (struct supervised) {
        .supervisor = pid,
        .owner = getpid (),
        .control = steal_fd (&control),
    };
    return 0;
}

int
start_plainly (guestfs_h *g, struct start *s, struct supervised *ret)
{
    pid_t pid;

    if (spawn (g, s, STDERR_FILENO, &pid) < 0)
        return -1;
    *ret = SUPERVISED_NONE;
    ret->supervisor = ret->pid = pid;
    return 0;
}

/* "pid N" and "listening" are news, anything else the end. */
static void
read_line (struct supervised *p, const char *line)
{
    int pid;

    if (sscanf (line, "pid %d", &pid) == 1) {
        p->pid = pid;
        return;
    }
    if (strcmp (line, "listening") == 0) {
        p->listening = true;
        return;
    }
    strings_add (&p->why, line);
    p->dead = true;
}

/* Cut what has come into lines; one that is too long is taken as it is. */
static void
read_lines (struct supervised *p)
{
    char *newline;

    while ((newline = strchr (p->line, '\n'))) {
        size_t used = (size_t) (newline - p->line) + 1;

        *newline = '\0';
        read_line (p, p->line);
        p->line_size -= used;
        memmove (p->line, newline + 1, p->line_size + 1);
    }
    if (p->line_size == sizeof p->line - 1) {
        read_line (p, p->line);
        p->line_size = 0;
    }
}

void
supervised_read (struct supervised *p)
{
    for (;;) {
        size_t room = sizeof p->line - 1 - p->line_size;
        ssize_t n = recv (p->control, p->line + p->line_size, room,
                          MSG_DONTWAIT);

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0) {
            p->dead = true;
            return;
        }
        p->line_size += (size_t) n;
        p->line[p->line_size] = '\0';
        read_lines (p);
    }
}

bool
report_explains (const char *line, struct error *err)
{
    char name[32];
    int offset = 0;

    if (sscanf (line, "error %31s %n", name, &offset) != 1 || offset == 0)
        return false;
    fail (err, errno_from_name (name), "%s", line + offset);
    return true;
}

bool
supervised_was_killed (const struct supervised *p)
{
    return strings_contain (&p->why, "signal 9");
}

bool
supervised_explain (struct supervised *p, struct error *err)
{
    struct pollfd pfd = { .fd = p->control, .events = POLLIN };

    while (p->why.count == 0 && p->control >= 0
           && poll (&pfd, 1, LAST_WORDS_MS) > 0) {
        supervised_read (p);
        if (p->dead)
            break;
    }
    for (size_t i = 0; i < p->why.count; i++)
        if (report_explains (p->why.item[i], err))
            return true;
    return false;
}

static void
reap (pid_t pid)
{
    while (waitpid (pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

void
supervised_end (struct supervised *p)
{
    /* The supervisor kills its program when this socket closes.  Processes
     * that were forked have copies of it, and may end theirs.
     */
    if (p->control >= 0 && p->owner == getpid ())
        shutdown (p->control, SHUT_RDWR);
    close_fd (&p->control);
    if (p->supervisor > 0)
        reap (p->supervisor);
    strings_free (&p->why);
    *p = SUPERVISED_NONE;
}
