/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files as hexadecimal digits, in the form of "hexdump -C". */

#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "calls.h"
#include "content.h"

#define LINE 16

struct dump {
    FILE *fp;
    unsigned char line[LINE], last[LINE];
    size_t used;
    uint64_t offset; /* of the line */
    bool repeated;   /* an asterisk stands for the lines since the last */
};

/* Two columns of eight bytes, and the same as text. */
static void
print_line (const struct dump *d)
{
    char hex[3 * LINE + 2], text[LINE + 1];
    size_t n = 0;

    for (size_t i = 0; i < d->used; i++) {
        n += (size_t) snprintf (hex + n, sizeof hex - n, "%s%02x ",
                                i == LINE / 2 ? " " : "", d->line[i]);
        text[i] = d->line[i] >= ' ' && d->line[i] <= '~' ? (char) d->line[i]
                                                         : '.';
    }
    text[d->used] = '\0';
    fprintf (d->fp, "%08" PRIx64 "  %-49s |%s|\n", d->offset, hex, text);
}

static int
end_line (struct dump *d, struct error *err)
{
    bool same = d->used == LINE && d->offset > 0
                && memcmp (d->line, d->last, LINE) == 0;

    if (!same)
        print_line (d);
    else if (!d->repeated)
        fputs ("*\n", d->fp);
    d->repeated = same;
    memcpy (d->last, d->line, LINE);
    d->offset += d->used;
    d->used = 0;
    if (ftello (d->fp) > WIRE_MESSAGE_MAX)
        return fail (err, EMSGSIZE, "the dump is too large for a message "
                     "(pread can fetch the file piece by piece)");
    return 0;
}

static int
dump_block (void *opaque, const char *data, size_t size, struct error *err)
{
    struct dump *d = opaque;

    while (size > 0) {
        size_t n = LINE - d->used < size ? LINE - d->used : size;

        memcpy (d->line + d->used, data, n);
        d->used += n;
        data += n;
        size -= n;
        if (d->used == LINE && end_line (d, err) < 0)
            return -1;
    }
    return 0;
}

static int
dump (struct call *call, const char *path, struct dump *d)
{
    cleanup_fd int fd = content_open (call, path, false);

    if (fd < 0 || content_read (call, fd, path, dump_block, d) < 0)
        return -1;
    if (d->used > 0 && end_line (d, &call->err) < 0)
        return -1;
    if (d->offset > 0)
        fprintf (d->fp, "%08" PRIx64 "\n", d->offset);
    return 0;
}

char *
do_hexdump (struct call *call, const char *path)
{
    cleanup_free char *text = NULL;
    size_t size;
    struct dump d = { .fp = open_memstream (&text, &size) };
    int r;

    if (!d.fp)
        out_of_memory ();
    r = dump (call, path, &d);
    if (fclose (d.fp) != 0)
        out_of_memory ();
    return r < 0 ? NULL : steal (&text);
}
