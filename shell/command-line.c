/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of guestfish: its options stand in one table. */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command-line.h"
#include "number.h"
#include "prepared.h"
#include "string-list.h"

static int
apply_add (void *data, const char *value, struct error *err)
{
    struct command_line *c = data;

    (void) err;
    drives_add_image (&c->drives, value, c->format, c->blocksize);
    return 0;
}

static int
apply_blocksize (void *data, const char *value, struct error *err)
{
    struct command_line *c = data;
    int64_t size = 0;

    if (value && parse_number (value, 512, 4096, &size, err) < 0)
        return fail_context (err, "--blocksize");
    if (value && size != 512 && size != 4096)
        return fail (err, EINVAL, "--blocksize: only 512 and 4096 are "
                                  "possible");
    c->blocksize = (int) size;
    return 0;
}

static int
apply_format (void *data, const char *value, struct error *err)
{
    struct command_line *c = data;

    (void) err;
    c->format = value && *value ? value : NULL;
    return 0;
}

static int
apply_file (void *data, const char *value, struct error *err)
{
    struct command_line *c = data;

    if (c->script)
        return fail (err, EINVAL, "-f can be given only once");
    c->script = value;
    return 0;
}

static int
apply_mount (void *data, const char *value, struct error *err)
{
    struct command_line *c = data;

    return drives_add_mount (&c->drives, value, err);
}

static int
apply_new (void *data, const char *value, struct error *err)
{
    struct command_line *c = data;

    if (strcmp (value, "help") == 0 || strcmp (value, "list") == 0) {
        c->mode = MODE_PREPARED_HELP;
        return 0;
    }
    return drives_add_prepared (&c->drives, value, err);
}

static int
apply_remote (void *data, const char *value, struct error *err)
{
    struct command_line *c = data;
    int64_t pid;

    if (!value)
        value = getenv ("GUESTFISH_PID");
    if (!value || !*value)
        return fail (err, EINVAL, "--remote: $GUESTFISH_PID is not set; "
                     "begin with: eval \"$(guestfish --listen)\"");
    if (parse_number (value, 1, INT32_MAX, &pid, err) < 0)
        return fail_context (err, "--remote");
    c->remote_pid = (int) pid;
    return 0;
}

static int
apply_connect (void *data, const char *value, struct error *err)
{
    (void) data;
    (void) value;
    (void) err;
    return 0; /* matters for -d only */
}

static int
refuse_domain (void *data, const char *value, struct error *err)
{
    (void) data;
    return fail (err, ENOTSUP, "-d %s: asking libvirt is not implemented yet; "
                 "add the domain's disks with -a", value);
}

static int
refuse_inspector (void *data, const char *value, struct error *err)
{
    (void) data;
    (void) value;
    return fail (err, ENOTSUP, "-i: inspection is not implemented yet; mount "
                 "the file systems with -m (list-filesystems shows them)");
}

static int
refuse_key (void *data, const char *value, struct error *err)
{
    (void) data;
    (void) value;
    return fail (err, ENOTSUP, "--key: keys are for -i, which is not "
                 "implemented yet; cryptsetup-open asks for a key");
}

static int
refuse_live (void *data, const char *value, struct error *err)
{
    (void) data;
    (void) value;
    return fail (err, ENOTSUP, "--live: a running guest can't be changed "
                 "safely; shut it down first, or use --ro");
}

static int
apply_nothing (void *data, const char *value, struct error *err)
{
    (void) data;
    (void) value;
    (void) err;
    return 0;
}

/* Options that only set something. */
#define SETTER(name, assignment)                                        \
    static int                                                          \
    apply_##name (void *data, const char *value, struct error *err)     \
    {                                                                   \
        struct command_line *c = data;                                  \
                                                                        \
        (void) value;                                                   \
        (void) err;                                                     \
        assignment;                                                     \
        return 0;                                                       \
    }

SETTER (cmd_help, c->mode = MODE_COMMAND_HELP)
SETTER (completion, c->mode = MODE_COMPLETION)
SETTER (csh, c->csh = true)
SETTER (echo_keys, c->settings.echo_keys = true)
SETTER (help, c->mode = MODE_HELP)
SETTER (keys_from_stdin, c->settings.keys_from_stdin = true)
SETTER (listen, c->mode = MODE_LISTEN)
SETTER (long_options, c->mode = MODE_LONG_OPTIONS)
SETTER (network, c->settings.network = true)
SETTER (no_dest_paths, c->settings.no_dest_paths = true)
SETTER (no_progress_bars, c->bars = BARS_OFF)
SETTER (no_sync, c->settings.no_sync = true)
SETTER (pipe_error, c->settings.pipe_error = true)
SETTER (progress_bars, c->bars = BARS_ON)
SETTER (ro, c->settings.read_only = true)
SETTER (rw, c->settings.read_only = false)
SETTER (short_options, c->mode = MODE_SHORT_OPTIONS)
SETTER (trace, c->settings.trace = true)
SETTER (verbose, c->settings.verbose = true)
SETTER (version, c->mode = MODE_VERSION)

