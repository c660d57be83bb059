/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Encrypted devices: LUKS and BitLocker. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>

#include "block.h"
#include "calls.h"
#include "crypt-slots.h"
#include "cryptsetup.h"
#include "guarded.h"
#include "modules.h"
#include "probe.h"

/* How long all of a call may take: eight slots of LUKS1, each of them made to
 * take two seconds on a machine ten times as quick.
 */
#define SECONDS_MAX 180

/* LUKS2 On-Disk Format Specification, 3: what crypt_keyslot_max () says. */
#define LUKS2_SLOTS 32

/* What a call is to do; it is done in another process. */
struct job {
    guarded_work work;
    const char *device;
    const char *key, *new_key;
    const char *mapname;
    const char *type;    /* of the library's; CRYPT_LUKS: any LUKS */
    bool any_type;       /* whatever the header says */
    const char *cipher, *mode;
    size_t volume_key_size;
    int slot;
    uint32_t flags;      /* CRYPT_ACTIVATE_* */
};

static int
attempt_to_activate (struct crypt *c, int slot, void *opaque)
{
    const struct job *job = opaque;

    return c->lib->crypt_activate_by_passphrase (
        c->cd, job->mapname, slot, job->key, strlen (job->key), job->flags);
}

/* How headers begin: those of both versions of LUKS, and of BitLocker but for
 * its variant for sticks.
 */
#define LUKS_MAGIC "LUKS\xba\xbe"
#define BITLOCKER_MAGIC "-FVE-FS-"
#define BITLOCKER_MAGIC_OFFSET 3

static bool
has_magic (const char *device, const char *magic, off_t offset)
{
    char bytes[8] = { 0 };
    cleanup_fd int fd = open (device, O_RDONLY | O_CLOEXEC);

    return fd >= 0 && pread (fd, bytes, sizeof bytes, offset) == sizeof bytes
           && memcmp (bytes, magic, strlen (magic)) == 0;
}

/* Open the device, and read its header. */
static int
begin (struct crypt *c, const struct job *job, struct error *err)
{
    if (crypt_open_device (c, job->device, err) < 0)
        return -1;
    if (!job->any_type || has_magic (job->device, LUKS_MAGIC, 0))
        return crypt_read_header (c, job->type, err);
    if (has_magic (job->device, BITLOCKER_MAGIC, BITLOCKER_MAGIC_OFFSET))
        return crypt_read_header (c, CRYPT_BITLK, err);
    if (crypt_read_header (c, CRYPT_BITLK, err) == 0)
        return 0;
    return fail (err, EINVAL, "%s: neither a LUKS nor a BitLocker device",
                 c->device);
}

/* The library tries all of its keys by itself; to a key that is none of them
 * it has nothing to say.
 */
static int
open_bitlocker (struct crypt *c, struct job *job, struct error *err)
{
    int r;

    if (module_load ("dm-zero", err) < 0)
        return -1;
    r = attempt_to_activate (c, CRYPT_ANY_SLOT, job);
    if (r == -EPERM || (r == -EINVAL && c->reasons.count == 0))
        return fail (err, EPERM, "%s: the key is none of its keys",
                     c->device);
    return r < 0 ? crypt_fail (c, r, "opening it", err) : 0;
}

static char *
work_open (void *opaque, struct error *err)
{
    struct job *job = opaque;
    cleanup_crypt struct crypt c = CRYPT_NONE;
    int r;

    if (begin (&c, job, err) < 0)
        return NULL;
    if (strcmp (c.lib->crypt_get_type (c.cd), CRYPT_BITLK) == 0)
        r = open_bitlocker (&c, job, err);
    else
        r = crypt_try_slots (&c, attempt_to_activate, job, CRYPT_ANY_SLOT,
                             err);
    return r < 0 ? NULL : xstrdup ("");
}

static char *
work_close (void *opaque, struct error *err)
{
    const struct job *job = opaque;
    cleanup_crypt struct crypt c = CRYPT_NONE;
    int r;

    if (crypt_open_device (&c, job->device, err) < 0)
        return NULL;
    r = c.lib->crypt_deactivate (NULL, job->mapname);
    if (r == 0)
        return xstrdup ("");
    crypt_fail (&c, r, "closing it", err);
    return NULL;
}

static char *
work_uuid (void *opaque, struct error *err)
{
    const struct job *job = opaque;
    cleanup_crypt struct crypt c = CRYPT_NONE;
    const char *uuid;

    if (begin (&c, job, err) < 0)
        return NULL;
    uuid = c.lib->crypt_get_uuid (c.cd);
    return xstrdup (uuid ? uuid : "");
}

static char *
work_add_key (void *opaque, struct error *err)
{
    const struct job *job = opaque;
    cleanup_crypt struct crypt c = CRYPT_NONE;
    cleanup_volume_key struct volume_key vk = { .size = 0 };

    if (begin (&c, job, err) < 0
        || crypt_slot_check (&c, job->slot, false, err) < 0
        || crypt_get_volume_key (&c, job->key, CRYPT_ANY_SLOT, &vk, err) < 0
        || crypt_add_key (&c, job->slot, &vk, job->new_key, err) < 0)
        return NULL;
    return xstrdup ("");
}

