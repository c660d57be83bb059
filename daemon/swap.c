/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls about swap. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/swap.h>
#include <unistd.h>

#include "calls.h"
#include "filesystem.h"
#include "probe.h"
#include "swap-header.h"
#include "sysroot.h"
#include "uuid.h"

/* uuid NULL: a new one. */
static int
make_swap (struct call *call, int fd, const char *name, const char *label,
           const char *uuid)
{
    cleanup_free char *random = NULL;

    if (!uuid) {
        uuid = random = random_uuid (&call->err);
        if (!random)
            return -1;
    }
    return swap_header_write (fd, name, label, uuid, &call->err);
}

static int
make_swap_device (struct call *call, const char *device, const char *label,
                  const char *uuid)
{
    cleanup_fd int fd = -1;

    if (uuid && !is_uuid (uuid))
        return fail (&call->err, EINVAL, "'%s' is no UUID", uuid);
    if (wipe_signatures (device, &call->err) < 0)
        return -1;
    fd = open (device, O_RDWR | O_EXCL | O_CLOEXEC);
    if (fd < 0)
        return fail (&call->err, errno, "%s: %m", device);
    return make_swap (call, fd, device, label, uuid);
}

int
do_mkswap (struct call *call, const char *device,
           const struct mkswap_opts *opts)
{
    return make_swap_device (call, device,
                             opts->given & MKSWAP_LABEL ? opts->label : NULL,
                             opts->given & MKSWAP_UUID ? opts->uuid : NULL);
}

int
do_mkswap_L (struct call *call, const char *label, const char *device)
{
    return make_swap_device (call, device, label, NULL);
}

int
do_mkswap_U (struct call *call, const char *uuid, const char *device)
{
    return make_swap_device (call, device, NULL, uuid);
}

static int
open_swap_file (struct call *call, const char *path, int flags)
{
    cleanup_fd int fd = sysroot_open (call, path,
                                      flags | O_NONBLOCK | O_NOCTTY, 0);
    struct stat st;

    if (fd < 0)
        return -1;
    if (fstat (fd, &st) < 0)
        return fail (&call->err, errno, "%s: %m", path);
    if (!S_ISREG (st.st_mode))
        return fail (&call->err, EINVAL, "%s: is no regular file", path);
    return steal_fd (&fd);
}

int
do_mkswap_file (struct call *call, const char *path)
{
    cleanup_fd int fd = open_swap_file (call, path, O_RDWR);

    return fd < 0 ? -1 : make_swap (call, fd, path, NULL, NULL);
}

static int
use (struct call *call, const char *path, const char *name, bool on)
{
    if ((on ? swapon (path, 0) : swapoff (path)) == 0)
        return 0;
    return fail (&call->err, errno, "%s: %s: %m", name,
                 on ? "swapon" : "swapoff");
}

static int
use_file (struct call *call, const char *file, bool on)
{
    cleanup_fd int fd = open_swap_file (call, file, O_RDONLY);
    char path[FD_PATH_SIZE];

    if (fd < 0)
        return -1;
    fd_path (fd, path);
    return use (call, path, file, on);
}

static int
use_found (struct call *call, const char *tag, const char *value, bool on)
{
    cleanup_free char *device = find_device (call, tag, value);

    return device ? use (call, device, device, on) : -1;
}

int
do_swapon_device (struct call *call, const char *device)
{
    return use (call, device, device, true);
}

int
do_swapoff_device (struct call *call, const char *device)
{
    return use (call, device, device, false);
}

int
do_swapon_file (struct call *call, const char *file)
{
    return use_file (call, file, true);
}

int
do_swapoff_file (struct call *call, const char *file)
{
    return use_file (call, file, false);
}

int
do_swapon_label (struct call *call, const char *label)
{
    return use_found (call, "LABEL", label, true);
}

int
do_swapoff_label (struct call *call, const char *label)
{
    return use_found (call, "LABEL", label, false);
}

int
do_swapon_uuid (struct call *call, const char *uuid)
{
    return use_found (call, "UUID", uuid, true);
}

int
do_swapoff_uuid (struct call *call, const char *uuid)
{
    return use_found (call, "UUID", uuid, false);
}
