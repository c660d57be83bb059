/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestfish --listen: carrying out what is sent. */

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>

#include "cleanup.h"
#include "io.h"
#include "memory.h"
#include "number.h"
#include "parser.h"
#include "remote-socket.h"
#include "remote.h"
#include "run.h"
#include "shell.h"
#include "string-list.h"

/* Does nobody listen there any more? */
static bool
is_stale (const char *folder, int pid)
{
    cleanup_fd int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK
                                             | SOCK_CLOEXEC, 0);
    cleanup_error struct error ignored = { 0 };
    struct sockaddr_un address;

    return fd >= 0 && remote_address (folder, pid, &address, &ignored) == 0
           && connect (fd, (struct sockaddr *) &address, sizeof address) < 0
           && errno == ECONNREFUSED;
}

/* Sockets of processes that were killed. */
static void
remove_stale_sockets (const char *folder)
{
    cleanup_dir DIR *dir = opendir (folder);
    const struct dirent *d;

    while (dir && (d = readdir (dir))) {
        cleanup_error struct error ignored = { 0 };
        int64_t pid;

        if (string_starts_with (d->d_name, "socket-")
            && parse_number (d->d_name + strlen ("socket-"), 1, INT32_MAX,
                             &pid, &ignored) == 0
            && is_stale (folder, (int) pid))
            unlinkat (dirfd (dir), d->d_name, 0);
    }
}

/* Between bind and listen a socket looks stale: one process at a time. */
static int
lock_folder (const char *folder, struct error *err)
{
    cleanup_fd int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || flock (fd, LOCK_EX) < 0)
        return fail (err, errno, "%s: %m", folder);
    return steal_fd (&fd);
}

static char *
socket_folder (struct error *err)
{
    char *folder = remote_folder (REMOTE_RUNTIME_DIR, err);

    return folder || err->message ? folder : remote_folder (REMOTE_TMP, err);
}

int
remote_listen (struct error *err)
{
    cleanup_free char *folder = socket_folder (err);
    cleanup_fd int lock = -1;
    cleanup_fd int fd = -1;
    struct sockaddr_un address;

    if (!folder || remote_address (folder, getpid (), &address, err) < 0
        || (lock = lock_folder (folder, err)) < 0)
        return -1;
    remove_stale_sockets (folder);
    unlink (address.sun_path);
    fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0
        || bind (fd, (struct sockaddr *) &address, sizeof address) < 0
        || listen (fd, 16) < 0)
        return fail (err, errno, "%s: %m", address.sun_path);
    return steal_fd (&fd);
}

static void
remove_socket (int listener)
{
    struct sockaddr_un address;
    socklen_t size = sizeof address;

    if (getsockname (listener, (struct sockaddr *) &address, &size) == 0)
        unlink (address.sun_path);
}

/* The words of a command, in line->words. */
static int
receive_words (int fd, struct line *line, struct error *err)
{
    cleanup_string_array char **words = NULL;
    cleanup_strings struct strings list = STRINGS_EMPTY;
    cleanup_free char *text = NULL;
    uint32_t size;

    if (read_full (fd, &size, sizeof size) != sizeof size)
        return fail (err, EPROTO, "a remote command that breaks off");
    if (size == 0 || size > REMOTE_WORDS_MAX)
        return fail (err, EPROTO, "a remote command of %u bytes", size);
    text = xmalloc (size);
    if (read_full (fd, text, size) != (ssize_t) size || text[size - 1])
        return fail (err, EPROTO, "a remote command that breaks off");
    for (const char *p = text; p < text + size; p += strlen (p) + 1)
        strings_add (&list, p);
    size = (uint32_t) list.count;
    words = strings_steal (&list);
    line_from_words (words, size, line);
    return 0;
}

/* Our stdin, stdout and stderr become the client's and back again. */
static void
exchange_fds (int fds[REMOTE_FDS])
{
    fflush (stdout);
    fflush (stderr);
    for (int i = 0; i < REMOTE_FDS; i++) {
        int ours = fcntl (i, F_DUPFD_CLOEXEC, REMOTE_FDS);

        dup2 (fds[i], i);
        close (fds[i]);
        fds[i] = ours;
    }
}

/* What the client's stdin holds is no concern of the next client: our own
 * FILE stdin is not used.
 */
static int
carry_out (struct shell *sh, struct line *line)
{
    cleanup_error struct error err = { 0 };
    cleanup_string_array char **words = strings_steal (&line->words);
    cleanup_file FILE *fp = fdopen (fcntl (STDIN_FILENO, F_DUPFD_CLOEXEC,
                                           REMOTE_FDS), "r");
    struct file_input in = file_input (fp, "standard input");
    size_t word;
    int r;

    sh->input = fp ? &in.base : NULL;
    r = run_command (sh, words, &word, &err);
    sh->input = NULL;
    if (r < 0)
        print_error (&err);
    return r;
}

/* A command that came whole.  After the last one the disks are written and
 * everything is closed before the client goes on, who hears what fails.
 */
static int
carry_out_line (struct shell *sh, struct line *line)
{
    cleanup_error struct error err = { 0 };
    int r = carry_out (sh, line);

    if (line->ignore_errors)
        r = 0;
    if (r < 0)
        sh->quit = true;
    if (sh->quit && shell_close_handle (sh, &err) < 0) {
        print_error (&err);
        r = -1;
    }
    return r;
}

/* One connection is one command. */
static int
serve_one (struct shell *sh, int fd, struct error *err)
{
    cleanup_line struct line line = { .kind = LINE_EMPTY };
    int fds[REMOTE_FDS];
    char status;
    int r;

    if (remote_check_peer (fd, err) < 0
        || remote_receive_greeting (fd, fds, err) < 0)
        return -1;
    r = receive_words (fd, &line, err);
    exchange_fds (fds);
    if (r == 0)
        r = carry_out_line (sh, &line);
    exchange_fds (fds);
    for (int i = 0; i < REMOTE_FDS; i++)
        close (fds[i]);
    status = r < 0;
    write_full (fd, &status, 1);
    return err->message ? -1 : 0;
}

int
remote_serve (struct shell *sh, int listener, struct error *err)
{
    while (!sh->quit) {
        cleanup_fd int fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
        cleanup_error struct error one = { 0 };

        if (fd < 0 && errno != EINTR && errno != ECONNABORTED) {
            remove_socket (listener);
            return fail (err, errno, "accept: %m");
        }
        if (fd >= 0 && serve_one (sh, fd, &one) < 0)
            print_error (&one);
    }
    remove_socket (listener);
    return 0;
}
