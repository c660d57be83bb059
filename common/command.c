/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running a program. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "command.h"
#include "memory.h"

/* Enough of stderr to see what is wrong. */
#define ERRORS_MAX 16384

extern char **environ;

void
command_add (struct command *c, const char *arg, ...)
{
    va_list args;

    va_start (args, arg);
    for (; arg; arg = va_arg (args, const char *))
        strings_add (&c->argv, arg);
    va_end (args);
}

void
command_add_format (struct command *c, const char *fmt, ...)
{
    va_list args;
    char *arg;
    int r;

    va_start (args, fmt);
    r = vasprintf (&arg, fmt, args);
    va_end (args);
    if (r < 0)
        out_of_memory ();
    strings_add_take (&c->argv, arg);
}

void
command_free (struct command *c)
{
    strings_free (&c->argv);
    free (steal (&c->output));
    free (steal (&c->errors));
}

/* A stream of what the program prints. */
struct stream {
    int fd;
    char *text;
    size_t size;
    size_t max;
    bool overflow;
};

static void
stream_read (struct stream *s)
{
    char buffer[16384];
    ssize_t n = read (s->fd, buffer, sizeof buffer);

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0) {
        close_fd (&s->fd);
        return;
    }
    if (s->size + (size_t) n > s->max) {
        s->overflow = true;
        n = (ssize_t) (s->max - s->size);
    }
    s->text = xreallocarray (s->text, s->size + (size_t) n + 1, 1);
    memcpy (s->text + s->size, buffer, (size_t) n);
    s->size += (size_t) n;
    s->text[s->size] = '\0';
}

/* The ends of three pipes; ours are -1 when done with. */
struct pipes {
    int theirs[3];
    int input;
    struct stream output, errors;
};

static void
pipes_close (struct pipes *p)
{
    for (int i = 0; i < 3; i++)
        close_fd (&p->theirs[i]);
    close_fd (&p->input);
    close_fd (&p->output.fd);
    close_fd (&p->errors.fd);
    free (p->output.text);
    free (p->errors.text);
}

#define cleanup_pipes __attribute__ ((cleanup (pipes_close)))

static int
make_pipe (int *read_end, int *write_end)
{
    int fds[2];

    if (pipe2 (fds, O_CLOEXEC) < 0)
        return -1;
    *read_end = fds[0];
    *write_end = fds[1];
    return 0;
}

static int
pipes_open (struct pipes *p, bool has_input, struct error *err)
{
    if ((has_input ? make_pipe (&p->theirs[0], &p->input)
                   : (p->theirs[0] = open ("/dev/null",
                                           O_RDONLY | O_CLOEXEC))) < 0
        || make_pipe (&p->output.fd, &p->theirs[1]) < 0
        || make_pipe (&p->errors.fd, &p->theirs[2]) < 0)
        return fail (err, errno, "pipes to a program: %m");
    if (has_input && fcntl (p->input, F_SETFL, O_NONBLOCK) < 0)
        return fail (err, errno, "fcntl: %m");
    return 0;
}

static int
spawn (struct command *c, const int fds[3], pid_t *ret_pid, struct error *err)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t defaults, none;
    int r;

    sigemptyset (&none);
    sigemptyset (&defaults);
    sigaddset (&defaults, SIGPIPE);
    sigaddset (&defaults, SIGCHLD);
    posix_spawnattr_init (&attr);
    posix_spawnattr_setsigdefault (&attr, &defaults);
    posix_spawnattr_setsigmask (&attr, &none);
    posix_spawnattr_setflags (&attr, POSIX_SPAWN_SETSIGDEF
                                     | POSIX_SPAWN_SETSIGMASK);
    posix_spawn_file_actions_init (&actions);
    for (int i = 0; i < 3; i++)
        posix_spawn_file_actions_adddup2 (&actions, fds[i], i);
    r = posix_spawnp (ret_pid, c->argv.item[0], &actions, &attr,
                      c->argv.item, environ);
    posix_spawn_file_actions_destroy (&actions);
    posix_spawnattr_destroy (&attr);
    if (r != 0)
        return fail (err, r, "%s: %m", c->argv.item[0]);
    return 0;
}

static int
start (struct command *c, struct pipes *p, pid_t *ret_pid, struct error *err)
{
    int r;

    /* argv ends with NULL, which does not count. */
    strings_add_take (&c->argv, NULL);
    c->argv.count--;
    r = c->start ? c->start (c, p->theirs, ret_pid, err)
                 : spawn (c, p->theirs, ret_pid, err);
    for (int i = 0; i < 3; i++)
        close_fd (&p->theirs[i]);
    return r;
}

