/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of a guest that is looked at, but not mounted. */

#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "guest-files.h"
#include "io.h"
#include "memory.h"
#include "string-list.h"

/* More than that is not shown of a name. */
#define LINE_MAX_SHOWN 1024

/* What a number of a version may be. */
#define VERSION_MAX 1000000

/* Entries of a directory that are looked through for another case. */
#define ENTRIES_MAX 100000

static int
open_below (int root, const char *path, int flags)
{
    struct open_how how = {
        .flags = (uint64_t) (flags | O_CLOEXEC),
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
    };

    return (int) syscall (SYS_openat2, root, path, &how, sizeof how);
}

static int
guest_open (const struct guest_files *files, const char *path, int flags)
{
    static const char usr[] = "/usr/";
    int fd = open_below (files->root, path, flags);

    if (fd < 0 && files->usr >= 0 && string_starts_with (path, usr))
        fd = open_below (files->usr, path + strlen (usr) - 1, flags);
    return fd;
}

int
guest_find (const struct guest_files *files, const char *path, int flags)
{
    return guest_open (files, path, O_PATH | flags);
}

static mode_t
type_of (const struct guest_files *files, const char *path, int flags)
{
    cleanup_fd int fd = guest_find (files, path, flags);
    struct stat st;

    return fd >= 0 && fstat (fd, &st) == 0 ? st.st_mode & S_IFMT : 0;
}

bool
guest_has_directory (const struct guest_files *files, const char *path)
{
    return type_of (files, path, 0) == S_IFDIR;
}

bool
guest_has_file (const struct guest_files *files, const char *path)
{
    return type_of (files, path, 0) == S_IFREG;
}

bool
guest_has (const struct guest_files *files, const char *path)
{
    return type_of (files, path, O_NOFOLLOW) != 0;
}

/* What is called a file may be a FIFO or a device. */
int
guest_open_file (const struct guest_files *files, const char *path)
{
    cleanup_fd int fd = guest_open (files, path,
                                    O_RDONLY | O_NONBLOCK | O_NOCTTY);
    struct stat st;

    if (fd < 0 || fstat (fd, &st) < 0 || !S_ISREG (st.st_mode))
        return -1;
    return steal_fd (&fd);
}

size_t
guest_head (const struct guest_files *files, const char *path, void *buffer,
            size_t size)
{
    cleanup_fd int fd = guest_open_file (files, path);
    ssize_t n = fd < 0 ? -1 : read_full (fd, buffer, size);

    return n < 0 ? 0 : (size_t) n;
}

/* How many bytes to expect: the size that a file has may be a lie. */
static size_t
expected_size (int fd, size_t max)
{
    struct stat st;

    if (fstat (fd, &st) < 0 || st.st_size < 0
        || (uint64_t) st.st_size > max)
        return max;
    return (size_t) st.st_size;
}

char *
guest_text_up_to (const struct guest_files *files, const char *path,
                  size_t max)
{
    cleanup_fd int fd = guest_open_file (files, path);
    size_t size = fd < 0 ? 0 : expected_size (fd, max);
    cleanup_free char *text = NULL;
    ssize_t n;

    if (fd < 0)
        return NULL;
    text = xmalloc (size + 1);
    n = read_full (fd, text, size);
    if (n < 0)
        return NULL;
    text[n] = '\0';
    if ((size_t) n == max) {
        char *newline = strrchr (text, '\n');

        if (newline)
            newline[1] = '\0';
    }
    return steal (&text);
}

char *
guest_text (const struct guest_files *files, const char *path)
{
    return guest_text_up_to (files, path, GUEST_TEXT_MAX);
}

/* What the directory calls the n bytes at name; NULL if nothing is there. */
static char *
name_any_case (int fd, const char *name, size_t n)
{
    cleanup_dir DIR *dir = fdopendir (fd);
    struct dirent *entry;

    if (!dir)
        close (fd);
    for (int i = 0; dir && i < ENTRIES_MAX && (entry = readdir (dir)); i++)
        if (strlen (entry->d_name) == n
            && strncasecmp (entry->d_name, name, n) == 0)
            return xstrdup (entry->d_name);
    return NULL;
}

char *
guest_path_any_case (const struct guest_files *files, const char *path)
{
    cleanup_free char *found = xstrdup ("");
    size_t n;

    for (; *path; path += n + (path[n] == '/')) {
        int fd = open_below (files->root, *found ? found : "/",
                             O_RDONLY | O_DIRECTORY | O_NONBLOCK);
        cleanup_free char *name = NULL;
        char *longer;

        n = strcspn (path, "/");
        if (fd < 0)
            return NULL;
        name = name_any_case (fd, path, n);
        if (!name)
            return NULL;
        longer = xasprintf ("%s/%s", found, name);
        free (found);
        found = longer;
    }
    return steal (&found);
}

static bool
is_control (char c)
{
    return (unsigned char) c < ' ' || c == 127;
}

/* At most n bytes of text. */
static char *
shown (const char *text, size_t n)
{
    cleanup_free char *line = NULL;

    while (n > 0 && isspace ((unsigned char) *text)) {
        text++;
        n--;
    }
    line = xstrndup (text, n > LINE_MAX_SHOWN ? LINE_MAX_SHOWN : n);
    string_trim_end (line);
    for (char *p = line; *p; p++)
        if (is_control (*p))
            *p = '?';
    return *line ? steal (&line) : NULL;
}

char *
guest_line (const char *text)
{
    return shown (text, strcspn (text, "\n"));
}

/* What the n bytes are to a shell: quotes and backslashes taken away. */
static char *
unquote (const char *text, size_t n)
{
    cleanup_free char *value = xmalloc (n + 1);
    size_t used = 0;
    char quote = '\0';

    for (size_t i = 0; i < n; i++) {
        char c = text[i];

        if (quote == '\0' && isspace ((unsigned char) c))
            break;
        if (c == quote)
            quote = '\0';
        else if (quote == '\0' && (c == '"' || c == '\''))
            quote = c;
        else if (c == '\\' && quote != '\'' && i + 1 < n)
            value[used++] = text[++i];
        else
            value[used++] = c;
    }
    return shown (value, used);
}

char *
guest_variable (const char *text, const char *name)
{
    size_t n = strlen (name);

    while (*text) {
        size_t line = strcspn (text, "\n");
        size_t blank = strspn (text, " \t");

        if (blank + n < line && strncmp (text + blank, name, n) == 0
            && text[blank + n] == '=')
            return unquote (text + blank + n + 1, line - blank - n - 1);
        text += line + (text[line] == '\n');
    }
    return NULL;
}

/* A number, and where it ends. */
static int
number (const char **p)
{
    int value = 0;

    for (; isdigit ((unsigned char) **p); (*p)++)
        if (value < VERSION_MAX)
            value = value * 10 + (**p - '0');
    return value < VERSION_MAX ? value : 0;
}

void
guest_version (const char *line, int *ret_major, int *ret_minor)
{
    *ret_major = *ret_minor = 0;
    line += strcspn (line, "0123456789");
    *ret_major = number (&line);
    if (*line == '.') {
        line++;
        *ret_minor = number (&line);
    }
}
