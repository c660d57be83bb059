/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands: the calls of the API, and guestfish's own. */

#include "config.h"

#include "command-table.h"
#include "own-commands.h"
#include "print.h"
#include "structs.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static const struct parameter fetch_parameters[] = {
    { "path", ARGUMENT_PATHNAME, false },
    { "target", ARGUMENT_FILE_OUT, false },
    { .name = NULL },
};

static int
run_fetch (struct shell *sh, const struct arguments *args)
{
    return guestfs_fetch (sh->g, args->value[0].text, args->value[1].text);
}

static const struct parameter later_parameters[] = {
    { "path", ARGUMENT_PATHNAME, false },
    { .name = NULL },
};

static const struct parameter mkdisk_parameters[] = {
    { "kind", ARGUMENT_STRING, false },
    { .name = NULL },
};

static const struct parameter mkdisk_options[] = {
    { "size", ARGUMENT_INT, false },
    { .name = NULL },
};

static int
run_mkdisk (struct shell *sh, const struct arguments *args)
{
    const struct guestfs_mkdisk_opts_argv opts = {
        .bitmask = args->given,
        .size = (int) args->option[0].number,
    };
    return guestfs_mkdisk_opts_argv (sh->g, args->value[0].text, &opts);
}

static const struct parameter names_parameters[] = {
    { "content", ARGUMENT_BUFFER, false },
    { .name = NULL },
};

static int
run_names (struct shell *sh, const struct arguments *args)
{
    return print_hash (guestfs_names (sh->g, args->value[0].text, args->value[0].size));
}

static const struct parameter open_all_parameters[] = {
    { "s", ARGUMENT_STRING, false },
    { "p", ARGUMENT_PATHNAME, false },
    { "d", ARGUMENT_DEVICE, false },
    { "m", ARGUMENT_MOUNTABLE, false },
    { "dp", ARGUMENT_DEVICE_OR_PATH, false },
    { "mp", ARGUMENT_MOUNTABLE_OR_PATH, false },
    { "f", ARGUMENT_FILENAME, false },
    { "u", ARGUMENT_GUID, false },
    { "k", ARGUMENT_KEY, false },
    { "o", ARGUMENT_OPTSTRING, false },
    { "b", ARGUMENT_BUFFER, false },
    { "flag", ARGUMENT_BOOL, false },
    { "i", ARGUMENT_INT, false },
    { "j", ARGUMENT_INT64, false },
    { "list", ARGUMENT_STRING, true },
    { "devices", ARGUMENT_DEVICE, true },
    { .name = NULL },
};

static int
run_open_all (struct shell *sh, const struct arguments *args)
{
    return print_int (guestfs_open_all (sh->g, args->value[0].text, args->value[1].text, args->value[2].text, args->value[3].text, args->value[4].text, args->value[5].text, args->value[6].text, args->value[7].text, args->value[8].text, args->value[9].text, args->value[10].text, args->value[10].size, (int) args->value[11].number, (int) args->value[12].number, args->value[13].number, args->value[14].list, args->value[15].list));
}

static int
run_ping (struct shell *sh, const struct arguments *args)
{
    (void) args;
    return guestfs_ping (sh->g);
}

static int
run_points (struct shell *sh, const struct arguments *args)
{
    (void) args;
    struct guestfs_point_list *s = guestfs_points (sh->g);

    if (!s)
        return -1;
    print_structs (point_fields, s->val, s->len, sizeof *s->val);
    guestfs_free_point_list (s);
    return 0;
}

static const struct parameter send_parameters[] = {
    { "source", ARGUMENT_FILE_IN, false },
    { "path", ARGUMENT_PATHNAME, false },
    { .name = NULL },
};

static int
run_send (struct shell *sh, const struct arguments *args)
{
    return guestfs_send (sh->g, args->value[0].text, args->value[1].text);
}

static int
run_setting (struct shell *sh, const struct arguments *args)
{
    (void) args;
    return print_optional_string (guestfs_setting (sh->g));
}

static const struct parameter tune_parameters[] = {
    { "device", ARGUMENT_DEVICE, false },
    { .name = NULL },
};

