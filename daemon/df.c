/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that tell, as df(1) does, how full the file systems are. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "calls.h"
#include "sysroot.h"

#define SIZE_TEXT 24

typedef void (*size_formatter) (uint64_t bytes, char ret[SIZE_TEXT]);

static uint64_t
divide_up (uint64_t n, uint64_t by)
{
    return n / by + (n % by != 0);
}

static void
format_kilobytes (uint64_t bytes, char ret[SIZE_TEXT])
{
    snprintf (ret, SIZE_TEXT, "%llu",
              (unsigned long long) divide_up (bytes, 1024));
}

/* At most four digits and a letter, rounded up: 0, 980K, 1.5G, 12T. */
static void
format_human (uint64_t bytes, char ret[SIZE_TEXT])
{
    static const char units[] = "KMGTPE";
    const char *letter = units;
    uint64_t unit = 1024, tenths;

    if (bytes < unit) {
        snprintf (ret, SIZE_TEXT, "%llu", (unsigned long long) bytes);
        return;
    }
    while (letter[1] && divide_up (bytes, unit) >= 1024) {
        unit *= 1024;
        letter++;
    }
    tenths = bytes / unit * 10 + divide_up (bytes % unit * 10, unit);
    if (tenths < 100)
        snprintf (ret, SIZE_TEXT, "%llu.%llu%c",
                  (unsigned long long) tenths / 10,
                  (unsigned long long) tenths % 10, *letter);
    else
        snprintf (ret, SIZE_TEXT, "%llu%c",
                  (unsigned long long) divide_up (bytes, unit), *letter);
}

enum { COLUMNS = 6 };

/* One line's texts, which are owned. */
struct row {
    char *cell[COLUMNS];
};

struct table {
    struct row *rows;
    size_t count;
};

static void
table_free (struct table *t)
{
    for (size_t i = 0; i < t->count; i++)
        for (size_t j = 0; j < COLUMNS; j++)
            free (t->rows[i].cell[j]);
    free (t->rows);
}

#define cleanup_table __attribute__ ((cleanup (table_free)))

static void
add_header (struct table *t, const char *size, const char *available)
{
    const char *const titles[COLUMNS] = {
        "Filesystem", size, "Used", available, "Use%", "Mounted on",
    };
    struct row *row = &t->rows[t->count++];

    for (size_t j = 0; j < COLUMNS; j++)
        row->cell[j] = xstrdup (titles[j]);
}

/* How full it is for ordinary users, rounded up. */
static char *
percentage (const struct statvfs *st)
{
    uint64_t used = st->f_blocks - st->f_bfree;
    uint64_t total = used + st->f_bavail;

    if (total == 0)
        return xstrdup ("-");
    return xasprintf ("%llu%%", (unsigned long long)
                      divide_up (used * 100, total));
}

static int
add_file_system (struct call *call, struct table *t, const char *device,
                 const char *path, size_formatter format)
{
    cleanup_fd int fd = sysroot_open (call, path, O_PATH, 0);
    char size[SIZE_TEXT], used[SIZE_TEXT], available[SIZE_TEXT];
    struct statvfs st;

    if (fd < 0)
        return -1;
    if (fstatvfs (fd, &st) < 0)
        return fail (&call->err, errno, "%s: %m", path);
    format (st.f_blocks * st.f_frsize, size);
    format ((st.f_blocks - st.f_bfree) * st.f_frsize, used);
    format (st.f_bavail * st.f_frsize, available);
    t->rows[t->count++] = (struct row) {
        .cell = { xstrdup (device), xstrdup (size), xstrdup (used),
                  xstrdup (available), percentage (&st), xstrdup (path) },
    };
    return 0;
}

/* Numbers stand to the right; the last column is as long as it is. */
static char *
format_table (const struct table *t)
{
    int width[COLUMNS] = { 14, 5, 5, 5, 4, 0 }; /* the least that df has */
    char *text = NULL;
    size_t size;
    FILE *fp = open_memstream (&text, &size);

    if (!fp)
        out_of_memory ();
    for (size_t i = 0; i < t->count; i++)
        for (size_t j = 0; j < COLUMNS - 1; j++)
            if ((int) strlen (t->rows[i].cell[j]) > width[j])
                width[j] = (int) strlen (t->rows[i].cell[j]);
    for (size_t i = 0; i < t->count; i++) {
        char *const *cell = t->rows[i].cell;

        fprintf (fp, "%-*s %*s %*s %*s %*s %s\n", width[0], cell[0], width[1],
                 cell[1], width[2], cell[2], width[3], cell[3], width[4],
                 cell[4], cell[5]);
    }
    if (fclose (fp) != 0)
        out_of_memory ();
    return text;
}

static char *
df (struct call *call, const char *size_title, const char *available_title,
    size_formatter format)
{
    cleanup_string_array char **mounted = do_mountpoints (call);
    cleanup_table struct table t = { 0 };

    if (!mounted)
        return NULL;
    t.rows = xcalloc (string_array_length (mounted) / 2 + 1, sizeof *t.rows);
    add_header (&t, size_title, available_title);
    for (size_t i = 0; mounted[i]; i += 2)
        if (add_file_system (call, &t, mounted[i], mounted[i + 1],
                             format) < 0)
            return NULL;
    return format_table (&t);
}

char *
do_df (struct call *call)
{
    return df (call, "1K-blocks", "Available", format_kilobytes);
}

char *
do_df_h (struct call *call)
{
    return df (call, "Size", "Avail", format_human);
}
