/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon and the call that it works on. */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "chunk.h"
#include "error.h"
#include "memory.h"
#include "protocol.h"
#include "receiver.h"
#include "string-list.h"
#include "transport.h"

/* One for the whole life of the process. */
struct daemon {
    struct transport *transport;
    struct receiver receiver;
    char *send_buffer;        /* of MESSAGE_BUFFER_SIZE bytes */
    struct chunk_batch batch; /* of the file that is sent */
    bool verbose;
    bool appliance;           /* we are the init of a virtual machine */
    bool network;             /* it has a network, and we a RESOLV_CONF */

    const char *sysroot; /* where the guest's file systems are mounted */
    int sysroot_fd;      /* that directory; made anew after every mount */
    size_t mounted;      /* how many file systems are, anywhere below it */
    dev_t sysroot_dev;   /* the device of it while nothing is mounted */

    struct strings disks; /* the kernel's names of the drives, in order;
                             empty if they are called /dev/sd* as it is */
    struct strings labels; /* of the same drives, "" for none */
    struct disk_flushes *flushes;
    struct fuse_server *fuse_servers; /* the programs that serve mounts */
    struct local *local; /* the guest is mounted on the host, or NULL */
    bool arrays_assembled; /* md_assemble_once () has found some */
    struct error arrays_error; /* and could not assemble all of them */
    bool volumes_active; /* lvm_activate_once () has found some */
    struct error volumes_error; /* and could not activate all of them */
    struct inspection *inspection; /* what inspect_os has found, or NULL */
};

/* Where a file that belongs to a call is. */
enum file_state {
    FILE_NONE,      /* the call has none, or it is done with */
    FILE_RECEIVING, /* chunks come */
    FILE_SENDING,   /* the reply was sent, chunks follow */
};

struct call {
    struct daemon *daemon;
    struct error err;
    uint32_t proc;
    uint32_t serial;
    uint64_t hint;    /* bytes of the file that comes; 0: not known */
    uint64_t optargs; /* which optional arguments were given */
    enum file_state file;
    bool replied;
    bool flushed_nothing; /* so the flushes need not be counted, which takes
                             a system call for each disk */
    int64_t progress_next; /* when the next progress message is due, in ns
                              of CLOCK_MONOTONIC; 0: none was asked for */
    uint64_t progress_total; /* of what was sent and is not at its end */
};

/* An optional argument was given. */
static inline bool
has_option (const struct call *call, int bit)
{
    return call->optargs & (UINT64_C (1) << bit);
}

#endif /* DAEMON_DAEMON_H */
