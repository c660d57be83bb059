/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The key slots of an encrypted device: each has the volume key, encrypted by
 * a key of its own.
 */
#ifndef DAEMON_CRYPT_SLOTS_H
#define DAEMON_CRYPT_SLOTS_H

#include <string.h>

#include "cryptsetup.h"

/* A volume key, for as long as it is needed. */
struct volume_key {
    char bytes[512];
    size_t size;
};

static inline void
cleanup_volume_key_ (struct volume_key *vk)
{
    explicit_bzero (vk, sizeof *vk);
}

#define cleanup_volume_key __attribute__ ((cleanup (cleanup_volume_key_)))

/* What makes guessing a passphrase of LUKS2 expensive. */
extern const struct crypt_pbkdf_type crypt_argon2;

/* The slot must be one, and used, or free. */
int crypt_slot_check (struct crypt *c, int slot, bool used,
                      struct error *err);

/* Try a key on a slot: the slot, or a negative errno; -EPERM: the key is
 * another one.
 */
typedef int (*crypt_attempt) (struct crypt *c, int slot, void *opaque);

/* Try one slot after the other, but not that one.  Whichever costs too much
 * is left out; if no other has the key, this is why.
 */
int crypt_try_slots (struct crypt *c, crypt_attempt attempt, void *opaque,
                     int but, struct error *err);

/* The volume key, by the key of any slot but that one. */
int crypt_get_volume_key (struct crypt *c, const char *key, int but,
                          struct volume_key *ret, struct error *err);

/* Into a slot; vk: NULL for a device that was formatted just now. */
int crypt_add_key (struct crypt *c, int slot, const struct volume_key *vk,
                   const char *key, struct error *err);

#endif /* DAEMON_CRYPT_SLOTS_H */
