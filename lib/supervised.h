/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program that guestfs-confine (appliance/) runs for us: starting it,
 * hearing how it fares, and its end.
 */
#ifndef LIB_SUPERVISED_H
#define LIB_SUPERVISED_H

#include <sys/types.h>

#include "handle.h"

struct supervised {
    pid_t supervisor; /* our child; 0: there is none */
    pid_t pid;        /* of the program itself; 0: not known yet */
    pid_t owner;      /* the process whose it is; see struct appliance */
    int control;      /* socket to the supervisor, or -1 */
    bool listening;   /* its sockets are there */
    bool dead;        /* it has ended, or its supervisor has */
    struct strings why; /* what the supervisor said of that, line by line */
    char line[1024];  /* what it has begun to say */
    size_t line_size;
};

#define SUPERVISED_NONE ((struct supervised) { .control = -1 })

/* What is to be started: filled in with the functions below. */
struct start {
    struct strings argv;
    bool has_preload;
    struct strings program;  /* the part after "--" */
    int *inherited;          /* descriptors that the child gets */
    size_t nr_inherited;
};

void start_init (struct start *s, const char *profile);
void start_free (struct start *s);

#define cleanup_start __attribute__ ((cleanup (start_free)))

/* An option for guestfs-confine itself. */
void start_option (struct start *s, const char *fmt, ...)
    __attribute__ ((format (printf, 2, 3)));

/* An argument for the program; its name comes first. */
void start_argument (struct start *s, const char *fmt, ...)
    __attribute__ ((format (printf, 2, 3)));

/* A descriptor that the child gets, under the same number; borrowed. */
void start_inherit (struct start *s, int fd);

/* One that the program behind guestfs-confine gets, too, under the same
 * number.
 */
void start_keep (struct start *s, int fd);

/* A socket without a name, which gets one that only the program sees, and
 * listens from then on.
 */
void start_listen (struct start *s, int fd);

/* That name; the number is the descriptor's. */
#define SOCKET_IN_VIEW "/run/disk-%d"

/* A disk image that it gets, and may write to or not. */
void start_keep_disk (struct start *s, int fd, bool readonly);

/* A disk image that it gets and may not write to, but may believe that it
 * does: all that goes to the other file, and is seen from there.
 */
void start_keep_overlay (struct start *s, int fd, int overlay);

/* The read-only disk image that is the memory of a template, which QEMU may
 * believe that it can write.
 */
void start_template_memory (struct start *s, int fd);

/* It has the client of Gluster, which must believe that it can do more. */
void start_gluster (struct start *s);

/* It has the client of Ceph, which must give up in the end, and is given a
 * moment to give back its lock of an image: otherwise the servers wait for it
 * for half a minute before another client can write.
 */
void start_ceph (struct start *s);

/* It has the client of HTTP and FTP, which forgets requests that are done. */
void start_curl (struct start *s);

/* It has the client of iSCSI, which must give up in the end. */
void start_iscsi (struct start *s);

/* Start it.  Its stdout and stderr go to console. */
int start_supervised (guestfs_h *g, struct start *s, int console,
                      struct supervised *ret);

/* Start s->argv as it is, without a supervisor: what ends it is the end of
 * its channel.  Its stdout and stderr are ours.
 */
int start_plainly (guestfs_h *g, struct start *s, struct supervised *ret);

/* Take what the supervisor has to say, without waiting. */
void supervised_read (struct supervised *p);

/* Does the line report an error, "error NAME message", as our programs do?
 * Then it is in *err.
 */
bool report_explains (const char *line, struct error *err);

/* Explain in *err why it died, as far as the supervisor said.  false: it
 * said nothing that explains it.
 */
bool supervised_explain (struct supervised *p, struct error *err);

/* Did somebody kill it?  As a kernel does that has no memory left. */
bool supervised_was_killed (const struct supervised *p);

/* Kill it if it still runs, and wait for its end. */
void supervised_end (struct supervised *p);

/* Descriptors for the child must not be 0 to 2, even if those are closed
 * in our program: move *fd up.
 */
int above_stdio (int *fd, struct error *err);

/* A connected pair, both ends above stdio. */
int socket_pair (int *ours, int *theirs, struct error *err);

/* The path of a program of our own: installed, or in the build folder. */
char *helper_path (const char *name);

#endif /* LIB_SUPERVISED_H */
