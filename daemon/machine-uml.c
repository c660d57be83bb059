/* SPDX-License-Identifier: GPL-2.0-or-later */
/* User Mode Linux: the kernel's command line tells all, and the channel is
 * shared memory.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "init.h"
#include "machine.h"
#include "modules.h"

/* The doorbell is the first virtual console but the kernel's own. */
#define DOORBELL "/dev/tty1"
#define SHARED_MEMORY "/dev/mmapper"

static bool
is_here (void)
{
    return access (SHARED_MEMORY, F_OK) == 0;
}

/* "NAME,NAME:LABEL,..." */
static void
read_disks (struct daemon *daemon)
{
    const char *disks = getenv ("guestfs_disks");
    cleanup_string_array char **names = string_split (disks ? disks : "",
                                                      ',');

    for (size_t i = 0; names[i]; i++) {
        char *colon = strchrnul (names[i], ':');

        strings_add (&daemon->labels, *colon ? colon + 1 : "");
        *colon = '\0';
        strings_add (&daemon->disks, names[i]);
    }
}

/* Virtio disks need their driver.  It must believe that they have a cache,
 * or it would send no flush to the host.
 */
static int
prepare (struct daemon *daemon, struct error *err)
{
    read_disks (daemon);
    for (size_t i = 0; i < daemon->disks.count; i++) {
        const char *disk = daemon->disks.item[i];
        cleanup_free char *cache_type
            = xasprintf ("/sys/block/%s/cache_type", disk);

        if (!string_starts_with (disk, "vd"))
            continue;
        if (module_load ("virtio_blk", err) < 0
            || (access (cache_type, W_OK) == 0
                && write_setting (cache_type, "write back", err) < 0))
            return -1;
    }
    return 0;
}

static int
open_doorbell (struct error *err)
{
    cleanup_fd int fd = open (DOORBELL, O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct termios t;

    if (fd < 0 || tcgetattr (fd, &t) < 0)
        return fail (err, errno, "%s: %m", DOORBELL);
    cfmakeraw (&t);
    if (tcsetattr (fd, TCSANOW, &t) < 0)
        return fail (err, errno, "%s: %m", DOORBELL);
    return steal_fd (&fd);
}

static struct transport *
open_channel (struct error *err)
{
    cleanup_fd int memory = open (SHARED_MEMORY, O_RDWR | O_CLOEXEC);
    int doorbell;
    void *p;

    if (memory < 0)
        return fail_null (err, errno, "%s: %m", SHARED_MEMORY);
    p = mmap (NULL, TRANSPORT_RING_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
              memory, 0);
    if (p == MAP_FAILED)
        return fail_null (err, errno, "%s: mmap: %m", SHARED_MEMORY);
    doorbell = open_doorbell (err);
    if (doorbell < 0) {
        munmap (p, TRANSPORT_RING_SIZE);
        return NULL;
    }
    return transport_new_ring (RING_END_DAEMON, p, doorbell, err);
}

const struct machine machine_uml = {
    .name = "User Mode Linux",
    .is_here = is_here,
    .prepare = prepare,
    .open_channel = open_channel,
};
