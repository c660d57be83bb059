/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of a guest that is looked at, but not mounted: below a directory
 * which is the root of all links.  None of it is trusted: what is opened is
 * never outside, never waited for, and never read further than a limit.
 */
#ifndef DAEMON_GUEST_FILES_H
#define DAEMON_GUEST_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What is read of a text.  Configuration files are smaller. */
#define GUEST_TEXT_MAX (1 << 20)

struct guest_files {
    int root;
    int usr; /* /usr, if it is another file system; else -1 */
};

/* A descriptor as of O_PATH; -1 if there is no such file.  Links at the end
 * of path are followed unless flags have O_NOFOLLOW.
 */
int guest_find (const struct guest_files *files, const char *path,
                int flags);

bool guest_has_directory (const struct guest_files *files, const char *path);
bool guest_has_file (const struct guest_files *files, const char *path);

/* Of any type, links that lead nowhere included. */
bool guest_has (const struct guest_files *files, const char *path);

/* The beginning of a regular file, at most GUEST_TEXT_MAX bytes, as a string
 * that the caller frees; what is cut off is so at the end of a line.  NULL if
 * there is no such file.
 */
char *guest_text (const struct guest_files *files, const char *path);

/* The same with another limit, for what is read many times. */
char *guest_text_up_to (const struct guest_files *files, const char *path,
                        size_t max);

/* A regular file, opened for reading; -1 if there is none. */
int guest_open_file (const struct guest_files *files, const char *path);

/* Its first bytes, at most size.  Returns how many. */
size_t guest_head (const struct guest_files *files, const char *path,
                   void *buffer, size_t size);

/* A path whose case does not matter, "windows/system32", as it is written
 * there: "/Windows/System32", which the caller frees.  NULL if there is none.
 */
char *guest_path_any_case (const struct guest_files *files,
                           const char *path);

/* The first line, or what of a text ends with a newline, fit to be shown:
 * without white space around it, and with control characters replaced.  NULL
 * if nothing is left.  The caller frees it.
 */
char *guest_line (const char *text);

/* The value of NAME=VALUE in a file of shell variables, such as os-release:
 * the first one, without quotes, as guest_line () has it.
 */
char *guest_variable (const char *text, const char *name);

/* The first version in a line: "release 7.9" gives 7 and 9.  Numbers that
 * are missing or absurd are 0.
 */
void guest_version (const char *line, int *ret_major, int *ret_minor);

#endif /* DAEMON_GUEST_FILES_H */