const struct option_row command_line_options[] = {
    { "add", 'a', OPTION_VALUE, "IMAGE", "add a disk image, device or URI",
      apply_add },
    { "blocksize", 0, OPTION_MAYBE, "512|4096",
      "sector size of the images that follow", apply_blocksize },
    { "cmd-help", 'h', OPTION_ALONE, NULL,
      "list the commands, or explain those that follow", apply_cmd_help },
    { "completion", 0, OPTION_ALONE, NULL, NULL, apply_completion },
    { "connect", 'c', OPTION_VALUE, "URI", "the libvirt that -d asks",
      apply_connect },
    { "csh", 0, OPTION_ALONE, NULL, "with --listen: for csh and tcsh",
      apply_csh },
    { "domain", 'd', OPTION_VALUE, "NAME",
      "add the disks of a libvirt domain (not implemented yet)",
      refuse_domain },
    { "echo-keys", 0, OPTION_ALONE, NULL, "show keys while they are typed",
      apply_echo_keys },
    { "file", 'f', OPTION_VALUE, "FILE", "read commands from a file",
      apply_file },
    { "format", 0, OPTION_MAYBE, "raw|qcow2|...",
      "format of the images that follow; alone: find out", apply_format },
    { "help", 0, OPTION_ALONE, NULL, "show this help", apply_help },
    { "inspector", 'i', OPTION_ALONE, NULL,
      "mount the file systems as the guest does (not implemented yet)",
      refuse_inspector },
    { "key", 0, OPTION_VALUE, "SELECTOR",
      "the key of an encrypted disk (not implemented yet)", refuse_key },
    { "keys-from-stdin", 0, OPTION_ALONE, NULL,
      "read keys from standard input", apply_keys_from_stdin },
    { "listen", 0, OPTION_ALONE, NULL,
      "wait in the background for --remote", apply_listen },
    { "live", 0, OPTION_ALONE, NULL, NULL, refuse_live },
    { "long-options", 0, OPTION_ALONE, NULL, NULL, apply_long_options },
    { "mount", 'm', OPTION_VALUE, "DEV[:DIR[:OPTIONS[:FSTYPE]]]",
      "launch, and mount a device (on / without DIR)", apply_mount },
    { "network", 0, OPTION_ALONE, NULL, "give the appliance a network",
      apply_network },
    { "new", 'N', OPTION_VALUE, "[FILE=]TYPE[:...]",
      "make a disk image, and add it; '-N help' lists the types",
      apply_new },
    { "no-dest-paths", 'D', OPTION_ALONE, NULL,
      "do not complete the names of files in the guest",
      apply_no_dest_paths },
    { "no-progress-bars", 0, OPTION_ALONE, NULL, "show no progress bars",
      apply_no_progress_bars },
    { "no-sync", 'n', OPTION_ALONE, NULL,
      "do not write everything to the disks at the end", apply_no_sync },
    { "pipe-error", 0, OPTION_ALONE, NULL,
      "it is an error if a pipe's reader stops reading", apply_pipe_error },
    { "progress-bars", 0, OPTION_ALONE, NULL,
      "show progress bars for scripts, too", apply_progress_bars },
    { "remote", 0, OPTION_MAYBE, "PID",
      "send commands to a guestfish --listen", apply_remote },
    { "ro", 'r', OPTION_ALONE, NULL, "add and mount read-only", apply_ro },
    { "rw", 'w', OPTION_ALONE, NULL, "add and mount for writing", apply_rw },
    { "selinux", 0, OPTION_ALONE, NULL, NULL, apply_nothing },
    { "short-options", 0, OPTION_ALONE, NULL, NULL, apply_short_options },
    { "verbose", 'v', OPTION_ALONE, NULL, "show what happens, for debugging",
      apply_verbose },
    { "version", 'V', OPTION_ALONE, NULL, "show the version",
      apply_version },
    { NULL, 'x', OPTION_ALONE, NULL, "show each call of the library",
      apply_trace },
    OPTION_ROWS_END,
};

void
print_usage (void)
{
    puts ("guestfish: the shell for the file systems of virtual machines\n"
          "\n"
          "  guestfish [OPTION...]                       a session\n"
          "  guestfish [OPTION...] COMMAND [: COMMAND]...  commands, and "
          "the end\n"
          "  guestfish --ro -a disk.img -m /dev/sda1 ll /\n"
          "  guestfish -N fs:ext4                        with a new disk\n"
          "\n"
          "Options:");
    options_print_help (command_line_options, stdout);
    puts ("\n'guestfish -h' lists the commands; guestfish(1) is the manual.");
}

void
print_options (enum mode mode)
{
    if (mode == MODE_LONG_OPTIONS)
        options_print_names (command_line_options, stdout);
    else
        options_print_letters (command_line_options, stdout);
}

/* What can't be meant together. */
static int
check_combination (const struct command_line *c, struct error *err)
{
    bool words = c->words[0] != NULL;

    if (c->csh && c->mode != MODE_LISTEN)
        return fail (err, EINVAL, "--csh goes with --listen only");
    if (c->mode == MODE_LISTEN && c->remote_pid)
        return fail (err, EINVAL, "--listen and --remote: one or the other");
    if (c->mode == MODE_LISTEN && (words || c->script))
        return fail (err, EINVAL, "--listen takes no commands; --remote "
                                  "sends them");
    if (c->mode == MODE_SESSION && words && c->script)
        return fail (err, EINVAL, "commands come from -f or from the command "
                                  "line, not both");
    if (c->remote_pid && (c->drives.count || c->drives.mounts))
        return fail (err, EINVAL, "--remote: -a, -N and -m do nothing over "
                     "there; send 'add' or 'mount' instead");
    return 0;
}

int
command_line_parse (int argc, char *argv[], struct command_line *ret,
                    struct error *err)
{
    int rest;

    if (options_parse (command_line_options, argc, argv, ret, &rest, err)
        < 0)
        return -1;
    ret->words = argv + rest;
    return check_combination (ret, err);
}
