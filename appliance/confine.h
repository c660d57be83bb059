/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of guestfs-confine share: the plan that the command line
 * describes, and the promises that are kept one after the other in the
 * process that becomes the confined program.
 */
#ifndef APPLIANCE_CONFINE_H
#define APPLIANCE_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "error.h"

/* Who is confined.  Tables say with these bits whom a row is for. */
#define FOR_UML 1u     /* the User Mode Linux kernel */
#define FOR_STORAGE 2u /* what has QEMU's block layer */
#define FOR_QEMU 4u    /* the emulator, which has it, too */
#define FOR_NETWORK 8u /* guestfs-network */
#define FOR_REMOTE 16u /* QEMU's block layer as a client of servers */
#define FOR_AGENT 32u  /* the same, with an ssh-agent */
#define FOR_FOREIGN 64u /* an emulator that is not the host's own */
#define FOR_KVM 128u   /* the emulator, with hardware virtualization */
#define FOR_DISKS (FOR_UML | FOR_STORAGE) /* who reads and writes images */
#define FOR_ALL (FOR_DISKS | FOR_NETWORK) /* who sees a view of its own */
#define FOR_EVERYBODY (FOR_ALL | FOR_FOREIGN)

struct profile {
    const char *name;
    unsigned bits;     /* FOR_... */
    bool has_memory;   /* of a guest: needs --memory */
    bool runs_natively; /* the guest's code is its own: needs --daemon */
    bool has_network;  /* is in the network that we are in */
    bool sees_host;    /* the host's files, rather than a view */
};

struct disk {
    int fd;
    bool writable;
};

/* A file that the library shows to the program. */
struct shown_file {
    char *path;         /* on the host */
    const char *inside; /* in the view */
};

/* What the command line asks for.  Borrows its strings from argv. */
/* Nothing outlives the library by more, in milliseconds. */
#define GRACE_MAX 10000

struct plan {
    const struct profile *profile;
    int control;        /* stream socket to the library; -1 if not given */
    int watch;          /* pidfd of the library; -1 if not given */
    int grace;          /* ms from SIGTERM to SIGKILL; 0: SIGKILL alone */
    const char *daemon; /* the guest's init; NULL if not given */
    uint64_t memory;    /* bytes; 0 if not given */
    const char *preload; /* library to load into the program, or NULL */
    char *overlays;     /* "IMAGE:FILE,...", or NULL */
    int template_memory; /* one of the disks; -1 if not given */
    struct disk *disks;
    size_t n_disks;
    int *keep; /* further descriptors that the program gets */
    size_t n_keep;
    int *listen; /* sockets that it can connect to */
    size_t n_listen;
    struct shown_file *files;
    size_t n_files;
    char **argv; /* the program's path and arguments, NULL-terminated */
    uid_t uid;   /* who we are outside of the new user namespace */
    gid_t gid;
#ifdef CONFINE_CAN_BE_WEAKENED
    const char *without; /* comma-separated mechanisms to leave out */
#endif
};

/* The test suite builds a second helper, never installed, that can leave
 * single mechanisms out, to see that the tests notice.
 */
#ifdef CONFINE_CAN_BE_WEAKENED
bool plan_has (const struct plan *plan, const char *mechanism);
#else
static inline bool
plan_has (const struct plan *plan, const char *mechanism)
{
    (void) plan;
    (void) mechanism;
    return true;
}
#endif

/* options.c */
int plan_parse (struct plan *plan, int argc, char **argv, struct error *err);
void plan_free (struct plan *plan);
#define cleanup_plan __attribute__ ((__cleanup__ (plan_free)))

/* headroom.c: can the guest's memory be had? */
int check_headroom (const struct plan *plan, struct error *err);

/* limits.c: may it have as much as it needs? */
int check_limits (const struct plan *plan, struct error *err);

/* namespaces.c */

/* Fork into new namespaces.  Returns the child's process id, 0 in the
 * child, -1 if they are refused; *ret_pidfd is the parent's to close.
 */
pid_t fork_into_namespaces (const struct plan *plan, int *ret_pidfd,
                            struct error *err);

/* Report that the kernel refused what namespaces need, and the setting
 * that has to change.  Returns -1.
 */
int namespaces_refused (struct error *err, int errnum, const char *what);

/* Say which users and groups exist in the child's namespace. */
int map_ids (const struct plan *plan, pid_t child, struct error *err);

int set_host_name (const struct plan *plan, struct error *err);

/* descriptors.c */
int empty_stdin (const struct plan *plan, struct error *err);
int close_descriptors (const struct plan *plan, struct error *err);
int pass_descriptors (const struct plan *plan, struct error *err);

/* Close every descriptor above 2 that is not among the n of fds, which are
 * sorted by this.
 */
int close_all_but (int *fds, size_t n, struct error *err);

/* disks.c */

/* Root can open disks that belong to other users, as nobody else can.
 * Returns whether there are any.
 */
bool has_disks_of_others (const struct plan *plan);

int guard_read_only_disks (const struct plan *plan, struct error *err);
int check_disks_open (const struct plan *plan, struct error *err);

/* sockets.c: what listens in the view */
int listen_in_view (const struct plan *plan, struct error *err);

/* view.c */
int enter_view (const struct plan *plan, struct error *err);

/* Where the view has the program. */
char *view_program_path (const struct plan *plan);

/* privileges.c */

/* Can an ordinary process trace its children? */
int check_tracing (struct error *err);

int limit_resources (const struct plan *plan, struct error *err);
int drop_capabilities (const struct plan *plan, struct error *err);
int forbid_new_privileges (const struct plan *plan, struct error *err);

/* processor.c */
int stay_on_one_processor (const struct plan *plan, struct error *err);

/* landlock.c */
int restrict_files (const struct plan *plan, struct error *err);

/* seccomp.c */
int restrict_system_calls (const struct plan *plan, struct error *err);

/* seccomp-foreign.c: rules for a filter that lets all else through.  0, or a
 * negative errno.
 */
int add_forbidden_calls (void *filter);

/* supervise.c */

/* Tell the library "error ENOENT message". */
void report_error (int control, const struct error *err);

/* The child's end of status is a socket: one byte comes from the
 * supervisor when it is there to look after the child, one message goes
 * back when its sockets listen, and a message if it fails before the
 * program runs.
 */
int await_supervisor (int status, struct error *err);
void tell_listening (int status);
void report_to_supervisor (int status, const struct error *err);

/* Look after the child until it has ended.  Returns the exit status for
 * the helper.
 */
int supervise (const struct plan *plan, pid_t pid, int pidfd, int status,
               struct error *err);

/* Signals are the library's affair: ignore those a terminal may send. */
void ignore_terminal_signals (void);

/* The program starts with every signal as it comes, none blocked. */
void reset_signals (void);

#endif /* APPLIANCE_CONFINE_H */
