/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The running appliance: the channel to its daemon, its console, and its
 * processes.
 */
#ifndef LIB_APPLIANCE_H
#define LIB_APPLIANCE_H

#include "handle.h"
#include "receiver.h"
#include "supervised.h"
#include "transport.h"

/* A launch may take so many times as long as nothing may happen in it. */
#define LAUNCH_PATIENCE 10

/* How much of the console is kept for error messages, in bytes. */
#define CONSOLE_TAIL_SIZE 4096

struct appliance {
    pid_t owner; /* the process that has launched it, or used it since then:
                    others that were forked have a copy of the handle only */
    struct transport *transport; /* NULL until there is one */
    struct receiver receiver;
    char *send_buffer;         /* of MESSAGE_BUFFER_SIZE bytes */
    struct supervised machine; /* the kernel or hypervisor */
    struct supervised storage; /* what serves it disks, if anything does */
    struct supervised network; /* what connects it, if anything does */
    int names; /* what network knows of name servers (struct loopback_names),
                  or -1 */
    char *resolv_conf;         /* what the daemon knows of them, or NULL */
    bool ipv6;                 /* and whether there is IPv6 */
    int console;               /* what they print comes here, or -1 */
    bool dead;                 /* one of them is gone */
    bool setup_sent;           /* its daemon knows whom it is for */
    bool drive_failed;         /* a drive can't be used, whatever is tried */
    char *origin; /* for messages if it can't be launched: where it is from;
                     NULL: we have built it */
    uint32_t flushes; /* of disks by the guest, that drives_flush knows */
    char tail[CONSOLE_TAIL_SIZE]; /* the console's last bytes */
    size_t tail_size;
};

struct appliance *appliance_new (void);

/* The time, from some moment on. */
int64_t monotonic_ms (void);

/* Is this a copy in a process that was forked, whose parent has launched it,
 * or used it last, and may go on?
 */
bool appliance_is_copy (const struct appliance *a);

/* From now on, this process is its owner. */
void appliance_take_over (struct appliance *a);

/* Kill what is left of it, wait for that, and free everything; a process
 * that is not its owner only frees.
 */
void appliance_free (struct appliance *a);

/* Sleep until what is wanted of the channel (an or of TRANSPORT_READ and
 * TRANSPORT_WRITE) may be possible; hand out what the appliance printed
 * meanwhile.  Negative timeout_ms: no limit.  Returns 0; -1 if the
 * appliance died, nothing at all happened in that time, or its launch takes
 * too long (ETIMEDOUT).
 */
int appliance_wait (guestfs_h *g, int want, int timeout_ms);

/* The same, and also until a descriptor of the caller's is ready for these
 * events of poll (2).
 */
int appliance_wait_or (guestfs_h *g, int want, int fd, short events,
                       int timeout_ms);

/* Send everything. */
int appliance_send (guestfs_h *g, const void *buffer, size_t size);

/* The next packet; waits for it.  Progress messages are handled here. */
int appliance_receive (guestfs_h *g, struct packet *ret);

/* The next packet if it is there: 1; 0 if not.  While it is launched,
 * progress messages are none of those that may come.
 */
int appliance_poll (guestfs_h *g, struct packet *ret);

/* Tell the program of a progress message. */
int appliance_progress (guestfs_h *g, const struct packet *packet);

/* Explain in g->error that the appliance is gone, and why as far as it is
 * known.  Returns -1.
 */
int appliance_died (guestfs_h *g);

/* The appliance can't be used any more: end it, and go back to CONFIG.
 * g->error is kept.  Returns -1.
 */
int appliance_abandon (guestfs_h *g);

/* Close the channel and wait until the appliance has ended by itself, but
 * not longer than a few seconds.  g->error is kept.
 */
void appliance_finish (guestfs_h *g);

#endif /* LIB_APPLIANCE_H */
