/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A small NBD client: the newstyle handshake and reading, as in
 * doc/proto.md of the NBD project.  Numbers are big-endian.  The server is
 * not trusted.
 */

#include "config.h"

#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "appliance.h"
#include "cleanup.h"
#include "memory.h"
#include "nbd.h"

#define INIT_MAGIC 0x4e42444d41474943ULL   /* "NBDMAGIC" */
#define OPTION_MAGIC 0x49484156454f5054ULL /* "IHAVEOPT" */
#define REPLY_MAGIC 0x0003e889045565a9ULL
#define REQUEST_MAGIC 0x25609513U
#define SIMPLE_REPLY_MAGIC 0x67446698U

#define FLAG_FIXED_NEWSTYLE 1
#define FLAG_NO_ZEROES 2

#define OPT_EXPORT_NAME 1
#define OPT_GO 7

#define REP_ACK 1
#define REP_INFO 3
#define REP_ERROR 0x80000000U
#define REP_ERR_UNSUP (REP_ERROR + 1)
#define REP_ERR_TLS_REQD (REP_ERROR + 5)
#define INFO_EXPORT 0

#define EXPORT_READ_ONLY 2
#define EXPORT_SEND_TRIM 32

#define CMD_READ 0
#define CMD_DISC 2

/* More than any server has to say about an option. */
#define REPLY_MAX 65536

/* More replies to one option mean that there is no end. */
#define REPLIES_MAX 64

/* The server, while it is talked to. */
struct peer {
    int fd;
    const char *name; /* the drive's */
    struct error *err;
    int64_t end_ms; /* monotonic_ms () when it must have said everything */
};

static struct peer
meet (int fd, const char *name, struct error *err)
{
    return (struct peer) { fd, name, err, monotonic_ms () + NBD_TIMEOUT_MS };
}

static int
peer_failed (const struct peer *p, int errnum)
{
    if (errnum == EAGAIN)
        return fail (p->err, ETIMEDOUT, "%s: the server did not answer for "
                     "%d seconds", p->name, NBD_TIMEOUT_MS / 1000);
    return fail (p->err, errnum, "%s: talking to the server: %m", p->name);
}

/* What is there, as soon as anything is.  Returns how many bytes, or -1 with
 * errno set.
 */
static ssize_t
receive_some (const struct peer *p, void *buffer, size_t size)
{
    struct pollfd pfd = { .fd = p->fd, .events = POLLIN };
    int64_t left = p->end_ms - monotonic_ms ();
    int n = left > 0 ? poll (&pfd, 1, (int) left) : 0;

    if (n == 0)
        errno = EAGAIN;
    return n > 0 ? recv (p->fd, buffer, size, MSG_DONTWAIT) : -1;
}

static int
receive (const struct peer *p, void *buffer, size_t size)
{
    char *to = buffer;

    while (size > 0) {
        ssize_t n = receive_some (p, to, size);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return peer_failed (p, errno);
        if (n == 0)
            return fail (p->err, EPIPE, "%s: the server has closed the "
                         "connection", p->name);
        to += n;
        size -= (size_t) n;
    }
    return 0;
}

