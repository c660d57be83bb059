/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest mounted on the host: the session, and the requests of the host's
 * kernel, which are FUSE's (linux/fuse.h).
 */
#ifndef DAEMON_LOCAL_H
#define DAEMON_LOCAL_H

#include <linux/fuse.h>

#include "daemon.h"
#include "local-node.h"

/* Directories that are being read, each with what was read of it. */
#define STREAMS 16

struct stream {
    uint64_t node; /* 0: none */
    int fd;
    char *buffer;
    size_t used, size; /* of what was read last */
    int64_t next;      /* where reading goes on */
    uint64_t last;     /* when it was used, in requests */
};

struct local {
    struct daemon *daemon;
    wire_fuse_begin_args how;
    struct node_table nodes;
    struct stream streams[STREAMS];
    uint64_t clock;      /* of streams */
    dev_t *devices;      /* the guest's file systems, the root's first */
    uint32_t device_count;
    bool umask_set;      /* to what a program has; and before it was: */
    mode_t umask, umask_before;
    bool flushed;        /* something reached the disk in this batch */
};

/* The longest struct at the start of a request. */
#define LOCAL_IN_MAX 96

struct local_request {
    struct local *local;
    const struct fuse_in_header *header;
    struct node *node;
    const void *in;      /* the struct, of a size that was checked */
    const char *name[2]; /* the names of files, as many as the row says */
    const char *rest;    /* what follows */
    size_t rest_size;
    char *out; /* for what follows the header of the reply */
    size_t room;
    struct node *made; /* the one that local_put_entry () has told of */
};

/* A request is carried out: how many bytes were put into out, or -errno. */
typedef ssize_t (*local_handler) (struct local_request *r);

ssize_t local_lookup (struct local_request *r);
ssize_t local_forget (struct local_request *r);
ssize_t local_batch_forget (struct local_request *r);
ssize_t local_getattr (struct local_request *r);
ssize_t local_setattr (struct local_request *r);
ssize_t local_readlink (struct local_request *r);
ssize_t local_statfs (struct local_request *r);
ssize_t local_symlink (struct local_request *r);
ssize_t local_mknod (struct local_request *r);
ssize_t local_mkdir (struct local_request *r);
ssize_t local_unlink (struct local_request *r);
ssize_t local_rmdir (struct local_request *r);
ssize_t local_rename (struct local_request *r);
ssize_t local_rename2 (struct local_request *r);
ssize_t local_link (struct local_request *r);
ssize_t local_read (struct local_request *r);
ssize_t local_write (struct local_request *r);
ssize_t local_fsync (struct local_request *r);
ssize_t local_fallocate (struct local_request *r);
ssize_t local_lseek (struct local_request *r);
ssize_t local_copy_file_range (struct local_request *r);
ssize_t local_readdir (struct local_request *r);
ssize_t local_readdirplus (struct local_request *r);
ssize_t local_setxattr (struct local_request *r);
ssize_t local_getxattr (struct local_request *r);
ssize_t local_listxattr (struct local_request *r);
ssize_t local_removexattr (struct local_request *r);

/* The descriptor of a request's node, or -errno. */
int local_open (struct local_request *r, enum node_access access);

/* Put a struct into the reply. */
ssize_t local_put (struct local_request *r, const void *data, size_t size);

/* The next text of what follows, up to its NUL; NULL if there is none. */
const char *local_take_string (struct local_request *r);

/* What was found under a name, as the kernel is told of it.  The node is then
 * known once more.  -EIO if it can't be there.
 */
int local_fill_entry (struct local_request *r, struct node *parent,
                      const char *name, const struct stat *st,
                      struct fuse_entry_out *ret);
ssize_t local_put_entry (struct local_request *r, struct node *parent,
                         const char *name, const struct stat *st);

/* An inode number that no other file system of the guest has. */
uint64_t local_inode (struct local *local, dev_t dev, ino_t ino);

/* The guest's owner for one of the host's. */
uid_t local_uid_from_host (const struct local *local, uid_t uid);
gid_t local_gid_from_host (const struct local *local, gid_t gid);

/* Take away what a file that somebody writes to must not keep. */
int local_kill_privileges (int fd);

/* A directory is removed: nobody reads it on. */
void local_streams_free (struct local *local);

/* Before other calls: leave the process as they expect it. */
void local_leave (struct daemon *daemon);

#endif /* DAEMON_LOCAL_H */
