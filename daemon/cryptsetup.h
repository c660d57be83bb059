/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Encrypted devices through libcryptsetup, without its program.
 *
 * The header of such a device is what a guest has written, and says how much
 * memory and time it takes to derive a key.  All of this is therefore done
 * below guarded_run (), and slots that cost too much are not tried.
 */
#ifndef DAEMON_CRYPTSETUP_H
#define DAEMON_CRYPTSETUP_H

#include <libcryptsetup.h>

#include "error.h"
#include "library.h"
#include "string-list.h"

#define CRYPTSETUP_FUNCTIONS(LIBRARY)                   \
    LIBRARY (crypt_activate_by_passphrase)              \
    LIBRARY (crypt_deactivate)                          \
    LIBRARY (crypt_dump_json)                           \
    LIBRARY (crypt_format)                              \
    LIBRARY (crypt_free)                                \
    LIBRARY (crypt_get_cipher)                          \
    LIBRARY (crypt_get_cipher_mode)                     \
    LIBRARY (crypt_get_integrity_info)                  \
    LIBRARY (crypt_get_type)                            \
    LIBRARY (crypt_get_uuid)                            \
    LIBRARY (crypt_get_volume_key_size)                 \
    LIBRARY (crypt_init)                                \
    LIBRARY (crypt_keyslot_add_by_volume_key)           \
    LIBRARY (crypt_keyslot_destroy)                     \
    LIBRARY (crypt_keyslot_get_pbkdf)                   \
    LIBRARY (crypt_keyslot_get_priority)                \
    LIBRARY (crypt_keyslot_max)                         \
    LIBRARY (crypt_keyslot_status)                      \
    LIBRARY (crypt_load)                                \
    LIBRARY (crypt_metadata_locking)                    \
    LIBRARY (crypt_set_log_callback)                    \
    LIBRARY (crypt_set_pbkdf_type)                      \
    LIBRARY (crypt_token_external_disable)              \
    LIBRARY (crypt_volume_key_get)                      \
    LIBRARY (crypt_volume_key_keyring)

DECLARE_LIBRARY (cryptsetup, CRYPTSETUP_FUNCTIONS)

/* An encrypted device. */
struct crypt {
    const struct cryptsetup *lib;
    struct crypt_device *cd;
    const char *device;   /* its name, borrowed */
    struct strings reasons; /* the errors that the library has told of */
};

#define CRYPT_NONE ((struct crypt) { .lib = NULL })

/* Load the library, and prepare for working on a device. */
int crypt_open_device (struct crypt *c, const char *device,
                       struct error *err);
void crypt_close_device (struct crypt *c);

#define cleanup_crypt __attribute__ ((cleanup (crypt_close_device)))

/* A function of the library has returned r, a negative errno. */
int crypt_fail (struct crypt *c, int r, const char *what, struct error *err);

/* Read the header.  type: one of the library's; CRYPT_LUKS: version 1 or 2.
 * The kernel's modules for the cipher are loaded.
 */
int crypt_read_header (struct crypt *c, const char *type, struct error *err);

/* The kernel's modules for "aes" in the mode "xts-plain64". */
int crypt_load_modules (const char *cipher, const char *mode,
                        struct error *err);

/* Can the slot's key be derived from a passphrase with this memory, and in
 * an endurable time?  slot: CRYPT_ANY_SLOT asks for what all have in common.
 */
int crypt_check_cost (struct crypt *c, int slot, struct error *err);

#endif /* DAEMON_CRYPTSETUP_H */