/* A program that does not want its input is its own business: SIGPIPE is
 * ignored in all programs that run others.
 */
static int
feed (const struct command *c, struct pipes *p, const char **input,
      size_t *left, struct error *err)
{
    ssize_t n;

    if (*left == 0 && c->source) {
        n = c->source (c->opaque, input, err);
        if (n < 0)
            return -1;
        *left = (size_t) n;
    }
    n = *left > 0 ? write (p->input, *input, *left) : 0;
    if (n > 0) {
        *input += n;
        *left -= (size_t) n;
    }
    if ((*left == 0 && (n == 0 || !c->source))
        || (n < 0 && errno != EINTR && errno != EAGAIN))
        close_fd (&p->input);
    return 0;
}

/* Hand on what was read just now. */
static int
give_to_sink (const struct command *c, struct stream *s, struct error *err)
{
    size_t size = s->size;

    s->size = 0;
    return size > 0 ? c->sink (c->opaque, s->text, size, err) : 0;
}

static int
communicate (const struct command *c, struct pipes *p, struct error *err)
{
    const char *input = c->input;
    size_t left = c->input_size;

    while (p->output.fd >= 0 || p->errors.fd >= 0) {
        struct pollfd fds[3] = {
            { .fd = p->input, .events = POLLOUT },
            { .fd = p->output.fd, .events = POLLIN },
            { .fd = p->errors.fd, .events = POLLIN },
        };

        if (poll (fds, 3, -1) < 0) {
            if (errno == EINTR)
                continue;
            return fail (err, errno, "poll: %m");
        }
        if (fds[0].revents && feed (c, p, &input, &left, err) < 0)
            return -1;
        if (fds[1].revents) {
            stream_read (&p->output);
            if (c->sink && give_to_sink (c, &p->output, err) < 0)
                return -1;
            if (p->output.overflow)
                return fail (err, EFBIG, "%s: printed more than %d bytes",
                             c->argv.item[0], COMMAND_OUTPUT_MAX);
        }
        if (fds[2].revents)
            stream_read (&p->errors);
    }
    return 0;
}

/* The library's caller may ignore SIGCHLD, or collect all children: then
 * whether the program complained has to tell how it ended.
 */
static int
wait_for (struct command *c, pid_t pid, struct error *err)
{
    const char *name = c->argv.item[0];
    int status;

    while (waitpid (pid, &status, 0) < 0) {
        if (errno == ECHILD) {
            c->guessed = true;
            c->status = *c->errors ? EXIT_FAILURE : EXIT_SUCCESS;
            return 0;
        }
        if (errno != EINTR)
            return fail (err, errno, "%s: waiting for it: %m", name);
    }
    if (WIFSIGNALED (status))
        return fail (err, EIO, "%s: killed by signal %d (%s)", name,
                     WTERMSIG (status), strsignal (WTERMSIG (status)));
    c->status = WEXITSTATUS (status);
    return 0;
}

void
command_reap (pid_t pid)
{
    while (waitpid (pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

int
command_run (struct command *c, struct error *err)
{
    cleanup_pipes struct pipes p = {
        .theirs = { -1, -1, -1 },
        .input = -1,
        .output = { .fd = -1, .max = COMMAND_OUTPUT_MAX },
        .errors = { .fd = -1, .max = ERRORS_MAX },
    };
    pid_t pid;

    if (pipes_open (&p, c->input || c->source, err) < 0
        || start (c, &p, &pid, err) < 0)
        return -1;
    if (communicate (c, &p, err) < 0) {
        kill (pid, SIGKILL);
        command_reap (pid);
        return -1;
    }
    free (c->output);
    free (c->errors);
    c->output_size = p.output.size;
    c->output = p.output.text ? steal (&p.output.text) : xstrdup ("");
    c->errors = p.errors.text ? steal (&p.errors.text) : xstrdup ("");
    string_trim_end (c->errors);
    return wait_for (c, pid, err);
}

int
command_failed (const struct command *c, struct error *err)
{
    if (*c->errors)
        return fail (err, EIO, "%s: %s", c->argv.item[0], c->errors);
    return fail (err, EIO, "%s: exited with status %d", c->argv.item[0],
                 c->status);
}

int
command_check (struct command *c, struct error *err)
{
    if (command_run (c, err) < 0)
        return -1;
    return c->status == 0 ? 0 : command_failed (c, err);
}
