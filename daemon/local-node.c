/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nodes: what the kernel of the host knows of the guest's files. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <string.h>

#include "cleanup.h"
#include "local-node.h"
#include "memory.h"
#include "sysroot.h"

/* So many descriptors are kept. */
#define OPEN_MAX_NODES 512

#define BUCKETS_MIN 1024

static size_t
hash_of (const struct node_table *t, dev_t dev, ino_t ino)
{
    uint64_t h = ((uint64_t) dev << 40 ^ ino) * UINT64_C (0x9e3779b97f4a7c15);

    return (size_t) (h >> 20) & (t->bucket_count - 1);
}

static void
hash_add (struct node_table *t, struct node *node)
{
    struct node **bucket = &t->buckets[hash_of (t, node->dev, node->ino)];

    node->next = *bucket;
    *bucket = node;
}

static void
hash_remove (struct node_table *t, struct node *node)
{
    struct node **p = &t->buckets[hash_of (t, node->dev, node->ino)];

    while (*p != node)
        p = &(*p)->next;
    *p = node->next;
}

static void
hash_grow (struct node_table *t)
{
    struct node **old = t->buckets;
    size_t count = t->bucket_count;

    t->bucket_count = count ? count * 2 : BUCKETS_MIN;
    t->buckets = xcalloc (t->bucket_count, sizeof *t->buckets);
    for (size_t i = 0; i < count; i++)
        for (struct node *node = old[i], *next; node; node = next) {
            next = node->next;
            hash_add (t, node);
        }
    free (old);
}

static uint64_t
take_id (struct node_table *t)
{
    if (t->free_count > 0)
        return t->free_ids[--t->free_count];
    if (t->ids == t->allocated) {
        t->allocated = t->allocated ? t->allocated * 2 : BUCKETS_MIN;
        t->by_id = xreallocarray (t->by_id, t->allocated, sizeof *t->by_id);
    }
    return t->ids++;
}

static void
give_id_back (struct node_table *t, uint64_t id)
{
    t->by_id[id] = NULL;
    if (t->free_count == t->free_allocated) {
        t->free_allocated = t->free_allocated ? t->free_allocated * 2
                                              : BUCKETS_MIN;
        t->free_ids = xreallocarray (t->free_ids, t->free_allocated,
                                     sizeof *t->free_ids);
    }
    t->free_ids[t->free_count++] = id;
}

static struct node *
node_new (struct node_table *t, const struct stat *st)
{
    struct node *node = xcalloc (1, sizeof *node);

    node->id = take_id (t);
    node->dev = st->st_dev;
    node->ino = st->st_ino;
    node->mode = st->st_mode & S_IFMT;
    node->fd = -1;
    t->by_id[node->id] = node;
    if (t->count++ == t->bucket_count)
        hash_grow (t);
    hash_add (t, node);
    return node;
}

static bool
is_in_open_list (const struct node *node)
{
    return node->fd >= 0 && node->parent;
}

static void
node_close (struct node_table *t, struct node *node)
{
    if (is_in_open_list (node)) {
        TAILQ_REMOVE (&t->open, node, used);
        t->open_count--;
    }
    close_fd (&node->fd);
    node->access = NODE_NONE;
}

/* Of the parent, one child less. */
static void
detach (struct node_table *t, struct node *node)
{
    if (is_in_open_list (node)) {
        TAILQ_REMOVE (&t->open, node, used);
        t->open_count--;
    }
    node->parent->children--;
    node->parent = NULL;
    free (steal (&node->name));
}

static void
attach (struct node_table *t, struct node *node, struct node *parent,
        const char *name)
{
    parent->children++;
    node->parent = parent;
    node->name = xstrdup (name);
    if (node->fd >= 0) {
        TAILQ_INSERT_TAIL (&t->open, node, used);
        t->open_count++;
    }
}

/* Free what nobody needs: the node, then perhaps its parent, and so on. */
static void
free_unused (struct node_table *t, struct node *node)
{
    while (node && node->id != FUSE_ROOT_ID && node->lookups == 0
           && node->children == 0) {
        struct node *parent = node->parent;

        node_close (t, node);
        if (parent)
            detach (t, node);
        hash_remove (t, node);
        t->count--;
        give_id_back (t, node->id);
        free (node);
        node = parent;
    }
}

void
nodes_init (struct node_table *t, int take_fd, const struct stat *st)
{
    struct node *root;

    *t = (struct node_table) { 0 };
    TAILQ_INIT (&t->open);
    hash_grow (t);
    t->by_id = xcalloc (BUCKETS_MIN, sizeof *t->by_id);
    t->allocated = BUCKETS_MIN;
    t->ids = FUSE_ROOT_ID;
    root = node_new (t, st);
    root->fd = take_fd;
    root->access = NODE_READ;
}

void
nodes_free (struct node_table *t)
{
    for (uint64_t id = 0; id < t->ids; id++)
        if (t->by_id[id]) {
            close_fd (&t->by_id[id]->fd);
            free (t->by_id[id]->name);
            free (t->by_id[id]);
        }
    free (t->by_id);
    free (t->free_ids);
    free (t->buckets);
    *t = (struct node_table) { 0 };
}

struct node *
node_find (const struct node_table *t, uint64_t id)
{
    return id < t->ids ? t->by_id[id] : NULL;
}

static bool
is_file (const struct node *node, const struct stat *st)
{
    return node->ino == st->st_ino && node->dev == st->st_dev;
}

struct node *
node_find_file (const struct node_table *t, const struct stat *st)
{
    struct node *node = t->buckets[hash_of (t, st->st_dev, st->st_ino)];

    while (node && !is_file (node, st))
        node = node->next;
    return node;
}

