/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What goes into keys of caches. */
#ifndef LIB_FILE_KEY_H
#define LIB_FILE_KEY_H

#include <stdio.h>

/* A line for a file: one that has the same place, size and time is the same.
 * Nothing if it is not there or path is NULL.
 */
void key_put_file (FILE *fp, const char *path);

/* A line that is another one each time the host boots. */
void key_put_boot (FILE *fp);

#endif /* LIB_FILE_KEY_H */
