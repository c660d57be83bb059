/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The key slots of an encrypted device. */

#include "config.h"

#include <errno.h>

#include "crypt-slots.h"

static bool
is_active (struct crypt *c, int slot)
{
    crypt_keyslot_info info = c->lib->crypt_keyslot_status (c->cd, slot);

    return info == CRYPT_SLOT_ACTIVE || info == CRYPT_SLOT_ACTIVE_LAST;
}

/* Is the slot one to be tried in this round?  Slots that are preferred come
 * first; some are marked as not for us.
 */
static bool
is_due (struct crypt *c, int slot, bool first_round)
{
    crypt_keyslot_priority priority;

    if (!is_active (c, slot))
        return false;
    priority = c->lib->crypt_keyslot_get_priority (c->cd, slot);
    if (priority == CRYPT_SLOT_PRIORITY_IGNORE)
        return false;
    return (priority == CRYPT_SLOT_PRIORITY_PREFER) == first_round;
}

static int
slot_count (struct crypt *c)
{
    return c->lib->crypt_keyslot_max (c->lib->crypt_get_type (c->cd));
}

int
crypt_try_slots (struct crypt *c, crypt_attempt attempt, void *opaque,
                 int but, struct error *err)
{
    cleanup_error struct error too_costly = { 0 };
    int count = slot_count (c);

    if (crypt_check_cost (c, CRYPT_ANY_SLOT, err) < 0)
        return -1;
    for (int i = 0; i < 2 * count; i++) {
        int slot = i % count, r;

        if (slot == but || !is_due (c, slot, i < count)
            || crypt_check_cost (c, slot, &too_costly) < 0)
            continue;
        r = attempt (c, slot, opaque);
        if (r >= 0)
            return 0;
        if (r != -EPERM && r != -ENOENT)
            return crypt_fail (c, r, "opening it", err);
    }
    if (too_costly.message) {
        error_move (err, &too_costly);
        return -1;
    }
    return fail (err, EPERM, "%s: the key is none of its %skeys", c->device,
                 but == CRYPT_ANY_SLOT ? "" : "other ");
}

struct wanted {
    const char *key;
    struct volume_key *vk;
};

static int
attempt_to_get_key (struct crypt *c, int slot, void *opaque)
{
    const struct wanted *w = opaque;

    w->vk->size = sizeof w->vk->bytes;
    return c->lib->crypt_volume_key_get (c->cd, slot, w->vk->bytes,
                                         &w->vk->size, w->key,
                                         strlen (w->key));
}

int
crypt_get_volume_key (struct crypt *c, const char *key, int but,
                      struct volume_key *ret, struct error *err)
{
    struct wanted wanted = { key, ret };

    return crypt_try_slots (c, attempt_to_get_key, &wanted, but, err);
}

int
crypt_slot_check (struct crypt *c, int slot, bool used, struct error *err)
{
    int count = slot_count (c);

    if (slot < 0 || slot >= count)
        return fail (err, EINVAL, "%s: there is no key slot %d: they are "
                     "numbered from 0 to %d", c->device, slot,
                     count - 1);
    if (used && !is_active (c, slot))
        return fail (err, ENOENT, "%s: key slot %d has no key", c->device,
                     slot);
    if (!used && c->lib->crypt_keyslot_status (c->cd, slot)
                     != CRYPT_SLOT_INACTIVE)
        return fail (err, EEXIST, "%s: key slot %d has a key already "
                     "(luks_kill_slot removes it)", c->device, slot);
    return 0;
}

/* What makes guessing a passphrase expensive.  Measuring how quick the
 * machine is would take seconds, and machines differ: these are fixed, and
 * ask for little enough memory that any appliance can open what another has
 * made.  Argon2: RFC 9106, the second recommended option, with the iterations
 * that are the library's least.  PBKDF2 is for LUKS1.
 */
const struct crypt_pbkdf_type crypt_argon2 = {
    .type = CRYPT_KDF_ARGON2ID,
    .hash = "sha256",
    .iterations = 4,
    .max_memory_kb = 64 << 10,
    .parallel_threads = 4,
    .flags = CRYPT_PBKDF_NO_BENCHMARK,
};

static const struct crypt_pbkdf_type pbkdf2 = {
    .type = CRYPT_KDF_PBKDF2,
    .hash = "sha256",
    .iterations = 2000000,
    .flags = CRYPT_PBKDF_NO_BENCHMARK,
};

int
crypt_add_key (struct crypt *c, int slot, const struct volume_key *vk,
               const char *key, struct error *err)
{
    bool luks1 = strcmp (c->lib->crypt_get_type (c->cd), CRYPT_LUKS1) == 0;
    int r = c->lib->crypt_set_pbkdf_type (c->cd, luks1 ? &pbkdf2
                                                      : &crypt_argon2);

    if (r < 0)
        return crypt_fail (c, r, "preparing a key slot", err);
    r = c->lib->crypt_keyslot_add_by_volume_key (
        c->cd, slot, vk ? vk->bytes : NULL, vk ? vk->size : 0, key,
        strlen (key));
    return r < 0 ? crypt_fail (c, r, "adding the key", err) : 0;
}
