/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LVM in a process of its own.
 *
 * Between the two is a socket.  A command is a text with a NUL after it;
 * the answer is any number of messages and a status, each of them one of
 * the letters below, a text and a NUL.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <lvm2cmd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io.h"
#include "lvm-process.h"

DEFINE_LIBRARY (lvm2cmd, "liblvm2cmd.so.2.03", LVM2CMD_FUNCTIONS)

#define ERROR 'e'
#define LINE 'l'
#define STATUS 's'

/* No command comes near them: the largest groups take a second, and some
 * ten MiB.
 */
#define CPU_SECONDS_MAX 60
#define OUTPUT_MAX (32 << 20)

/* The socket, in the other process only: the library has no argument for
 * it.
 */
static FILE *answer;

static void
log_line (int level, const char *file, int line, int dm_errno,
          const char *message)
{
    (void) file;
    (void) line;
    (void) dm_errno;
    if (level > LVM2_LOG_PRINT)
        return;
    putc (level < LVM2_LOG_PRINT ? ERROR : LINE, answer);
    fputs (message, answer);
    putc ('\0', answer);
}

/* LVM can't use more than half of the memory. */
static void
limit_memory (void)
{
    rlim_t half = (rlim_t) sysconf (_SC_PHYS_PAGES) / 2
                  * (rlim_t) sysconf (_SC_PAGESIZE);
    struct rlimit data = { half, half };
    struct rlimit core = { 0, 0 };

    setrlimit (RLIMIT_DATA, &data);
    setrlimit (RLIMIT_CORE, &core);
}

/* The limit counts from the start of the process. */
static void
limit_time (void)
{
    struct rlimit cpu = { 0, RLIM_INFINITY };
    struct rusage used;

    getrusage (RUSAGE_SELF, &used);
    cpu.rlim_cur = (rlim_t) (used.ru_utime.tv_sec + used.ru_stime.tv_sec
                             + CPU_SECONDS_MAX);
    setrlimit (RLIMIT_CPU, &cpu);
}

static void
serve_commands (const struct lvm2cmd *lib, int fd)
{
    FILE *commands = fdopen (dup (fd), "r");
    char *line = NULL;
    size_t size = 0;
    void *handle;

    answer = fdopen (fd, "w");
    if (!commands || !answer)
        return;
    limit_memory ();
    lib->lvm2_log_fn (log_line);
    handle = lib->lvm2_init ();
    while (getdelim (&line, &size, '\0', commands) > 0) {
        limit_time ();
        fprintf (answer, "%c%d%c", STATUS,
                 handle ? lib->lvm2_run (handle, line) : LVM2_INIT_FAILED,
                 '\0');
        fflush (answer);
    }
}

/* Files that stay open would keep file systems mounted. */
static _Noreturn void
run_child (const struct lvm2cmd *lib, int fd)
{
    if (dup2 (fd, 3) == 3) {
        close_range (4, ~0U, 0);
        serve_commands (lib, 3);
    }
    _exit (0);
}

int
lvm_process_start (struct lvm_process *process, const struct lvm2cmd *lib,
                   struct error *err)
{
    int fds[2];

    if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
        return fail (err, errno, "socketpair: %m");
    process->pid = fork ();
    if (process->pid == 0)
        run_child (lib, fds[1]);
    close_fd (&fds[1]);
    process->from = process->pid > 0 ? fdopen (fds[0], "r") : NULL;
    if (process->from)
        return 0;
    fail (err, errno, "starting a process for LVM: %m");
    close_fd (&fds[0]);
    lvm_process_stop (process);
    return -1;
}

static void
close_process (struct lvm_process *process)
{
    if (process->from)
        fclose (process->from);
    *process = (struct lvm_process) { 0 };
}

void
lvm_process_stop (struct lvm_process *process)
{
    if (process->pid > 0) {
        kill (process->pid, SIGKILL);
        waitpid (process->pid, NULL, 0);
    }
    close_process (process);
}

/* It closed the socket. */
static int
process_died (struct lvm_process *process, struct error *err)
{
    int status = 0;

    waitpid (process->pid, &status, 0);
    close_process (process);
    if (WIFSIGNALED (status) && WTERMSIG (status) == SIGXCPU)
        return fail (err, ETIMEDOUT, "LVM did not come to an end within %d "
                     "seconds: its metadata on a drive may be damaged",
                     CPU_SECONDS_MAX);
    return fail (err, EIO, "LVM crashed: its metadata on a drive may be "
                 "damaged");
}

int
lvm_process_run (struct lvm_process *process, const char *line,
                 struct lvm_output *ret, struct error *err)
{
    cleanup_free char *message = NULL;
    size_t allocated = 0, total = 0;
    ssize_t n;

    if (write_full (fileno (process->from), line, strlen (line) + 1) < 0)
        return process_died (process, err);
    while ((n = getdelim (&message, &allocated, '\0', process->from)) > 0) {
        total += (size_t) n;
        if (total > OUTPUT_MAX) {
            lvm_process_stop (process);
            return fail (err, EFBIG, "LVM prints more than %d bytes",
                         OUTPUT_MAX);
        }
        if (message[0] == STATUS)
            return (int) strtol (message + 1, NULL, 10);
        strings_add (message[0] == ERROR ? &ret->errors : &ret->lines,
                     message + 1);
    }
    return process_died (process, err);
}

void
lvm_output_free (struct lvm_output *output)
{
    strings_free (&output->errors);
    strings_free (&output->lines);
}