static const struct parameter tune_options[] = {
    { "quick", ARGUMENT_BOOL, false },
    { "level", ARGUMENT_INT, false },
    { "size", ARGUMENT_INT64, false },
    { "label", ARGUMENT_STRING, false },
    { "names", ARGUMENT_STRING, true },
    { .name = NULL },
};

static int
run_tune (struct shell *sh, const struct arguments *args)
{
    const struct guestfs_tune_argv opts = {
        .bitmask = args->given,
        .quick = (int) args->option[0].number,
        .level = (int) args->option[1].number,
        .size = args->option[2].number,
        .label = args->option[3].text,
        .names = args->option[4].list,
    };
    return guestfs_tune_argv (sh->g, args->value[0].text, &opts);
}

const struct shell_command own_commands[] = {
    {
        .name = "bring-in",
        .aliases = (const char *const[]) { "carry", NULL },
        .usage = "local [local ...] /folder",
        .summary = "copy files",
        .help = "Copies 'local' to 'folder', like send.\n\n    bring-in a /\n\nSee also: leave\n",
        .min_words = 2,
        .max_words = ANY_WORDS,
        .run = run_bring_in,
    },
    {
        .name = "leave",
        .usage = "",
        .summary = "end it",
        .help = "Ends.\n",
        .run = run_leave,
    },
    {
        .name = "twice",
        .usage = "command [argument ...]",
        .summary = "run a command two times",
        .help = "Runs 'command' with each 'argument'.\n",
        .min_words = 1,
        .max_words = ANY_WORDS,
        .takes_command = true,
        .run = run_twice,
    },
    { .name = NULL },
};

const struct shell_command api_commands[] = {
    {
        .name = "fetch",
        .usage = "path target",
        .summary = "fetch a file",
        .help = "'path' 'target'\n",
        .parameters = fetch_parameters,
        .counts_bytes = true,
        .cancellable = true,
        .call = run_fetch,
    },
    {
        .name = "later",
        .usage = "path",
        .parameters = later_parameters,
        .planned = true,
    },
    {
        .name = "mkdisk",
        .aliases = (const char *const[]) { "mkdisk-opts", "make-disk", NULL },
        .usage = "kind [size:..]",
        .summary = "make a disk",
        .help = "'kind' 'size'\n",
        .parameters = mkdisk_parameters,
        .options = mkdisk_options,
        .call = run_mkdisk,
    },
    {
        .name = "names",
        .usage = "content",
        .summary = "names by content",
        .help = "'content'\n\nThis command is deprecated: use points instead.\n",
        .parameters = names_parameters,
        .call = run_names,
    },
    {
        .name = "open-all",
        .usage = "s p d m dp mp f u o b flag i j list devices",
        .summary = "take one argument of each kind",
        .help = "Takes 's', 'p', 'd', 'm', 'dp', 'mp', 'f', 'u', 'k', 'o', 'b', 'flag', 'i',\n'j', 'list' and 'devices'. See ping.\n",
        .parameters = open_all_parameters,
        .call = run_open_all,
    },
    {
        .name = "ping",
        .usage = "",
        .summary = "do nothing",
        .help = "Waits for the daemon.\n",
        .call = run_ping,
    },
    {
        .name = "points",
        .usage = "",
        .summary = "all points",
        .help = "Returns them.\n",
        .call = run_points,
    },
    {
        .name = "send",
        .usage = "source path",
        .summary = "send a file",
        .help = "'source' 'path'\n",
        .parameters = send_parameters,
        .counts_bytes = true,
        .cancellable = true,
        .call = run_send,
    },
    {
        .name = "setting",
        .usage = "",
        .summary = "a setting of the library",
        .help = "Returns it.\n",
        .call = run_setting,
    },
    {
        .name = "tune",
        .usage = "device [quick:..] [level:..] [size:..] [label:..] [names:..]",
        .summary = "change a device",
        .help = "'device' 'quick' 'level' 'size' 'label' 'names'\n",
        .parameters = tune_parameters,
        .options = tune_options,
        .call = run_tune,
    },
    { .name = NULL },
};
