/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checksums: the CRC of POSIX cksum, and the hashes of libgcrypt. */

#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "digest.h"

DEFINE_LIBRARY (gcrypt, "libgcrypt.so.20", GCRYPT_FUNCTIONS)

#define CRC (-1)

static const struct {
    const char *name;
    int algorithm;
} types[] = {
    { "crc", CRC },
    { "md5", GCRY_MD_MD5 },
    { "sha1", GCRY_MD_SHA1 },
    { "sha224", GCRY_MD_SHA224 },
    { "sha256", GCRY_MD_SHA256 },
    { "sha384", GCRY_MD_SHA384 },
    { "sha512", GCRY_MD_SHA512 },
    { "gost", GCRY_MD_GOSTR3411_CP },
    { "gost12", GCRY_MD_STRIBOG256 },
};

static int
find_type (const char *name, int *ret, struct error *err)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp (types[i].name, name) == 0) {
            *ret = types[i].algorithm;
            return 0;
        }
    return fail (err, EINVAL, "'%s' is no type of checksum: there are crc, "
                 "md5, sha1, sha224, sha256, sha384, sha512, gost and gost12",
                 name);
}

/* The CRC of IEEE 802.3, most significant bit first (POSIX, cksum): tables
 * for eight bytes at a time.  table[k][b] is what the byte b adds when k
 * bytes follow it.
 */
#define CRC_POLYNOMIAL UINT32_C (0x04c11db7)
#define CRC_STEP 8

static uint32_t crc_table[CRC_STEP][256];

static void
make_crc_tables (void)
{
    for (uint32_t b = 0; b < 256; b++) {
        uint32_t crc = b << 24;

        for (int i = 0; i < 8; i++)
            crc = crc << 1 ^ (crc >> 31 ? CRC_POLYNOMIAL : 0);
        crc_table[0][b] = crc;
    }
    for (int k = 1; k < CRC_STEP; k++)
        for (int b = 0; b < 256; b++) {
            uint32_t before = crc_table[k - 1][b];

            crc_table[k][b] = before << 8 ^ crc_table[0][before >> 24];
        }
}

static uint32_t
crc_add (uint32_t crc, const unsigned char *p, size_t size)
{
    for (; size >= CRC_STEP; size -= CRC_STEP, p += CRC_STEP)
        crc = crc_table[7][p[0] ^ crc >> 24]
              ^ crc_table[6][p[1] ^ (crc >> 16 & 255)]
              ^ crc_table[5][p[2] ^ (crc >> 8 & 255)]
              ^ crc_table[4][p[3] ^ (crc & 255)]
              ^ crc_table[3][p[4]] ^ crc_table[2][p[5]]
              ^ crc_table[1][p[6]] ^ crc_table[0][p[7]];
    for (; size > 0; size--)
        crc = crc << 8 ^ crc_table[0][*p++ ^ crc >> 24];
    return crc;
}

/* The length is part of it, without leading zero bytes, least significant
 * byte first.
 */
static uint32_t
crc_end (uint32_t crc, uint64_t size)
{
    for (; size > 0; size >>= 8) {
        unsigned char byte = size & 255;

        crc = crc_add (crc, &byte, 1);
    }
    return ~crc;
}

static int
open_hash (struct digest *d, int algorithm, struct error *err)
{
    const struct gcrypt *gcrypt = load_gcrypt (err);
    gcry_error_t e;

    if (!gcrypt)
        return -1;
    /* Hashes need no secret memory, which would cost locked pages. */
    if (!gcrypt->gcry_control (GCRYCTL_INITIALIZATION_FINISHED_P)) {
        gcrypt->gcry_check_version (NULL);
        gcrypt->gcry_control (GCRYCTL_DISABLE_SECMEM, 0);
        gcrypt->gcry_control (GCRYCTL_INITIALIZATION_FINISHED, 0);
    }
    e = gcrypt->gcry_md_open (&d->md, algorithm, 0);
    if (e)
        return fail (err, ENOTSUP, "libgcrypt lacks this checksum: %s",
                     gcrypt->gcry_strerror (e));
    d->gcrypt = gcrypt;
    d->algorithm = algorithm;
    return 0;
}

int
digest_open (struct digest *d, const char *type, struct error *err)
{
    int algorithm = CRC;

    *d = (struct digest) { 0 };
    if (find_type (type, &algorithm, err) < 0)
        return -1;
    if (algorithm != CRC)
        return open_hash (d, algorithm, err);
    if (!crc_table[0][1])
        make_crc_tables ();
    return 0;
}

void
digest_close (struct digest *d)
{
    if (d->gcrypt)
        d->gcrypt->gcry_md_close (d->md);
    *d = (struct digest) { 0 };
}

void
digest_add (struct digest *d, const void *data, size_t size)
{
    d->size += size;
    if (d->gcrypt)
        d->gcrypt->gcry_md_write (d->md, data, size);
    else
        d->crc = crc_add (d->crc, data, size);
}

static char *
hex (const unsigned char *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    char *text = xmalloc (2 * size + 1);

    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[2 * size] = '\0';
    return text;
}

static char *
end_hash (struct digest *d)
{
    unsigned size = d->gcrypt->gcry_md_get_algo_dlen (d->algorithm);
    char *text = hex (d->gcrypt->gcry_md_read (d->md, d->algorithm), size);

    d->gcrypt->gcry_md_reset (d->md);
    return text;
}

char *
digest_end (struct digest *d)
{
    char *text = d->gcrypt ? end_hash (d)
                           : xasprintf ("%" PRIu32, crc_end (d->crc, d->size));

    d->crc = 0;
    d->size = 0;
    return text;
}
