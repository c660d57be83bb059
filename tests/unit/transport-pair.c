/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For the tests of transports: both ends of one in one process. */

#include "config.h"

#include <dirent.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transport-pair.h"

struct error err;

void
out_of_memory (void)
{
    abort ();
}

void
make_socketpair (int fds[2])
{
    assert_int_equal (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
                                  fds), 0);
}

static void
make_sockets (struct pair *p)
{
    int fds[2];

    make_socketpair (fds);
    p->library = transport_new_socket (fds[0]);
    p->daemon = transport_new_socket (fds[1]);
}

char *
map (int memfd)
{
    char *memory = mmap (NULL, TRANSPORT_RING_SIZE, PROT_READ | PROT_WRITE,
                         MAP_SHARED, memfd, 0);

    assert_ptr_not_equal (memory, MAP_FAILED);
    return memory;
}

int
new_memfd (void)
{
    int fd = memfd_create ("test-transport", MFD_CLOEXEC);

    assert_true (fd >= 0);
    assert_int_equal (ftruncate (fd, TRANSPORT_RING_SIZE), 0);
    return fd;
}

static void
make_rings (struct pair *p)
{
    cleanup_fd int memfd = new_memfd ();
    int fds[2];

    make_socketpair (fds);
    p->memory = map (memfd);
    p->library_bell = dup (fds[0]);
    p->daemon_bell = dup (fds[1]);
    p->library = transport_new_ring (RING_END_LIBRARY, map (memfd), fds[0],
                                     &err);
    assert_non_null (p->library);
    p->daemon = transport_new_ring (RING_END_DAEMON, map (memfd), fds[1],
                                    &err);
    assert_non_null (p->daemon);
}

const struct kind socket_kind = { "socket", make_sockets };
const struct kind ring_kind = { "ring", make_rings };

struct pair
pair_new (const struct kind *kind)
{
    struct pair p = PAIR_EMPTY;

    kind->make (&p);
    assert_string_equal (p.library->ops->name, kind->name);
    return p;
}

void
drop (struct pair *p, struct transport **t)
{
    close_fd (t == &p->library ? &p->library_bell : &p->daemon_bell);
    transport_free (*t);
    *t = NULL;
}

void
pair_free (struct pair *p)
{
    drop (p, &p->library);
    drop (p, &p->daemon);
    if (p->memory)
        munmap (p->memory, TRANSPORT_RING_SIZE);
    error_clear (&err);
}

static size_t
count_fds (void)
{
    cleanup_dir DIR *dir = opendir ("/proc/self/fd");
    size_t n = 0;

    assert_non_null (dir);
    while (readdir (dir))
        n++;
    return n;
}

static size_t fds_before;

int
setup (void **state)
{
    (void) state;
    fds_before = count_fds ();
    return 0;
}

int
teardown (void **state)
{
    (void) state;
    return count_fds () == fds_before ? 0 : -1;
}

void
assert_failed (int errnum, const char *message)
{
    assert_int_equal (err.errnum, errnum);
    assert_non_null (strstr (err.message, message));
    error_clear (&err);
}

void
send_all (struct transport *t, const void *bytes, size_t size)
{
    assert_int_equal (transport_write_full (t, bytes, size, &err), 0);
}

void
expect (struct transport *t, const char *text)
{
    char bytes[64];

    assert_int_equal (transport_read_full (t, bytes, strlen (text), &err),
                      0);
    assert_memory_equal (bytes, text, strlen (text));
}

size_t
fill (struct transport *t)
{
    static const char zeros[65536];
    size_t total = 0;
    ssize_t n;

    while ((n = t->ops->write (t, zeros, sizeof zeros, &err)) > 0)
        total += (size_t) n;
    assert_int_equal (n, 0);
    return total;
}

bool
poll_transport (struct transport *t, int want, int timeout)
{
    struct pollfd pfd;
    int r;

    if (t->ops->arm (t, want, &pfd.fd, &pfd.events))
        return true;
    r = poll (&pfd, 1, timeout);
    assert_true (r >= 0);
    assert_int_equal (t->ops->disarm (t, &err), 0);
    return r > 0;
}
