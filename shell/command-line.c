/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of guestfish: its options stand in one table. */

#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command-line.h"
#include "config-file.h"
#include "number.h"
#include "option-rows.h"
#include "prepared.h"
#include "string-list.h"

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
apply_new (void *data, const char *value, struct error *err)
{
    struct command_line *c = data;

    if (strcmp (value, "help") == 0 || strcmp (value, "list") == 0) {
        c->mode = MODE_PREPARED_HELP;
        return 0;
    }
    return prepared_add (&c->guest.drives, value, err);
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

#define SETTER(name, assignment)                                        \
    static OPTION_SETTER (apply_##name, struct command_line, assignment)

SETTER (cmd_help, (o->mode = MODE_COMMAND_HELP, o->help_about = value))
SETTER (completion, o->mode = MODE_COMPLETION)
SETTER (csh, o->csh = true)
SETTER (help, o->mode = MODE_HELP)
SETTER (listen, o->mode = MODE_LISTEN)
SETTER (long_options, o->mode = MODE_LONG_OPTIONS)
SETTER (no_dest_paths, o->settings.no_dest_paths = true)
SETTER (no_progress_bars, o->bars = BARS_OFF)
SETTER (pipe_error, o->settings.pipe_error = true)
SETTER (progress_bars, o->bars = BARS_ON)
SETTER (short_options, o->mode = MODE_SHORT_OPTIONS)
SETTER (version, o->mode = MODE_VERSION)

const struct option_row command_line_options[] = {
    GUEST_OPTION_ADD,
    GUEST_OPTION_BLOCKSIZE,
    { "cmd-help", 'h', OPTION_MAYBE, "COMMAND",
      "list the commands, or explain those that follow", apply_cmd_help },
    { "completion", 0, OPTION_ALONE, NULL, NULL, apply_completion },
    GUEST_OPTION_CONNECT,
    { "csh", 0, OPTION_ALONE, NULL, "with --listen: for csh and tcsh",
      apply_csh },
    GUEST_OPTION_DOMAIN,
    GUEST_OPTION_ECHO_KEYS,
    { "file", 'f', OPTION_VALUE, "FILE", "read commands from a file",
      apply_file },
    GUEST_OPTION_FORMAT,
    { "help", 0, OPTION_ALONE, NULL, "show this help", apply_help },
    GUEST_OPTION_INSPECTOR,
    GUEST_OPTION_KEY,
    GUEST_OPTION_KEYS_FROM_STDIN,
    { "listen", 0, OPTION_ALONE, NULL,
      "wait in the background for --remote", apply_listen },
    GUEST_OPTION_LIVE,
    { "long-options", 0, OPTION_ALONE, NULL, NULL, apply_long_options },
    GUEST_OPTION_MOUNT,
    GUEST_OPTION_NETWORK,
    { "new", 'N', OPTION_VALUE, "[FILE=]TYPE[:...]",
      "make a disk image, and add it; '-N help' lists the types",
      apply_new },
    { "no-dest-paths", 'D', OPTION_ALONE, NULL,
      "do not complete the names of files in the guest",
      apply_no_dest_paths },
    { "no-progress-bars", 0, OPTION_ALONE, NULL, "show no progress bars",
      apply_no_progress_bars },
    GUEST_OPTION_NO_SYNC,
    { "pipe-error", 0, OPTION_ALONE, NULL,
      "it is an error if a pipe's reader stops reading", apply_pipe_error },
    { "progress-bars", 0, OPTION_ALONE, NULL,
      "show progress bars for scripts, too", apply_progress_bars },
    { "remote", 0, OPTION_MAYBE, "PID",
      "send commands to a guestfish --listen", apply_remote },
    GUEST_OPTION_RO,
    GUEST_OPTION_RW,
    GUEST_OPTION_SELINUX,
    { "short-options", 0, OPTION_ALONE, NULL, NULL, apply_short_options },
    GUEST_OPTION_VERBOSE,
    { "version", 'V', OPTION_ALONE, NULL, "show the version",
      apply_version },
    GUEST_OPTION_TRACE (NULL),
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

/* "guestfish -i disk.img" and "guestfish -i DOMAIN" are older than -a and -d
 * together with -i.
 */
static void
take_words_as_disks (struct command_line *c)
{
    struct drives *d = &c->guest.drives;

    for (; *c->words; c->words++)
        if (strchr (*c->words, '/') || access (*c->words, F_OK) == 0)
            drives_add_image (d, *c->words, c->guest.format,
                              c->guest.blocksize);
        else
            drives_add_domain (d, *c->words);
}

/* What can't be meant together. */
static int
check_combination (const struct command_line *c, struct error *err)
{
    bool words = c->words[0] != NULL;

    if (c->mode == MODE_LISTEN && c->remote_pid)
        return fail (err, EINVAL, "--listen and --remote: one or the other");
    if (c->mode == MODE_LISTEN && (words || c->script))
        return fail (err, EINVAL, "--listen takes no commands; --remote "
                                  "sends them");
    if (c->mode == MODE_SESSION && words && c->script)
        return fail (err, EINVAL, "commands come from -f or from the command "
                                  "line, not both");
    if (c->remote_pid && (c->guest.drives.count || c->guest.mounts.count))
        return fail (err, EINVAL, "--remote: -a, -N and -m do nothing over "
                     "there; send 'add' or 'mount' instead");
    return 0;
}

int
command_line_parse (int argc, char *argv[], struct command_line *ret,
                    struct error *err)
{
    int rest;

    if (guest_config_read (&ret->guest, err) < 0
        || options_parse (command_line_options, argc, argv, ret, &rest, err)
               < 0)
        return -1;
    ret->words = argv + rest;
    if (ret->guest.inspector && ret->guest.drives.count == 0
        && !ret->script && !ret->remote_pid)
        take_words_as_disks (ret);
    return check_combination (ret, err);
}
