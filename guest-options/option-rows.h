/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that choose a guest, as rows for the tables of programs
 * (common/options.h).  The data that such a program hands to options_parse
 * begins with a struct guest_options.
 */
#ifndef GUEST_OPTIONS_OPTION_ROWS_H
#define GUEST_OPTIONS_OPTION_ROWS_H

#include "options.h"

#define GUEST_OPTION_ADD                                                \
    { "add", 'a', OPTION_VALUE, "IMAGE",                                \
      "add a disk image, device or URI", guest_option_add }
#define GUEST_OPTION_BLOCKSIZE                                          \
    { "blocksize", 0, OPTION_MAYBE, "512|4096",                         \
      "sector size of the images that follow", guest_option_blocksize }
#define GUEST_OPTION_CONNECT                                            \
    { "connect", 'c', OPTION_VALUE, "URI", "the libvirt that -d asks",  \
      guest_option_connect }
#define GUEST_OPTION_DOMAIN                                             \
    { "domain", 'd', OPTION_VALUE, "NAME",                              \
      "add the disks of a libvirt domain", guest_option_domain }
#define GUEST_OPTION_ECHO_KEYS                                          \
    { "echo-keys", 0, OPTION_ALONE, NULL,                               \
      "show keys while they are typed", guest_option_echo_keys }
#define GUEST_OPTION_FORMAT                                             \
    { "format", 0, OPTION_MAYBE, "raw|qcow2|...",                       \
      "format of the images that follow; alone: find out",              \
      guest_option_format }
#define GUEST_OPTION_INSPECTOR                                          \
    { "inspector", 'i', OPTION_ALONE, NULL,                             \
      "mount the file systems as the guest does", guest_option_inspector }
#define GUEST_OPTION_KEY                                                \
    { "key", 0, OPTION_VALUE, "SELECTOR",                               \
      "the key of an encrypted device: ID:key:STRING, ID:file:FILE or " \
      "ID:clevis", guest_option_key }
#define GUEST_OPTION_KEYS_FROM_STDIN                                    \
    { "keys-from-stdin", 0, OPTION_ALONE, NULL,                         \
      "read keys from standard input", guest_option_keys_from_stdin }
#define GUEST_OPTION_LIVE                                               \
    { "live", 0, OPTION_ALONE, NULL, NULL, guest_option_live }
#define GUEST_OPTION_MOUNT                                              \
    { "mount", 'm', OPTION_VALUE, "DEV[:DIR[:OPTIONS[:FSTYPE]]]",       \
      "launch, and mount a device (on / without DIR)",                  \
      guest_option_mount }
#define GUEST_OPTION_NETWORK                                            \
    { "network", 0, OPTION_ALONE, NULL, "give the appliance a network", \
      guest_option_network }
#define GUEST_OPTION_NO_SYNC                                            \
    { "no-sync", 'n', OPTION_ALONE, NULL,                               \
      "do not write everything to the disks at the end",                \
      guest_option_no_sync }
#define GUEST_OPTION_RO                                                 \
    { "ro", 'r', OPTION_ALONE, NULL, "add and mount read-only",         \
      guest_option_ro }
#define GUEST_OPTION_RW                                                 \
    { "rw", 'w', OPTION_ALONE, NULL, "add and mount for writing",       \
      guest_option_rw }
#define GUEST_OPTION_SELINUX                                            \
    { "selinux", 0, OPTION_ALONE, NULL, NULL, guest_option_nothing }
#define GUEST_OPTION_TRACE(name)                                        \
    { name, 'x', OPTION_ALONE, NULL, "show each call of the library",   \
      guest_option_trace }
#define GUEST_OPTION_VERBOSE                                            \
    { "verbose", 'v', OPTION_ALONE, NULL,                               \
      "show what happens, for debugging", guest_option_verbose }

#define GUEST_OPTION(name)                                              \
    int guest_option_##name (void *data, const char *value,             \
                             struct error *err)

GUEST_OPTION (add);
GUEST_OPTION (blocksize);
GUEST_OPTION (connect);
GUEST_OPTION (domain);
GUEST_OPTION (echo_keys);
GUEST_OPTION (format);
GUEST_OPTION (inspector);
GUEST_OPTION (key);
GUEST_OPTION (keys_from_stdin);
GUEST_OPTION (live);
GUEST_OPTION (mount);
GUEST_OPTION (network);
GUEST_OPTION (no_sync);
GUEST_OPTION (nothing);
GUEST_OPTION (ro);
GUEST_OPTION (rw);
GUEST_OPTION (trace);
GUEST_OPTION (verbose);

#endif /* GUEST_OPTIONS_OPTION_ROWS_H */
