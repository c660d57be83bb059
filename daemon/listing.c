/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that list a directory for people to read, as ls -la does. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "calls.h"
#include "dents.h"
#include "sysroot.h"

#define CONTEXT_XATTR "security.selinux"

/* Longer contexts than this are cut. */
#define CONTEXT_SIZE 256

/* A file's line before the columns' widths are known. */
struct line {
    char *name;
    struct stat st;
    bool missing; /* it could not be looked at */
    char size[32]; /* or the numbers of a device */
    char context[CONTEXT_SIZE];
};

struct listing {
    int dirfd;
    bool with_context;
    struct line *lines;
    size_t count;
    int64_t blocks; /* of 512 bytes, all together */
};

/* The columns' widths. */
struct widths {
    int links, owner, group, size, context;
};

static void
listing_free (struct listing *l)
{
    for (size_t i = 0; i < l->count; i++)
        free (l->lines[i].name);
    free (l->lines);
    close_fd (&l->dirfd);
}

#define cleanup_listing __attribute__ ((cleanup (listing_free)))

/* Control characters in names must not reach a terminal. */
static void
put_name (FILE *fp, const char *name)
{
    for (; *name; name++)
        fputc ((unsigned char) *name < ' ' || *name == 127 ? '?' : *name, fp);
}

/* The permissions, with the set-ID and sticky bits in them. */
static void
format_mode (mode_t mode, char ret[11])
{
    static const char types[] = {
        [DT_UNKNOWN] = '?', [DT_FIFO] = 'p', [DT_CHR] = 'c', [DT_DIR] = 'd',
        [DT_BLK] = 'b',     [DT_REG] = '-',  [DT_LNK] = 'l', [DT_SOCK] = 's',
    };
    static const char bits[] = "rwxrwxrwx";
    size_t type = IFTODT (mode);

    ret[0] = type < sizeof types && types[type] ? types[type] : '?';
    for (int i = 0; i < 9; i++)
        ret[1 + i] = mode & (0400 >> i) ? bits[i] : '-';
    if (mode & S_ISUID)
        ret[3] = mode & 0100 ? 's' : 'S';
    if (mode & S_ISGID)
        ret[6] = mode & 0010 ? 's' : 'S';
    if (mode & S_ISVTX)
        ret[9] = mode & 0001 ? 't' : 'T';
    ret[10] = '\0';
}

/* Half a year: what is older, or in the future, is shown with its year
 * rather than the time of day.
 */
#define RECENT (31556952 / 2)

static void
format_time (time_t when, char *ret, size_t size)
{
    time_t now = time (NULL);
    bool recent = when <= now && now - when < RECENT;
    struct tm tm;

    if (!gmtime_r (&when, &tm)
        || strftime (ret, size, recent ? "%b %e %H:%M" : "%b %e  %Y",
                     &tm) == 0)
        snprintf (ret, size, "%12lld", (long long) when);
}

static void
format_size (struct line *line)
{
    const struct stat *st = &line->st;

    if (S_ISCHR (st->st_mode) || S_ISBLK (st->st_mode))
        snprintf (line->size, sizeof line->size, "%u, %3u",
                  major (st->st_rdev), minor (st->st_rdev));
    else
        snprintf (line->size, sizeof line->size, "%lld",
                  (long long) st->st_size);
}

static void
read_context (int dirfd, const char *name, struct line *line)
{
    char link[FD_PATH_SIZE];
    cleanup_free char *path = NULL;
    ssize_t n;

    fd_path (dirfd, link);
    path = xasprintf ("%s/%s", link, name);
    n = lgetxattr (path, CONTEXT_XATTR, line->context, CONTEXT_SIZE - 1);
    if (n <= 0)
        strncpy (line->context, "?", CONTEXT_SIZE);
    else
        line->context[n] = '\0';
}

/* Add a file of a directory under the name that is shown. */
static void
add_line (struct listing *l, int dirfd, const char *name, const char *shown)
{
    struct line *line = &l->lines[l->count++];

    *line = (struct line) { .name = xstrdup (shown) };
    if (fstatat (dirfd, name, &line->st, AT_SYMLINK_NOFOLLOW) < 0) {
        line->missing = true;
        snprintf (line->size, sizeof line->size, "?");
        snprintf (line->context, CONTEXT_SIZE, "?");
        return;
    }
    l->blocks += line->st.st_blocks;
    format_size (line);
    if (l->with_context)
        read_context (dirfd, name, line);
}

