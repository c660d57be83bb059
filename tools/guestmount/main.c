/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestmount: the file systems of a guest as a folder of the host. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "config-file.h"
#include "guestmount.h"
#include "memory.h"
#include "mount-point.h"
#include "number.h"
#include "option-offers.h"
#include "option-rows.h"
#include "pid-file.h"
#include "report.h"

#define PROGRAM "guestmount"

_Noreturn void
out_of_memory (void)
{
    fputs (PROGRAM ": no memory is left\n", stderr);
    abort ();
}

static int
apply_cache_timeout (void *data, const char *value, struct error *err)
{
    struct request *r = data;
    int64_t seconds;

    if (parse_number (value, 0, INT_MAX, &seconds, err) < 0)
        return fail_context (err, "--dir-cache-timeout");
    r->cache_timeout = (int) seconds;
    return 0;
}

/* What the appliance is made of has no use for it. */
static int
apply_fd (void *data, const char *value, struct error *err)
{
    struct request *r = data;
    int64_t fd;

    if (parse_number (value, 0, INT_MAX, &fd, err) < 0)
        return fail_context (err, "--fd");
    if (fcntl ((int) fd, F_SETFD, FD_CLOEXEC) < 0)
        return fail (err, errno, "--fd=%d: %m", (int) fd);
    r->ready_fd = (int) fd;
    return 0;
}

static int
apply_pid_file (void *data, const char *value, struct error *err)
{
    struct request *r = data;

    free (r->pid_file);
    r->pid_file = pid_file_name (value, err);
    return r->pid_file ? 0 : -1;
}

static void
print_fuse_help (void)
{
    puts ("Options for -o, with commas between them:\n"
          "\n"
          "  allow_other             let other users in (see /etc/fuse.conf)\n"
          "  allow_root              let root in\n"
          "  default_permissions     the host checks owners and modes\n"
          "  uid=N, gid=N            show all files with this owner, group\n"
          "  umask=MODE              show all permissions but these\n"
          "  idmap=user              you are root in the guest, and its root\n"
          "                          is shown as you; idmap=none: as it is\n"
          "  attr_timeout=SECONDS    how long attributes are remembered\n"
          "  entry_timeout=SECONDS   how long names are\n"
          "  negative_timeout=SECONDS  how long it is that there is no file\n"
          "  no_writeback_cache      what is written goes to the guest at "
          "once\n"
          "  nonempty                the mount point may hold files\n"
          "  ro                      nothing can be written\n"
          "  fsname=NAME, subtype=TYPE  what mount(8) shows\n"
          "  exec, noexec, suid, nosuid, dev, nodev, atime, noatime, sync,\n"
          "  dirsync, max_read=N     as in mount(8) and fuse(8)\n"
          "  kernel_cache, use_ino, ...  are accepted: it is so anyway");
}

