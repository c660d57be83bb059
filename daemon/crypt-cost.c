/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What it costs to derive a key.  A header says how many iterations it
 * takes and how much memory: honest ones a second or two, and up to 1 GiB on
 * the machine that has made them.
 */

#include "config.h"

#include <errno.h>
#include <endian.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cryptsetup.h"
#include "io.h"
#include "memory.h"

/* PBKDF2: the quickest processors do 10 millions in the two seconds that are
 * usual.
 */
#define ITERATIONS_MAX (UINT64_C (1) << 28)

/* Argon2: KiB of memory, each of them as often as there are iterations; 2^28
 * are 256 times 1 GiB.
 */
#define ARGON2_KIB_MAX (UINT64_C (1) << 28)

/* What must be left, in KiB. */
#define SPARE_KIB (16 << 10)

#define MEMINFO_MAX (64 << 10)

/* KiB, from /proc/meminfo. */
static uint64_t
available_memory (void)
{
    static const char name[] = "MemAvailable:";
    cleanup_error struct error none = { 0 };
    cleanup_free char *text = read_file_at (AT_FDCWD, "/proc/meminfo",
                                            MEMINFO_MAX, NULL, &none);
    const char *line = text ? strstr (text, name) : NULL;

    return line ? strtoull (line + strlen (name), NULL, 10) : UINT64_MAX;
}

static int
check_iterations (struct crypt *c, uint64_t iterations, struct error *err)
{
    if (iterations <= ITERATIONS_MAX)
        return 0;
    return fail (err, EOVERFLOW, "%s: the header asks for %" PRIu64
                 " iterations, more than any honest one (%" PRIu64 "), "
                 "which is refused", c->device, iterations, ITERATIONS_MAX);
}

static int
check_argon2 (struct crypt *c, const struct crypt_pbkdf_type *pbkdf,
              struct error *err)
{
    uint64_t memory = pbkdf->max_memory_kb, available = available_memory ();

    if (memory * pbkdf->iterations > ARGON2_KIB_MAX)
        return fail (err, EOVERFLOW, "%s: the header asks for %" PRIu32
                     " iterations over %" PRIu64 " KiB of memory, more than "
                     "any honest one, which is refused", c->device,
                     pbkdf->iterations, memory);
    if (memory + SPARE_KIB > available)
        return fail (err, ENOMEM, "%s: the header asks for %" PRIu64
                     " MiB of memory to derive the key, and the appliance "
                     "has %" PRIu64 " (set_memsize or LIBGUESTFS_MEMSIZE, "
                     "before launch, gives it more)", c->device,
                     memory >> 10, available >> 10);
    return 0;
}

static int
check_slot (struct crypt *c, int slot, struct error *err)
{
    struct crypt_pbkdf_type pbkdf = { 0 };
    int r = c->lib->crypt_keyslot_get_pbkdf (c->cd, slot, &pbkdf);

    if (r < 0)
        return crypt_fail (c, r, "reading its key slots", err);
    if (pbkdf.type && strcmp (pbkdf.type, CRYPT_KDF_PBKDF2) != 0)
        return check_argon2 (c, &pbkdf, err);
    return check_iterations (c, pbkdf.iterations, err);
}

/* The LUKS1 header has the iterations that tell whether a key is the right
 * one at this offset (LUKS1 On-Disk Format Specification, 2.1).
 */
#define LUKS1_ITERATIONS_OFFSET 164

static int
check_luks1_digest (struct crypt *c, struct error *err)
{
    cleanup_fd int fd = open (c->device, O_RDONLY | O_CLOEXEC);
    uint32_t iterations;

    if (fd < 0
        || pread (fd, &iterations, sizeof iterations,
                  LUKS1_ITERATIONS_OFFSET) != sizeof iterations)
        return fail (err, errno, "%s: %m", c->device);
    return check_iterations (c, be32toh (iterations), err);
}

/* All of LUKS2's metadata, as the library writes what it has understood:
 * digests have the same member as key slots.
 */
static int
check_luks2_digests (struct crypt *c, struct error *err)
{
    static const char member[] = "\"iterations\":";
    const char *p = NULL;
    int r = c->lib->crypt_dump_json (c->cd, &p, 0);

    if (r < 0)
        return crypt_fail (c, r, "reading its metadata", err);
    while ((p = strstr (p, member))) {
        p += strlen (member);
        if (check_iterations (c, strtoull (p, NULL, 10), err) < 0)
            return -1;
    }
    return 0;
}

int
crypt_check_cost (struct crypt *c, int slot, struct error *err)
{
    if (slot != CRYPT_ANY_SLOT)
        return check_slot (c, slot, err);
    return strcmp (c->lib->crypt_get_type (c->cd), CRYPT_LUKS1) == 0
           ? check_luks1_digest (c, err) : check_luks2_digests (c, err);
}