static void
widen (int *width, int n)
{
    if (n > *width)
        *width = n;
}

static void
measure (const struct listing *l, struct widths *ret)
{
    *ret = (struct widths) { 0 };
    for (size_t i = 0; i < l->count; i++) {
        const struct line *line = &l->lines[i];

        widen (&ret->links, snprintf (NULL, 0, "%llu", (unsigned long long)
                                      line->st.st_nlink));
        widen (&ret->owner, snprintf (NULL, 0, "%u", line->st.st_uid));
        widen (&ret->group, snprintf (NULL, 0, "%u", line->st.st_gid));
        widen (&ret->size, (int) strlen (line->size));
        widen (&ret->context, (int) strlen (line->context));
    }
}

static void
put_target (FILE *fp, int dirfd, const char *name)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat (dirfd, name, target, sizeof target - 1);

    if (n < 0)
        return;
    target[n] = '\0';
    fputs (" -> ", fp);
    put_name (fp, target);
}

static void
put_line (FILE *fp, const struct listing *l, const struct widths *widths,
          const struct line *line)
{
    const struct stat *st = &line->st;
    char mode[11], when[32];

    format_mode (st->st_mode, mode);
    format_time (st->st_mtime, when, sizeof when);
    fprintf (fp, "%s %*llu %-*u %-*u ", line->missing ? "??????????" : mode,
             widths->links, (unsigned long long) st->st_nlink, widths->owner,
             st->st_uid, widths->group, st->st_gid);
    if (l->with_context)
        fprintf (fp, "%-*s ", widths->context, line->context);
    fprintf (fp, "%*s %s ", widths->size, line->size, when);
    put_name (fp, line->name);
    if (S_ISLNK (st->st_mode))
        put_target (fp, l->dirfd, line->name);
    fputc ('\n', fp);
}

static char *
format_listing (const struct listing *l, bool with_total)
{
    struct widths widths;
    char *text = NULL;
    size_t size;
    FILE *fp = open_memstream (&text, &size);

    if (!fp)
        out_of_memory ();
    measure (l, &widths);
    if (with_total)
        fprintf (fp, "total %lld\n", (long long) (l->blocks + 1) / 2);
    for (size_t i = 0; i < l->count; i++)
        put_line (fp, l, &widths, &l->lines[i]);
    if (fclose (fp) != 0)
        out_of_memory ();
    return text;
}

/* ".." of the guest's root is that root. */
static int
add_parent (struct call *call, const char *path, struct listing *l)
{
    cleanup_free char *parent = xasprintf ("%s/..", path);
    cleanup_fd int fd = sysroot_open (call, parent, O_PATH | O_DIRECTORY, 0);

    if (fd < 0)
        return -1;
    add_line (l, fd, ".", "..");
    return 0;
}

static int
add_names (struct call *call, const char *path, struct listing *l)
{
    cleanup_strings struct strings names = STRINGS_EMPTY;

    if (read_names (call, path, &names) < 0)
        return -1;
    strings_sort (&names);
    l->lines = xcalloc (names.count + 2, sizeof *l->lines);
    add_line (l, l->dirfd, ".", ".");
    if (add_parent (call, path, l) < 0)
        return -1;
    for (size_t i = 0; i < names.count; i++)
        add_line (l, l->dirfd, names.item[i], names.item[i]);
    return 0;
}

/* Of a directory its content, of other files themselves. */
static char *
list (struct call *call, const char *path, bool with_context)
{
    cleanup_listing struct listing l = {
        .dirfd = -1,
        .with_context = with_context,
    };
    struct stat st;
    const char *name;

    if (sysroot_stat (call, path, true, &st) < 0)
        return NULL;
    if (S_ISDIR (st.st_mode)) {
        l.dirfd = sysroot_open (call, path, O_PATH | O_DIRECTORY, 0);
        if (l.dirfd < 0 || add_names (call, path, &l) < 0)
            return NULL;
        return format_listing (&l, true);
    }
    l.dirfd = sysroot_open_parent (call, path, &name);
    if (l.dirfd < 0)
        return NULL;
    l.lines = xcalloc (1, sizeof *l.lines);
    add_line (&l, l.dirfd, name, name);
    return format_listing (&l, false);
}

char *
do_ll (struct call *call, const char *directory)
{
    return list (call, directory, false);
}

char *
do_llz (struct call *call, const char *directory)
{
    return list (call, directory, true);
}