static char *
work_kill_slot (void *opaque, struct error *err)
{
    const struct job *job = opaque;
    cleanup_crypt struct crypt c = CRYPT_NONE;
    cleanup_volume_key struct volume_key vk = { .size = 0 };
    int r;

    if (begin (&c, job, err) < 0
        || crypt_slot_check (&c, job->slot, true, err) < 0
        || crypt_get_volume_key (&c, job->key, job->slot, &vk, err) < 0)
        return NULL;
    r = c.lib->crypt_keyslot_destroy (c.cd, job->slot);
    if (r == 0)
        return xstrdup ("");
    crypt_fail (&c, r, "removing the key", err);
    return NULL;
}

/* The headers of LUKS2, as the library makes them, and one sector. */
#define LUKS2_SIZE_MIN ((16 << 20) + 512)

/* The library would write headers that can't be opened. */
static int
check_size (const char *device, struct error *err)
{
    cleanup_fd int fd = open (device, O_RDONLY | O_CLOEXEC);
    uint64_t size;

    if (fd < 0 || ioctl (fd, BLKGETSIZE64, &size) < 0)
        return fail (err, errno, "%s: %m", device);
    if (size >= LUKS2_SIZE_MIN)
        return 0;
    return fail (err, ENOSPC, "%s: too small: the header alone takes 16 MiB",
                 device);
}

/* Sectors of 512 bytes, so that whatever was on the drive fits again. */
static int
format (struct crypt *c, const struct job *job, struct error *err)
{
    struct crypt_params_luks2 params = {
        .pbkdf = &crypt_argon2,
        .sector_size = 512,
    };
    int r = c->lib->crypt_format (c->cd, CRYPT_LUKS2, job->cipher, job->mode,
                                  NULL, NULL, job->volume_key_size, &params);

    return r < 0 ? crypt_fail (c, r, "formatting it", err) : 0;
}

static char *
work_format (void *opaque, struct error *err)
{
    const struct job *job = opaque;
    cleanup_crypt struct crypt c = CRYPT_NONE;

    if (check_size (job->device, err) < 0
        || crypt_open_device (&c, job->device, err) < 0
        || crypt_load_modules (job->cipher, job->mode, err) < 0
        || wipe_signatures (job->device, err) < 0
        || format (&c, job, err) < 0
        || crypt_add_key (&c, job->slot, NULL, job->key, err) < 0)
        return NULL;
    return xstrdup ("");
}

static void
wipe (const char *key)
{
    if (key)
        explicit_bzero ((char *) key, strlen (key));
}

/* In the other process, whose copy of the keys is its own. */
static char *
work_and_wipe (void *opaque, struct error *err)
{
    struct job *job = opaque;
    char *result = job->work (job, err);

    wipe (job->key);
    wipe (job->new_key);
    return result;
}

/* Do the job in another process; NULL unless it succeeds. */
static char *
run_job (struct call *call, guarded_work work, struct job *job)
{
    if (!call->daemon->appliance)
        return fail_null (&call->err, ENOTSUP, "encrypted devices can be "
                          "used inside an appliance only: the device mapper "
                          "here is the host's own");
    job->work = work;
    return guarded_run (work_and_wipe, job, SECONDS_MAX, job->device,
                        &call->err);
}

static int
do_job (struct call *call, guarded_work work, struct job *job)
{
    cleanup_free char *result = run_job (call, work, job);

    return result ? 0 : -1;
}

/* The kernel's names have up to 127 bytes (dm-ioctl.h), and others than these
 * would be escaped.
 */
#define MAPNAME_MAX 127

static int
check_mapname (struct call *call, const char *name)
{
    static const char valid[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "#+-.:=@_";
    size_t n = strlen (name);

    if (strcmp (name, "control") == 0)
        return fail (&call->err, EINVAL, "mapname: 'control' is the device "
                     "mapper's own");
    if (n > 0 && n <= MAPNAME_MAX && name[strspn (name, valid)] == '\0'
        && strcmp (name, ".") != 0 && strcmp (name, "..") != 0)
        return 0;
    return fail (&call->err, EINVAL, "mapname '%s' can't be the name of a "
                 "device: letters, digits and # + - . : = @ _ are allowed",
                 name);
}

static int
open_as (struct call *call, struct job *job)
{
    cleanup_free char *path = NULL;

    if (check_mapname (call, job->mapname) < 0)
        return -1;
    path = xasprintf ("/dev/mapper/%s", job->mapname);
    if (access (path, F_OK) == 0)
        return fail (&call->err, EEXIST, "%s: it exists already", path);
    return do_job (call, work_open, job);
}

/* cryptsetup(8), open: the types that have a header which tells the rest. */
static int
find_type (struct call *call, const char *name, const char **ret)
{
    static const struct {
        const char *name, *type;
    } types[] = {
        { "luks", CRYPT_LUKS },   { "luks1", CRYPT_LUKS1 },
        { "luks2", CRYPT_LUKS2 }, { "bitlk", CRYPT_BITLK },
    };

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp (types[i].name, name) == 0) {
            *ret = types[i].type;
            return 0;
        }
    }
    return fail (&call->err, EINVAL, "crypttype '%s' is unknown: luks, "
                 "luks1, luks2, bitlk", name);
}

