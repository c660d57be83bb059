/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checksums: the CRC of POSIX cksum, and the hashes of libgcrypt. */
#ifndef DAEMON_DIGEST_H
#define DAEMON_DIGEST_H

#include <gcrypt.h>

#include "daemon.h"
#include "library.h"

#define GCRYPT_FUNCTIONS(LIBRARY)       \
    LIBRARY (gcry_check_version)        \
    LIBRARY (gcry_control)              \
    LIBRARY (gcry_strerror)             \
    LIBRARY (gcry_md_open)              \
    LIBRARY (gcry_md_close)             \
    LIBRARY (gcry_md_reset)             \
    LIBRARY (gcry_md_write)             \
    LIBRARY (gcry_md_read)              \
    LIBRARY (gcry_md_get_algo_dlen)

DECLARE_LIBRARY (gcrypt, GCRYPT_FUNCTIONS)

struct digest {
    const struct gcrypt *gcrypt; /* NULL: the CRC */
    gcry_md_hd_t md;
    int algorithm;
    uint32_t crc;
    uint64_t size; /* of what was added */
};

/* type is the name of the API: "md5"; EINVAL if there is no such. */
int digest_open (struct digest *d, const char *type, struct error *err);
void digest_close (struct digest *d);

#define cleanup_digest __attribute__ ((cleanup (digest_close)))

void digest_add (struct digest *d, const void *data, size_t size);

/* The checksum of all that was added, as text that the caller frees: a
 * decimal number for the CRC, else hexadecimal digits.  The digest starts
 * anew.
 */
char *digest_end (struct digest *d);

#endif /* DAEMON_DIGEST_H */
