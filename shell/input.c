/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines from a script, and the parts of one that are data. */

#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "cleanup.h"
#include "input.h"
#include "io.h"
#include "memory.h"

char *
input_line (struct input *in, bool continued)
{
    char *line = in->error ? NULL : in->next (in, continued);

    if (line)
        in->line++;
    return line;
}

static char *
next_of_file (struct input *in, bool continued)
{
    struct file_input *file = (struct file_input *) in;
    cleanup_free char *line = NULL;
    size_t size = 0;
    ssize_t n;

    (void) continued;
    errno = 0;
    n = getline (&line, &size, file->fp);
    if (n < 0) {
        in->error = errno ? strerror (errno) : NULL;
        return NULL;
    }
    if (line[n - 1] == '\n')
        line[--n] = '\0';
    if (strlen (line) != (size_t) n) {
        in->line++;
        in->error = "a NUL character; is this a script?";
        return NULL;
    }
    return steal (&line);
}

struct file_input
file_input (FILE *fp, const char *name)
{
    return (struct file_input) {
        .base = { .name = name, .next = next_of_file },
        .fp = fp,
    };
}

/* Memory that the library can open like a file: /dev/fd/N. */
static int
memory_file (struct error *err)
{
    int fd = memfd_create ("guestfish", MFD_CLOEXEC);

    return fd >= 0 ? fd : fail (err, errno, "memfd_create: %m");
}

static int
write_line (int fd, const char *line, struct error *err)
{
    if (write_full (fd, line, strlen (line)) < 0
        || write_full (fd, "\n", 1) < 0)
        return fail (err, errno, "the text up to the end marker: %m");
    return 0;
}

int
input_heredoc (struct input *in, const char *end, struct error *err)
{
    cleanup_fd int fd = memory_file (err);
    unsigned start = in->line;

    if (fd < 0)
        return -1;
    for (;;) {
        cleanup_free char *line = input_line (in, true);

        if (!line)
            return fail (err, EINVAL, "%s: the end marker '%s' of line %u "
                         "is missing", in->name, end, start);
        if (strcmp (line, end) == 0)
            return steal_fd (&fd);
        if (write_line (fd, line, err) < 0)
            return -1;
    }
}

int
input_rest (struct file_input *in, struct error *err)
{
    cleanup_fd int fd = memory_file (err);
    char buffer[65536];
    size_t n;

    if (fd < 0)
        return -1;
    while ((n = fread (buffer, 1, sizeof buffer, in->fp)) > 0)
        if (write_full (fd, buffer, n) < 0)
            return fail (err, errno, "%s: %m", in->base.name);
    if (ferror (in->fp))
        return fail (err, errno, "%s: %m", in->base.name);
    return steal_fd (&fd);
}
