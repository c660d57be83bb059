/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest mounted on the host: the session, and the requests of the host's
 * kernel, which libfuse takes apart.
 */
#ifndef DAEMON_LOCAL_H
#define DAEMON_LOCAL_H

#include "daemon.h"
#include "libfuse.h"
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
    struct fuse_session *session; /* libfuse's */
    struct node_table nodes;
    struct stream streams[STREAMS];
    uint64_t clock;      /* of streams */
    dev_t *devices;      /* the guest's file systems, the root's first */
    uint32_t device_count;
    bool umask_set;      /* to what a program has; and before it was: */
    mode_t umask, umask_before;
    char *aligned;       /* for large reads and writes (local-direct.c), or
                            NULL */
    bool flushed;        /* something reached the disk in this batch */
    char *replies;       /* to it: where they belong in the message, ... */
    size_t size;         /* and how many bytes of them there are */
};

/* Make libfuse's session; and give it a request, whose shape was checked.
 * The reply is then behind those that were there.
 */
int local_session_begin (struct local *local, struct error *err);
void local_session_end (struct local *local);
void local_serve (struct local *local, const void *request, size_t size);

/* What libfuse has made of a request, while it is carried out. */
struct local_request {
    struct local *local;
    fuse_req_t req;
    struct node *node;
    const char *name;  /* of a file in it, if the request has one */
    char *out;         /* data of the reply belong here */
    size_t room;
    struct node *made; /* the one that local_reply_entry () has told of */
};

/* Let an open node's descriptor have O_DIRECT, or not, which others than the
 * following two need.  True: it has.
 */
bool local_pass_cache (struct node *node, bool on);

/* pread(2) and pwrite(2) of a node that is open. */
ssize_t local_pread (struct local *local, struct node *node, char *buffer,
                     size_t size, off_t offset);
ssize_t local_pwrite (struct local *local, struct node *node,
                      const char *data, size_t size, off_t offset);

/* Begin to carry out a request, which changes something or not.  False if it
 * is answered already: there is no such node, nothing can be changed, or the
 * name can't be one in a directory.
 */
bool local_begin (struct local_request *ret, fuse_req_t req, fuse_ino_t node,
                  bool changes);
bool local_begin_name (struct local_request *ret, fuse_req_t req,
                       fuse_ino_t node, const char *name, bool changes);

/* One name in one directory, and nothing that leads elsewhere. */
bool local_is_file_name (const char *name);

/* It was answered, or else there is an error: a negative number. */
void local_end (struct local_request *r, int error);

/* Answers; each returns 0. */
int local_reply_done (struct local_request *r);
int local_reply_data (struct local_request *r, size_t size);
int local_reply_count (struct local_request *r, size_t count);

/* What was found under the request's name; the node is then known once more.
 * Or -EIO if it can't be there.
 */
int local_reply_entry (struct local_request *r, const struct stat *st);
int local_fill_entry (struct local_request *r, const char *name,
                      const struct stat *st, struct fuse_entry_param *ret);

/* libfuse's operations (struct fuse_lowlevel_ops). */
void local_lookup (fuse_req_t req, fuse_ino_t parent, const char *name);
void local_forget (fuse_req_t req, fuse_ino_t ino, uint64_t times);
void local_forget_multi (fuse_req_t req, size_t count,
                         struct fuse_forget_data *forgets);
void local_getattr (fuse_req_t req, fuse_ino_t ino,
                    struct fuse_file_info *fi);
void local_setattr (fuse_req_t req, fuse_ino_t ino, struct stat *in,
                    int to_set, struct fuse_file_info *fi);
void local_readlink (fuse_req_t req, fuse_ino_t ino);
void local_statfs (fuse_req_t req, fuse_ino_t ino);
void local_symlink (fuse_req_t req, const char *target, fuse_ino_t parent,
                    const char *name);
void local_mknod (fuse_req_t req, fuse_ino_t parent, const char *name,
                  mode_t mode, dev_t rdev);
void local_mkdir (fuse_req_t req, fuse_ino_t parent, const char *name,
                  mode_t mode);
void local_unlink (fuse_req_t req, fuse_ino_t parent, const char *name);
void local_rmdir (fuse_req_t req, fuse_ino_t parent, const char *name);
void local_rename (fuse_req_t req, fuse_ino_t parent, const char *name,
                   fuse_ino_t new_parent, const char *new_name,
                   unsigned flags);
void local_link (fuse_req_t req, fuse_ino_t ino, fuse_ino_t parent,
                 const char *name);
void local_read (fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
                 struct fuse_file_info *fi);
void local_write (fuse_req_t req, fuse_ino_t ino, const char *data,
                  size_t size, off_t offset, struct fuse_file_info *fi);
void local_fsync (fuse_req_t req, fuse_ino_t ino, int only_data,
                  struct fuse_file_info *fi);
void local_fallocate (fuse_req_t req, fuse_ino_t ino, int mode, off_t offset,
                      off_t length, struct fuse_file_info *fi);
void local_lseek (fuse_req_t req, fuse_ino_t ino, off_t offset, int whence,
                  struct fuse_file_info *fi);
void local_copy_file_range (fuse_req_t req, fuse_ino_t from,
                            off_t from_offset, struct fuse_file_info *from_fi,
                            fuse_ino_t to, off_t to_offset,
                            struct fuse_file_info *to_fi, size_t size,
                            int flags);
void local_readdir (fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
                    struct fuse_file_info *fi);
void local_readdirplus (fuse_req_t req, fuse_ino_t ino, size_t size,
                        off_t offset, struct fuse_file_info *fi);
void local_setxattr (fuse_req_t req, fuse_ino_t ino, const char *name,
                     const char *value, size_t size, int flags);
void local_getxattr (fuse_req_t req, fuse_ino_t ino, const char *name,
                     size_t size);
void local_listxattr (fuse_req_t req, fuse_ino_t ino, size_t size);
void local_removexattr (fuse_req_t req, fuse_ino_t ino, const char *name);

/* The descriptor of a request's node, or -errno. */
int local_open (struct local_request *r, enum node_access access);

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
