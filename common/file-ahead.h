/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening, looking at and reading the files of a directory, many at once:
 * four system calls for up to 64 files instead of four for each, and the
 * disk gets all that is to be read in one go.
 */
#ifndef COMMON_FILE_AHEAD_H
#define COMMON_FILE_AHEAD_H

#include <stdbool.h>
#include <sys/stat.h>

#define FILE_AHEAD_MAX 64

struct ahead_file {
    const char *name; /* the caller's */
    int errnum;       /* why the file can't be opened; else 0 */
    int fd;
    struct stat st;
    const char *data; /* all of it, st_size bytes; NULL: was not read */
};

struct file_ahead {
    bool content; /* is read of small files */

    /* Internal, but for file. */
    struct uring *ring; /* uring.h */
    bool impossible;
    struct ahead_file *file;
    size_t count; /* that are open */
    char *buffer;
};

void file_ahead_free (struct file_ahead *a);

#define cleanup_file_ahead __attribute__ ((cleanup (file_ahead_free)))

/* May files be opened now?  False: this kernel can't do it, or others are
 * open; then each file has to be opened by itself.
 */
bool file_ahead_ready (struct file_ahead *a);

/* Open files of the directory dir, which should be regular ones; a symbolic
 * link is an error (ELOOP), and FIFOs don't block.
 */
void file_ahead_open (struct file_ahead *a, int dir,
                      const char *const *names, size_t count);

/* Close them. */
void file_ahead_close (struct file_ahead *a);

#endif /* COMMON_FILE_AHEAD_H */