#define SETTER(name, assignment)                                        \
    static OPTION_SETTER (apply_##name, struct request, assignment)

SETTER (completion, o->completion = true)
SETTER (fuse_help, (print_fuse_help (), exit (EXIT_SUCCESS)))
SETTER (no_fork, o->no_fork = true)
SETTER (option, strings_add (&o->fuse_options, value))

static const struct option_row option_rows[] = {
    GUEST_OPTION_ADD,
    GUEST_OPTION_BLOCKSIZE,
    { "completion", 0, OPTION_ALONE, NULL, NULL, apply_completion },
    GUEST_OPTION_CONNECT,
    { "dir-cache-timeout", 0, OPTION_VALUE, "SECONDS",
      "how long names and attributes are remembered (60)",
      apply_cache_timeout },
    GUEST_OPTION_DOMAIN,
    GUEST_OPTION_ECHO_KEYS,
    { "fd", 0, OPTION_VALUE, "FD",
      "write a byte to this descriptor when the mount is there", apply_fd },
    GUEST_OPTION_FORMAT,
    { "fuse-help", 0, OPTION_ALONE, NULL, "list what -o can be given",
      apply_fuse_help },
    OPTION_HELP (PROGRAM ": the file systems of a guest as a folder of the "
                 "host\n"
                 "\n"
                 "  guestmount --ro -a disk.img -m /dev/sda1 FOLDER\n"
                 "  guestmount -a disk.img -i FOLDER    as the guest mounts "
                 "them\n"
                 "  guestunmount FOLDER                 the end\n"
                 "\n"
                 "Options:",
                 "\nguestmount(1) is the manual.\n"),
    GUEST_OPTION_INSPECTOR,
    GUEST_OPTION_KEY,
    GUEST_OPTION_KEYS_FROM_STDIN,
    GUEST_OPTION_LIVE,
    GUEST_OPTION_MOUNT,
    { "no-fork", 0, OPTION_ALONE, NULL, "do not go to the background",
      apply_no_fork },
    GUEST_OPTION_NO_SYNC,
    { "option", 'o', OPTION_VALUE, "OPTION[,...]",
      "options of the mount; --fuse-help lists them", apply_option },
    { "pid-file", 0, OPTION_VALUE, "FILE",
      "write the number of the process to this file", apply_pid_file },
    GUEST_OPTION_RO,
    GUEST_OPTION_RW,
    GUEST_OPTION_SELINUX,
    GUEST_OPTION_TRACE ("trace"),
    GUEST_OPTION_VERBOSE,
    OPTION_VERSION (PROGRAM),
    OPTION_ROWS_END,
};

static int
print_offers (char *const *words)
{
    option_offers_print (option_rows, words);
    return EXIT_SUCCESS;
}

/* Is it one of the words that commas separate? */
static bool
has_option (const struct strings *options, const char *name)
{
    for (size_t i = 0; i < options->count; i++) {
        cleanup_string_array char **words = string_split (options->item[i],
                                                          ',');

        if (string_array_contains (words, name))
            return true;
    }
    return false;
}

static int
check_request (struct request *r, char *const *words, struct error *err)
{
    if (!words[0])
        return fail (err, EINVAL, "no folder to mount on was given; "
                     "'guestmount --help' shows how");
    if (words[1])
        return fail (err, EINVAL, "%s: there can be one mount point only, "
                     "which is %s", words[1], words[0]);
    if (r->guest.drives.count == 0)
        return fail (err, EINVAL, "there is no disk: -a adds an image, -d "
                     "those of a libvirt domain");
    r->mountpoint = mount_point_check (
        words[0], has_option (&r->fuse_options, "nonempty"), err);
    if (!r->mountpoint)
        return -1;
    return fuse_check (err);
}

/* -x shows what happens, for which somebody must look. */
static int
run (const struct request *r, struct error *err)
{
    struct background b;
    int status;

    if (r->no_fork || r->guest.trace)
        return session_run (r, NULL, err) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    if (background_start (&b, err) < 0)
        return EXIT_FAILURE;
    if (b.pid == 0)
        return session_run (r, &b, err) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    return background_wait (&b, &status) < 0 ? status : EXIT_SUCCESS;
}

int
main (int argc, char *argv[])
{
    struct request r = { .cache_timeout = -1, .ready_fd = -1 };
    cleanup_error struct error err = { 0 };
    int status = EXIT_FAILURE;
    int rest;

    setlocale (LC_ALL, "");
    if (guest_config_read (&r.guest, &err) == 0
        && options_parse (option_rows, argc, argv, &r, &rest, &err) == 0) {
        if (r.completion)
            status = print_offers (argv + rest);
        else if (check_request (&r, argv + rest, &err) == 0)
            status = run (&r, &err);
    }
    if (err.message)
        report ("%s", err.message);
    guest_options_free (&r.guest);
    strings_free (&r.fuse_options);
    free (r.pid_file);
    free (r.mountpoint);
    return status;
}
