/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of promise-breaker share. */
#ifndef TESTS_INTEGRATION_PROMISE_BREAKER_H
#define TESTS_INTEGRATION_PROMISE_BREAKER_H

#include <stdbool.h>

/* Say what broke the promise that is being tried. */
void breaks (const char *fmt, ...) __attribute__ ((format (printf, 1, 2)));

/* The value of a NAME=VALUE argument; "" if it isn't there. */
const char *argument (const char *name);

/* The same as a number; -1 if it isn't there. */
int number_argument (const char *name);

/* Confined as the kernel is, not as qemu-storage-daemon. */
bool is_guest (void);

/* Confined as QEMU is, without KVM. */
bool is_qemu (void);

/* Confined as guestfs-network is. */
bool is_network (void);

/* Confined as what connects to servers of images is. */
bool is_remote (void);

/* Does a word stand in a list that is separated by spaces? */
bool is_listed (const char *list, const char *word);

/* break-files.c */
void read_host_files (void);
void list_view (void);
void write_view (void);
void use_scratch (void);
void fill_scratch (void);
void read_proc (void);
void make_device (void);
void use_disks (void);
void write_read_only_disk (void);
void find_descriptors (void);
void read_stdin (void);
void read_environment (void);

/* break-kernel.c */
void find_processes (void);
void reach_host_process (void);
void inherit_signals (void);
void signal_group (void);
void execute (void);
void open_sockets (void);
void listen_for_others (void);
void connect_to_host (void);
void connect_to_given (void);
void name_host (void);
void make_namespaces (void);
void change_mounts (void);
void call_kernel (void);
void call_with_arguments (void);
void call_other_abis (void);
void check_limits (void);

#endif /* TESTS_INTEGRATION_PROMISE_BREAKER_H */