/* Not by write_full: a server that has gone must not end us by SIGPIPE. */
static int
transmit (const struct peer *p, const void *buffer, size_t size)
{
    const char *from = buffer;

    while (size > 0) {
        ssize_t n = send (p->fd, from, size, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return peer_failed (p, errno);
        from += n;
        size -= (size_t) n;
    }
    return 0;
}

static int
broken (const struct peer *p)
{
    return fail (p->err, EPROTO, "%s: the server breaks the NBD protocol",
                 p->name);
}

struct option_header {
    uint64_t magic;
    uint32_t option, length;
} __attribute__ ((packed));

struct reply_header {
    uint64_t magic;
    uint32_t option, type, length;
} __attribute__ ((packed));

struct info_export {
    uint16_t type;
    uint64_t size;
    uint16_t flags;
} __attribute__ ((packed));

static void
set_export (struct nbd_export *ret, uint64_t size, uint16_t flags)
{
    ret->size = be64toh (size);
    ret->readonly = be16toh (flags) & EXPORT_READ_ONLY;
    ret->can_discard = be16toh (flags) & EXPORT_SEND_TRIM;
}

static int
send_option (const struct peer *p, uint32_t option, const void *data,
             uint32_t size)
{
    const struct option_header header = {
        .magic = htobe64 (OPTION_MAGIC),
        .option = htobe32 (option),
        .length = htobe32 (size),
    };

    if (transmit (p, &header, sizeof header) < 0)
        return -1;
    return transmit (p, data, size);
}

/* The name and no wish for more information. */
static int
send_go (const struct peer *p, const char *export_name)
{
    uint32_t length = (uint32_t) strlen (export_name);
    uint32_t size = (uint32_t) sizeof length + length + 2;
    cleanup_free char *data = xcalloc (1, size);
    const uint32_t wire_length = htobe32 (length);

    memcpy (data, &wire_length, sizeof wire_length);
    memcpy (data + sizeof wire_length, export_name, length);
    return send_option (p, OPT_GO, data, size);
}

static int
export_refused (const struct peer *p, const char *export_name, uint32_t type,
                const char *text)
{
    if (type == REP_ERR_TLS_REQD)
        return fail (p->err, EACCES, "%s: the server wants encryption (TLS)",
                     p->name);
    return fail (p->err, ENOENT, "%s: the server refuses the export '%s'%s%s",
                 p->name, export_name, *text ? ": " : "", text);
}

/* One reply to OPT_GO.  Returns 1 if more are to come, 0 at the end. */
static int
receive_go_reply (const struct peer *p, const char *export_name,
                  struct nbd_export *ret, uint32_t *ret_type)
{
    struct reply_header header;
    struct info_export info;
    cleanup_free char *data = NULL;
    uint32_t length;

    if (receive (p, &header, sizeof header) < 0)
        return -1;
    *ret_type = be32toh (header.type);
    length = be32toh (header.length);
    if (be64toh (header.magic) != REPLY_MAGIC
        || be32toh (header.option) != OPT_GO || length > REPLY_MAX)
        return broken (p);
    data = xcalloc (1, length + 1);
    if (receive (p, data, length) < 0)
        return -1;
    if (*ret_type == REP_ACK || *ret_type == REP_ERR_UNSUP)
        return 0;
    if (*ret_type & REP_ERROR)
        return export_refused (p, export_name, *ret_type, data);
    if (*ret_type != REP_INFO || length < sizeof info.type)
        return broken (p);
    memcpy (&info, data, length < sizeof info ? length : sizeof info);
    if (length == sizeof info && be16toh (info.type) == INFO_EXPORT)
        set_export (ret, info.size, info.flags);
    return 1;
}

/* What older servers know: the answer is no reply, but the export, or the
 * end of the connection.
 */
static int
choose_export (const struct peer *p, const char *export_name, bool no_zeroes,
               struct nbd_export *ret)
{
    struct {
        uint64_t size;
        uint16_t flags;
        char zeroes[124];
    } __attribute__ ((packed)) answer;
    size_t size = sizeof answer - (no_zeroes ? sizeof answer.zeroes : 0);

    if (send_option (p, OPT_EXPORT_NAME, export_name,
                     (uint32_t) strlen (export_name)) < 0)
        return -1;
    if (receive (p, &answer, size) < 0) {
        if (p->err->errnum != EPIPE)
            return -1;
        return export_refused (p, export_name, REP_ERROR, "");
    }
    set_export (ret, answer.size, answer.flags);
    return 0;
}

static int
negotiate (const struct peer *p, const char *export_name, bool no_zeroes,
           struct nbd_export *ret)
{
    struct nbd_export export = { .size = UINT64_MAX };
    uint32_t type = 0;
    int more = 1;

    if (send_go (p, export_name) < 0)
        return -1;
    for (int i = 0; more > 0 && i < REPLIES_MAX; i++)
        more = receive_go_reply (p, export_name, &export, &type);
    if (more < 0)
        return -1;
    if (more == 0 && type == REP_ERR_UNSUP
        && choose_export (p, export_name, no_zeroes, &export) < 0)
        return -1;
    if (more > 0 || export.size > INT64_MAX)
        return broken (p);
    *ret = export;
    return 0;
}

static void
limit_sending (int fd)
{
    const struct timeval limit = { .tv_sec = NBD_TIMEOUT_MS / 1000 };

    setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

int
nbd_open (int fd, const char *export_name, const char *name,
          struct nbd_export *ret, struct error *err)
{
    const struct peer p = meet (fd, name, err);
    struct {
        uint64_t init, option;
        uint16_t flags;
    } __attribute__ ((packed)) greeting;
    uint32_t flags;

    limit_sending (fd);
    if (receive (&p, &greeting, sizeof greeting) < 0)
        return -1;
    if (be64toh (greeting.init) != INIT_MAGIC
        || be64toh (greeting.option) != OPTION_MAGIC
        || !(be16toh (greeting.flags) & FLAG_FIXED_NEWSTYLE))
        return fail (err, EPROTO, "%s: the server speaks no NBD, or an old "
                     "kind of it", name);
    flags = htobe32 (be16toh (greeting.flags)
                     & (FLAG_FIXED_NEWSTYLE | FLAG_NO_ZEROES));
    if (transmit (&p, &flags, sizeof flags) < 0)
        return -1;
    return negotiate (&p, export_name,
                      be16toh (greeting.flags) & FLAG_NO_ZEROES, ret);
}

struct request {
    uint32_t magic;
    uint16_t flags, type;
    uint64_t cookie, offset;
    uint32_t length;
} __attribute__ ((packed));

struct simple_reply {
    uint32_t magic, error;
    uint64_t cookie;
} __attribute__ ((packed));

int
nbd_read (int fd, void *buffer, size_t size, uint64_t offset,
          const char *name, struct error *err)
{
    const struct peer p = meet (fd, name, err);
    const struct request request = {
        .magic = htobe32 (REQUEST_MAGIC),
        .type = htobe16 (CMD_READ),
        .offset = htobe64 (offset),
        .length = htobe32 ((uint32_t) size),
    };
    struct simple_reply reply;

    if (transmit (&p, &request, sizeof request) < 0
        || receive (&p, &reply, sizeof reply) < 0)
        return -1;
    if (be32toh (reply.magic) != SIMPLE_REPLY_MAGIC || reply.cookie != 0)
        return broken (&p);
    if (reply.error != 0)
        return fail (err, EIO, "%s: the server can't read the image (NBD "
                     "error %u)", name, be32toh (reply.error));
    return receive (&p, buffer, size);
}

void
nbd_disconnect (int fd)
{
    cleanup_error struct error ignored = { 0 };
    const struct peer p = meet (fd, "", &ignored);
    const struct request request = {
        .magic = htobe32 (REQUEST_MAGIC),
        .type = htobe16 (CMD_DISC),
    };

    transmit (&p, &request, sizeof request);
}
