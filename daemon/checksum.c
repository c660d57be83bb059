/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checksums of files, devices and whole directories. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "calls.h"
#include "content.h"
#include "digest.h"
#include "server.h"
#include "sysroot.h"
#include "file-walk.h"

static int
add_block (void *opaque, const char *data, size_t size, struct error *err)
{
    (void) err;
    digest_add (opaque, data, size);
    return 0;
}

static char *
checksum_of (struct call *call, const char *type, const char *name,
             bool device)
{
    cleanup_digest struct digest d = { 0 };
    cleanup_fd int fd = -1;

    if (digest_open (&d, type, &call->err) < 0)
        return NULL;
    fd = content_open (call, name, device);
    if (fd < 0 || content_read (call, fd, name, add_block, &d) < 0)
        return NULL;
    return digest_end (&d);
}

char *
do_checksum (struct call *call, const char *csumtype, const char *path)
{
    return checksum_of (call, csumtype, path, false);
}

char *
do_checksum_device (struct call *call, const char *csumtype,
                    const char *device)
{
    return checksum_of (call, csumtype, device, true);
}

/* A list of sums while it is made. */
struct sums {
    struct call *call;
    struct digest digest;
    char *text; /* what is not sent yet */
    size_t size;
    FILE *fp; /* writes it */
};

/* Lines are sent when there are this many bytes of them. */
#define SUMS_BLOCK (64 << 10)

static int
flush_sums (struct sums *s)
{
    if (fflush (s->fp) != 0)
        return fail (&s->call->err, errno, "list of checksums: %m");
    if (send_file (s->call, s->text, s->size) < 0)
        return -1;
    rewind (s->fp);
    return 0;
}

/* As md5sum(1) does: a line whose name would break it begins with a
 * backslash, and the name has escapes.
 */
static void
print_hash (FILE *fp, const char *sum, const char *path)
{
    bool escape = path[strcspn (path, "\\\n\r")] != '\0';

    fprintf (fp, "%s%s  ./", escape ? "\\" : "", sum);
    for (const char *p = path; *p; p++)
        if (escape && (*p == '\\' || *p == '\n' || *p == '\r'))
            fprintf (fp, "\\%c", *p == '\\' ? '\\' : *p == '\n' ? 'n' : 'r');
        else
            putc (*p, fp);
    putc ('\n', fp);
}

/* As cksum(1) does, which knows no escapes. */
static void
print_crc (FILE *fp, const char *sum, uint64_t size, const char *path)
{
    fprintf (fp, "%s %" PRIu64 " ./%s\n", sum, size, path);
}

static int
add_sum (void *opaque, const struct walk_entry *e, struct error *err)
{
    struct sums *s = opaque;
    cleanup_free char *sum = NULL;
    uint64_t size;

    (void) err;
    if (!S_ISREG (e->st.st_mode))
        return 0;
    if (content_read_entry (s->call, e, add_block, &s->digest) < 0)
        return -1;
    size = s->digest.size;
    sum = digest_end (&s->digest);
    if (s->digest.gcrypt)
        print_hash (s->fp, sum, e->path);
    else
        print_crc (s->fp, sum, size, e->path);
    return ftell (s->fp) < SUMS_BLOCK ? 0 : flush_sums (s);
}

static int
send_sums (struct sums *s, int fd)
{
    cleanup_file_ahead struct file_ahead ahead = { .content = true };
    const struct file_walk walk = {
        .visit = add_sum,
        .opaque = s,
        .ahead = &ahead,
    };

    s->fp = open_memstream (&s->text, &s->size);
    if (!s->fp)
        out_of_memory ();
    if (file_walk (&walk, fd, ".", "", &s->call->err) < 0)
        return -1;
    return flush_sums (s);
}

int
do_checksums_out (struct call *call, const char *csumtype,
                  const char *directory)
{
    struct sums s = { .call = call };
    cleanup_fd int fd = -1;
    int r;

    if (digest_open (&s.digest, csumtype, &call->err) < 0)
        return -1;
    fd = sysroot_open (call, directory, O_RDONLY | O_DIRECTORY, 0);
    r = fd < 0 ? -1 : send_sums (&s, fd);
    if (s.fp)
        fclose (s.fp);
    free (s.text);
    digest_close (&s.digest);
    return r;
}