static bool
has_name (const struct node *node, const struct node *parent,
          const char *name)
{
    return node->parent == parent && strcmp (node->name, name) == 0;
}

/* Is it the node or above it? */
static bool
is_above (const struct node *node, const struct node *other)
{
    while (other && other != node)
        other = other->parent;
    return other != NULL;
}

/* The name that was found last is the one that is there; but a directory is
 * never put below itself.
 */
static void
move_to (struct node_table *t, struct node *node, struct node *parent,
         const char *name)
{
    struct node *before = node->parent;

    if (node == parent || (node->children > 0 && is_above (node, parent)))
        return;
    if (before)
        detach (t, node);
    attach (t, node, parent, name);
    free_unused (t, before);
}

struct node *
node_look_up (struct node_table *t, struct node *parent, const char *name,
              const struct stat *st)
{
    struct node *node = node_find_file (t, st);

    if (!node)
        node = node_new (t, st);
    /* The inode number of a file that is gone, given to another one. */
    node->mode = st->st_mode & S_IFMT;
    node->lookups++;
    if (node->id != FUSE_ROOT_ID && !has_name (node, parent, name))
        move_to (t, node, parent, name);
    return node;
}

void
node_forget (struct node_table *t, struct node *node, uint64_t times)
{
    node->lookups -= times < node->lookups ? times : node->lookups;
    free_unused (t, node);
}

static int
open_flags (const struct node *node, enum node_access access)
{
    if (S_ISDIR (node->mode))
        return O_RDONLY | O_DIRECTORY;
    switch (access) {
    case NODE_WRITE:
        return O_RDWR | O_NONBLOCK | O_NOCTTY;
    case NODE_READ:
        return O_RDONLY | O_NONBLOCK | O_NOCTTY;
    case NODE_PATH:
    case NODE_NONE:
        break;
    }
    return O_PATH;
}

/* The parent's descriptor is there. */
static int
open_again (const struct node *node, enum node_access access)
{
    int flags = open_flags (node, access) | O_CLOEXEC;
    cleanup_fd int fd = -1;
    struct stat st;

    if (node->fd >= 0) {
        char path[FD_PATH_SIZE];

        fd_path (node->fd, path);
        return open (path, flags);
    }
    if (!node->parent) {
        errno = ESTALE;
        return -1;
    }
    fd = openat (node->parent->fd, node->name, flags | O_NOFOLLOW);
    if (fd < 0) {
        if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
            errno = ESTALE;
        return -1;
    }
    if (fstat (fd, &st) < 0)
        return -1;
    if (!is_file (node, &st)) {
        errno = ESTALE;
        return -1;
    }
    return steal_fd (&fd);
}

static void
touch (struct node_table *t, struct node *node)
{
    if (!is_in_open_list (node))
        return;
    TAILQ_REMOVE (&t->open, node, used);
    TAILQ_INSERT_TAIL (&t->open, node, used);
}

void
node_keep (struct node_table *t, struct node *node, int take_fd,
           enum node_access access)
{
    node_close (t, node);
    node->fd = take_fd;
    node->access = access;
    node->direct = DIRECT_OFF;
    if (!node->parent)
        return;
    TAILQ_INSERT_TAIL (&t->open, node, used);
    if (++t->open_count > OPEN_MAX_NODES)
        node_close (t, TAILQ_FIRST (&t->open));
}

static int
open_one (struct node_table *t, struct node *node, enum node_access access)
{
    int fd;

    if (node->access >= access) {
        touch (t, node);
        return 0;
    }
    fd = open_again (node, access);
    if (fd < 0)
        return -1;
    node_keep (t, node, fd, S_ISDIR (node->mode) ? NODE_WRITE : access);
    return 0;
}

/* The highest directory above a node that must be opened before it can be:
 * whose own parent is open.
 */
static struct node *
first_to_open (struct node *node)
{
    struct node *first = NULL;

    for (struct node *n = node->parent; n && n->fd < 0; n = n->parent)
        first = n;
    return first;
}

int
node_open (struct node_table *t, struct node *node, enum node_access access)
{
    if (access > NODE_PATH && !S_ISDIR (node->mode)
        && !S_ISREG (node->mode)) {
        errno = EINVAL;
        return -1;
    }
    while (node->fd < 0) {
        struct node *first = first_to_open (node);

        if (!first)
            break;
        if (open_one (t, first, NODE_READ) < 0)
            return -1;
    }
    if (node->fd < 0 && node->parent)
        touch (t, node->parent);
    if (open_one (t, node, access) < 0)
        return -1;
    return node->fd;
}

void
node_lose_name (struct node_table *t, struct node *node,
                const struct node *parent, const char *name, int take_fd)
{
    cleanup_fd int fd = take_fd;

    if (node->id == FUSE_ROOT_ID || !has_name (node, parent, name))
        return;
    detach (t, node);
    if (node->fd < 0) {
        node->fd = steal_fd (&fd);
        node->access = NODE_PATH;
    }
}

void
node_rename (struct node_table *t, struct node *node,
             const struct node *old_parent, const char *old_name,
             struct node *parent, const char *name)
{
    if (node->id != FUSE_ROOT_ID && has_name (node, old_parent, old_name))
        move_to (t, node, parent, name);
}

void
node_exchange (struct node_table *t, struct node *a, struct node *b)
{
    struct node *parent_a = a->parent, *parent_b = b->parent;
    cleanup_free char *name_a = xstrdup (a->name), *name_b = xstrdup (b->name);

    detach (t, a);
    detach (t, b);
    attach (t, a, parent_b, name_b);
    attach (t, b, parent_a, name_a);
}
