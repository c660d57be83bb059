/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Encrypted devices through libcryptsetup. */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cryptsetup.h"
#include "memory.h"
#include "modules.h"

DEFINE_LIBRARY (cryptsetup, "libcryptsetup.so.12", CRYPTSETUP_FUNCTIONS)

static void
keep_reason (int level, const char *message, void *opaque)
{
    struct strings *reasons = opaque;
    cleanup_free char *text = xstrdup (message);

    string_trim_end (text);
    if (level == CRYPT_LOG_ERROR && *text)
        strings_add_once (reasons, text);
}

/* There is no udev that the device mapper could wait for, so that it makes
 * the nodes in /dev/mapper itself; nor another process that would change a
 * header meanwhile.
 */
static const struct cryptsetup *
load_library (struct error *err)
{
    const struct cryptsetup *lib;

    setenv ("DM_DISABLE_UDEV", "1", 1);
    lib = load_cryptsetup (err);
    if (!lib)
        return NULL;
    lib->crypt_metadata_locking (NULL, 0);
    lib->crypt_token_external_disable ();
    return lib;
}

int
crypt_open_device (struct crypt *c, const char *device, struct error *err)
{
    int r;

    c->device = device;
    c->lib = load_library (err);
    if (!c->lib || module_load ("dm-mod", err) < 0)
        return -1;
    c->lib->crypt_set_log_callback (NULL, keep_reason, &c->reasons);
    r = c->lib->crypt_init (&c->cd, device);
    if (r < 0)
        return crypt_fail (c, r, "opening it", err);
    c->lib->crypt_set_log_callback (c->cd, keep_reason, &c->reasons);
    c->lib->crypt_volume_key_keyring (c->cd, 0);
    return 0;
}

void
crypt_close_device (struct crypt *c)
{
    if (c->cd)
        c->lib->crypt_free (c->cd);
    strings_free (&c->reasons);
    *c = CRYPT_NONE;
}

int
crypt_fail (struct crypt *c, int r, const char *what, struct error *err)
{
    cleanup_free char *reasons = strings_join (&c->reasons, " ");

    if (!*reasons)
        return fail (err, -r, "%s: %s: %m", c->device, what);
    return fail (err, -r, "%s: %s: %s", c->device, what, reasons);
}

/* Key slots are encrypted as well, by OpenSSL; ciphers that it does not have
 * the library takes from the kernel.
 */
static void
load_kernel_interface (void)
{
    cleanup_error struct error not_needed = { 0 };

    module_load ("algif_skcipher", &not_needed);
    error_clear (&not_needed);
    module_load ("algif_hash", &not_needed);
}

/* All words of "aes", "xts-plain64" or "capi:authenc(hmac(sha256),xts(aes))"
 * that may be algorithms.  XTS and others are made of ECB; the rest is what
 * the kernel's encrypted keys want, which dm-crypt depends on.
 */
int
crypt_load_modules (const char *cipher, const char *mode, struct error *err)
{
    static const char separators[] = "-:(),";
    cleanup_strings struct strings names = STRINGS_EMPTY;
    cleanup_string_array char **aliases = NULL;
    cleanup_free char *all = xasprintf ("%s-%s-ecb-cbc-aes-hmac-sha256",
                                       cipher, mode);
    char *state = NULL;

    for (char *word = strtok_r (all, separators, &state); word;
         word = strtok_r (NULL, separators, &state))
        strings_add_format (&names, "crypto-%s", word);
    aliases = strings_steal (&names);
    module_load_aliases (aliases);
    load_kernel_interface ();
    return module_load ("dm-crypt", err);
}

/* A device with integrity has dm-integrity below. */
static int
load_integrity (struct crypt *c, struct error *err)
{
    struct crypt_params_integrity integrity = { 0 };

    if (c->lib->crypt_get_integrity_info (c->cd, &integrity) < 0
        || !integrity.integrity)
        return 0;
    return module_load ("dm-integrity", err) < 0
           ? -1 : crypt_load_modules ("authenc-hmac-sha256-sha512-sha1",
                                      integrity.integrity, err);
}

int
crypt_read_header (struct crypt *c, const char *type, struct error *err)
{
    int r = c->lib->crypt_load (c->cd, type, NULL);
    const char *cipher, *mode;

    if (r < 0)
        return crypt_fail (c, r, "no header of an encrypted device", err);
    cipher = c->lib->crypt_get_cipher (c->cd);
    mode = c->lib->crypt_get_cipher_mode (c->cd);
    if (crypt_load_modules (cipher ? cipher : "", mode ? mode : "", err) < 0)
        return -1;
    return load_integrity (c, err);
}
