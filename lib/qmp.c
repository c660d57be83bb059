/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* QEMU's machine protocol. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "appliance.h"
#include "qmp.h"

/* A line longer than this is none of QEMU's. */
#define LINE_MAX_SIZE (1 << 20)
#define READ_SIZE 4096

/* Nor does it tell of so many events while it starts. */
#define EVENTS_MAX 256

void
qmp_close (struct qmp *q)
{
    close_fd (&q->fd);
    free (q->buffer);
    strings_free (&q->events);
    *q = QMP_NONE;
}

static int
read_more (guestfs_h *g, struct qmp *q)
{
    ssize_t n;

    if (q->size + READ_SIZE > q->room) {
        if (q->room > LINE_MAX_SIZE)
            return fail (&g->error, EPROTO, "QEMU's monitor: a line of more "
                         "than %d bytes", LINE_MAX_SIZE);
        q->room += READ_SIZE;
        q->buffer = xreallocarray (q->buffer, q->room, 1);
    }
    n = read (q->fd, q->buffer + q->size, READ_SIZE);
    if (n == 0)
        return appliance_died (g);
    if (n > 0)
        q->size += (size_t) n;
    else if (errno != EAGAIN && errno != EINTR)
        return fail (&g->error, errno, "QEMU's monitor: %m");
    return 0;
}

/* The next line, as JSON.  QEMU is not trusted: it runs the appliance. */
static json_t *
next_object (guestfs_h *g, struct qmp *q)
{
    char *newline;
    json_error_t why;
    json_t *object;

    while (!q->buffer || !(newline = memchr (q->buffer, '\n', q->size)))
        if (appliance_wait_or (g, 0, q->fd, POLLIN, g->launch_timeout_ms) < 0
            || read_more (g, q) < 0)
            return NULL;
    object = json_loadb (q->buffer, (size_t) (newline - q->buffer), 0, &why);
    q->size -= (size_t) (newline + 1 - q->buffer);
    memmove (q->buffer, newline + 1, q->size);
    if (!object)
        return fail_null (&g->error, EPROTO, "QEMU's monitor: %s", why.text);
    return object;
}

/* With a descriptor beside the text, unless it is -1. */
static ssize_t
send_text (int socket, const char *text, int fd)
{
    char control[CMSG_SPACE (sizeof fd)] = { 0 };
    struct iovec iov = { (char *) text, strlen (text) };
    struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };

    if (fd >= 0) {
        struct cmsghdr *c;

        message.msg_control = control;
        message.msg_controllen = sizeof control;
        c = CMSG_FIRSTHDR (&message);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN (sizeof fd);
        memcpy (CMSG_DATA (c), &fd, sizeof fd);
    }
    return sendmsg (socket, &message, MSG_NOSIGNAL);
}

static int
send_command (guestfs_h *g, struct qmp *q, const char *name,
              json_t *arguments, int fd)
{
    cleanup_json json_t *command = json_pack ("{s:s}", "execute", name);
    cleanup_free char *text = NULL;
    ssize_t n;

    if (!command)
        out_of_memory ();
    if (arguments)
        json_object_set (command, "arguments", arguments);
    text = json_dumps (command, JSON_COMPACT);
    if (!text)
        out_of_memory ();
    /* Commands are short, and QEMU has read the one before. */
    n = send_text (q->fd, text, fd);
    if (n < 0)
        return fail (&g->error, errno, "QEMU's monitor: %s: %m", name);
    if (n < (ssize_t) strlen (text))
        return fail (&g->error, EPROTO, "QEMU's monitor: %s: it does not "
                     "read", name);
    return 0;
}

/* What is no answer must be an event. */
static int
keep_event (guestfs_h *g, struct qmp *q, json_t *object)
{
    const char *event = json_string_value (json_object_get (object,
                                                            "event"));

    if (!event)
        return fail (&g->error, EPROTO, "QEMU's monitor said what is neither "
                     "an answer nor an event");
    if (q->events.count == EVENTS_MAX)
        return fail (&g->error, EPROTO, "QEMU's monitor told of more than %d "
                     "events", EVENTS_MAX);
    strings_add (&q->events, event);
    return 0;
}

static int
receive_answer (guestfs_h *g, struct qmp *q, const char *name,
                json_t **ret_result)
{
    for (;;) {
        cleanup_json json_t *answer = next_object (g, q);
        json_t *result, *error;

        if (!answer)
            return -1;
        error = json_object_get (answer, "error");
        if (error) {
            const char *why = json_string_value (json_object_get (error,
                                                                  "desc"));

            return fail (&g->error, EIO, "QEMU: %s: %s", name,
                         why ? why : "it failed");
        }
        result = json_object_get (answer, "return");
        if (result) {
            if (ret_result)
                *ret_result = json_incref (result);
            return 0;
        }
        if (keep_event (g, q, answer) < 0)
            return -1;
    }
}

int
qmp_command (guestfs_h *g, struct qmp *q, const char *name,
             json_t *take_arguments, json_t **ret_result)
{
    cleanup_json json_t *arguments = take_arguments;

    if (send_command (g, q, name, arguments, -1) < 0)
        return -1;
    return receive_answer (g, q, name, ret_result);
}

int
qmp_give_fd (guestfs_h *g, struct qmp *q, const char *fdname, int fd)
{
    cleanup_json json_t *arguments = json_pack ("{s:s}", "fdname", fdname);

    if (send_command (g, q, "getfd", arguments, fd) < 0)
        return -1;
    return receive_answer (g, q, "getfd", NULL);
}

int
qmp_wait_event (guestfs_h *g, struct qmp *q, const char *name)
{
    while (!strings_contain (&q->events, name)) {
        cleanup_json json_t *object = next_object (g, q);

        if (!object || keep_event (g, q, object) < 0)
            return -1;
    }
    return 0;
}

int
qmp_open (guestfs_h *g, struct qmp *q, int take_fd)
{
    cleanup_json json_t *greeting = NULL;

    *q = QMP_NONE;
    q->fd = take_fd;
    if (fcntl (take_fd, F_SETFL, O_NONBLOCK) < 0)
        return fail (&g->error, errno, "fcntl: %m");
    greeting = next_object (g, q);
    if (!greeting)
        return -1;
    if (!json_object_get (greeting, "QMP"))
        return fail (&g->error, EPROTO, "QEMU's monitor did not greet");
    return qmp_command (g, q, "qmp_capabilities", NULL, NULL);
}