int
do_cryptsetup_open (struct call *call, const char *device, const char *key,
                    const char *mapname,
                    const struct cryptsetup_open_opts *opts)
{
    struct job job = {
        .device = device,
        .key = key,
        .mapname = mapname,
        .any_type = !(opts->given & CRYPTSETUP_OPEN_CRYPTTYPE),
    };

    if (!job.any_type && find_type (call, opts->crypttype, &job.type) < 0)
        return -1;
    if ((opts->given & CRYPTSETUP_OPEN_READONLY) && opts->readonly)
        job.flags = CRYPT_ACTIVATE_READONLY;
    return open_as (call, &job);
}

int
do_luks_open (struct call *call, const char *device, const char *key,
              const char *mapname)
{
    struct job job = { .device = device, .key = key, .mapname = mapname };

    return open_as (call, &job);
}

int
do_luks_open_ro (struct call *call, const char *device, const char *key,
                 const char *mapname)
{
    struct job job = {
        .device = device,
        .key = key,
        .mapname = mapname,
        .flags = CRYPT_ACTIVATE_READONLY,
    };

    return open_as (call, &job);
}

/* Only what libcryptsetup has made: no logical volume. */
static int
check_is_opened (struct call *call, const char *device)
{
    cleanup_block struct block b = { 0 };
    cleanup_dm_device struct dm_device dm = { 0 };

    if (block_find (device, &b, &call->err) < 0)
        return -1;
    if (string_starts_with (b.name, "dm-")
        && dm_device_read (b.name, &dm, &call->err) < 0)
        return -1;
    if (dm.uuid && string_starts_with (dm.uuid, "CRYPT-"))
        return 0;
    return fail (&call->err, EINVAL, "%s: not a device that cryptsetup_open "
                 "has made (they are /dev/mapper/NAME)", device);
}

int
do_cryptsetup_close (struct call *call, const char *device)
{
    struct job job = { .device = device };
    cleanup_fd int fd = -1;

    if (check_is_opened (call, device) < 0)
        return -1;
    /* The device mapper would try for seconds. */
    fd = open (device, O_RDONLY | O_EXCL | O_CLOEXEC);
    if (fd < 0)
        return fail (&call->err, errno, "%s: %m%s", device,
                     errno == EBUSY ? " (a file system on it is mounted, or "
                                      "a logical volume active)" : "");
    close_fd (&fd);
    job.mapname = strrchr (device, '/') + 1;
    return do_job (call, work_close, &job);
}

int
do_luks_close (struct call *call, const char *device)
{
    return do_cryptsetup_close (call, device);
}

char *
do_luks_uuid (struct call *call, const char *device)
{
    struct job job = { .device = device };

    return run_job (call, work_uuid, &job);
}

int
do_luks_add_key (struct call *call, const char *device, const char *key,
                 const char *newkey, int keyslot)
{
    struct job job = {
        .device = device,
        .key = key,
        .new_key = newkey,
        .slot = keyslot,
    };

    return do_job (call, work_add_key, &job);
}

int
do_luks_kill_slot (struct call *call, const char *device, const char *key,
                   int keyslot)
{
    struct job job = { .device = device, .key = key, .slot = keyslot };

    return do_job (call, work_kill_slot, &job);
}

/* XTS has two keys of 256 bits. */
static size_t
key_size_of (const char *mode)
{
    return string_starts_with (mode, "xts-") ? 64 : 32;
}

int
do_luks_format_cipher (struct call *call, const char *device,
                       const char *key, int keyslot, const char *cipher)
{
    cleanup_free char *name = xstrdup (cipher);
    char *mode = strchr (name, '-');
    struct job job = {
        .device = device,
        .key = key,
        .cipher = name,
        .slot = keyslot,
    };

    if (!mode || mode == name || !mode[1])
        return fail (&call->err, EINVAL, "cipher '%s' must be a cipher and "
                     "its mode, such as aes-xts-plain64", cipher);
    *mode++ = '\0';
    job.mode = mode;
    job.volume_key_size = key_size_of (mode);
    if (keyslot < 0 || keyslot >= LUKS2_SLOTS)
        return fail (&call->err, EINVAL, "there is no key slot %d: they are "
                     "numbered from 0 to %d", keyslot, LUKS2_SLOTS - 1);
    return do_job (call, work_format, &job);
}

int
do_luks_format (struct call *call, const char *device, const char *key,
                int keyslot)
{
    return do_luks_format_cipher (call, device, key, keyslot,
                                  "aes-xts-plain64");
}
