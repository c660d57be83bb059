/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files and directories that the kernel of the host knows of a guest that
 * is mounted there.  A node is a name in a directory, which is another node,
 * and the device and inode number that were found there.  A descriptor is
 * opened when it is needed, by one name in the directory's descriptor; and
 * if something else is there by then, that is an error.
 */
#ifndef DAEMON_LOCAL_NODE_H
#define DAEMON_LOCAL_NODE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/stat.h>

/* What a descriptor is good for; each includes those before. */
enum node_access { NODE_NONE, NODE_PATH, NODE_READ, NODE_WRITE };

/* Does a descriptor have O_DIRECT (local-direct.c)? */
enum node_direct { DIRECT_OFF, DIRECT_ON, DIRECT_IMPOSSIBLE };

struct node {
    uint64_t id;
    struct node *parent; /* NULL: the root, or it has no name any more */
    char *name;
    dev_t dev;
    ino_t ino;
    mode_t mode;       /* its type */
    uint64_t lookups;  /* how often the kernel was told of it */
    uint32_t children; /* nodes that have this one as their parent */
    int fd;            /* or -1 */
    enum node_access access;
    enum node_direct direct;
    struct node *next; /* of the same hash */
    TAILQ_ENTRY (node) used; /* the open ones, the last used last; not those
                                without a name, nor the root */
};

struct node_table {
    struct node **by_id; /* NULL where there is none */
    uint64_t ids;
    uint64_t allocated;
    uint64_t *free_ids;
    uint64_t free_count;
    uint64_t free_allocated;
    struct node **buckets;
    size_t bucket_count; /* a power of two */
    size_t count;
    TAILQ_HEAD (, node) open;
    size_t open_count;
};

/* The root is number 1, and has this descriptor, for reading. */
void nodes_init (struct node_table *t, int take_fd, const struct stat *st);
void nodes_free (struct node_table *t);

/* NULL if there is none with that number. */
struct node *node_find (const struct node_table *t, uint64_t id);

/* NULL if the kernel does not know that file. */
struct node *node_find_file (const struct node_table *t,
                             const struct stat *st);

/* What was found under a name: its node, known once more to the kernel. */
struct node *node_look_up (struct node_table *t, struct node *parent,
                           const char *name, const struct stat *st);

/* The kernel forgets some of those times. */
void node_forget (struct node_table *t, struct node *node, uint64_t times);

/* A descriptor, which stays the table's, and is good at least until some
 * hundreds of other nodes are opened.  -1 with errno set: ESTALE if its name
 * now is that of another file.
 */
int node_open (struct node_table *t, struct node *node,
               enum node_access access);

/* Let it have a descriptor that is open already, which is taken. */
void node_keep (struct node_table *t, struct node *node, int take_fd,
                enum node_access access);

/* Its name is about to be removed, or given to another file; fd, which is
 * taken, is what it was opened by.  Only if that is the name that we know.
 */
void node_lose_name (struct node_table *t, struct node *node,
                     const struct node *parent, const char *name,
                     int take_fd);

/* It was renamed, if its name was that one. */
void node_rename (struct node_table *t, struct node *node,
                  const struct node *old_parent, const char *old_name,
                  struct node *parent, const char *name);

/* At the moment of EXCHANGE, both at once. */
void node_exchange (struct node_table *t, struct node *a, struct node *b);

#endif /* DAEMON_LOCAL_NODE_H */
