/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestfish --remote: sending commands. */

#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "cleanup.h"
#include "io.h"
#include "memory.h"
#include "remote-socket.h"
#include "remote.h"
#include "string-list.h"

/* NULL errors mean: not there, look elsewhere. */
static int
connect_in (enum remote_place place, int pid, struct error *err)
{
    cleanup_free char *folder = remote_folder (place, err);
    cleanup_fd int fd = -1;
    struct sockaddr_un address;

    if (!folder || remote_address (folder, pid, &address, err) < 0)
        return -1;
    fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fail (err, errno, "socket: %m");
    if (connect (fd, (struct sockaddr *) &address, sizeof address) < 0) {
        if (errno == ENOENT || errno == ECONNREFUSED)
            return -1;
        return fail (err, errno, "%s: %m", address.sun_path);
    }
    if (remote_check_peer (fd, err) < 0)
        return -1;
    return steal_fd (&fd);
}

static int
connect_to (int pid, struct error *err)
{
    int fd = connect_in (REMOTE_RUNTIME_DIR, pid, err);

    if (fd < 0 && !err->message)
        fd = connect_in (REMOTE_TMP, pid, err);
    if (fd < 0 && !err->message)
        return fail (err, ECONNREFUSED, "no guestfish --listen with process "
                     "number %d is there (any more)", pid);
    return fd;
}

/* All words, each with its NUL. */
static char *
join_words (char *const *words, uint32_t *ret_size, struct error *err)
{
    size_t size = 0;
    char *text, *p;

    for (size_t i = 0; words[i]; i++)
        size += strlen (words[i]) + 1;
    if (size > REMOTE_WORDS_MAX)
        return fail_null (err, E2BIG, "this command is too long for remote "
                          "control");
    p = text = xmalloc (size + 1);
    for (size_t i = 0; words[i]; i++)
        p = (char *) memcpy (p, words[i], strlen (words[i]) + 1)
            + strlen (words[i]) + 1;
    *ret_size = (uint32_t) size;
    return text;
}

static int
send_words (int fd, char *const *words, struct error *err)
{
    uint32_t size;
    cleanup_free char *text = join_words (words, &size, err);

    if (!text)
        return -1;
    if (write_full (fd, &size, sizeof size) < 0
        || write_full (fd, text, size) < 0)
        return fail (err, errno, "sending to guestfish --listen: %m");
    return 0;
}

int
remote_check (int pid, struct error *err)
{
    cleanup_fd int fd = connect_to (pid, err);

    return fd < 0 ? -1 : 0;
}

int
remote_send (int pid, char *const *words, struct error *err)
{
    cleanup_fd int fd = connect_to (pid, err);
    char status;

    if (fd < 0 || remote_send_greeting (fd, err) < 0
        || send_words (fd, words, err) < 0)
        return -1;
    if (read_full (fd, &status, 1) != 1)
        return fail (err, ECONNRESET, "guestfish --listen (process number "
                     "%d) ended while it carried out a command", pid);
    return status == 0 ? 0 : -1;
}
