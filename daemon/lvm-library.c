/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LVM through liblvm2cmd.
 *
 * The library is made for programs that are lvm(8) themselves, and so runs
 * in a process of its own (lvm-process.h).  It must not start background
 * processes: monitoring and polling are off.  While devices are suspended it
 * would lock all memory into RAM, which takes long and is of no use here:
 * mlock_filter leaves nothing to lock.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "lvm-library.h"
#include "lvm-process.h"
#include "memory.h"
#include "modules.h"

#define LVM_DIR "/run/lvm"
#define LVM_CONF LVM_DIR "/lvm.conf"

/* liblvm2cmd takes no longer command lines. */
#define LVM_ARGUMENTS_MAX 63

/* Between the columns of a report: the ASCII unit separator, which no name
 * contains, so that a line of a report can be told from a warning.
 */
#define SEPARATOR '\x1f'
#define SEPARATOR_TEXT "\x1f"

/* lvm.conf(5).  %s: the filter. */
static const char configuration[] =
    "devices {\n"
    "    dir = \"/dev\"\n"
    "    scan = [ \"/dev\" ]\n"
    "    types = [ \"ubd\", 16 ]\n"
    "    obtain_device_list_from_udev = 0\n"
    "    external_device_info_source = \"none\"\n"
    "    hints = \"none\"\n"
    "    use_devicesfile = 0\n"
    "    multipath_component_detection = 0\n"
    "    allow_mixed_block_sizes = 1\n"
    "%s"
    "}\n"
    "log {\n"
    "    syslog = 0\n"
    "    indent = 0\n"
    "    command_names = 0\n"
    "    prefix = \"\"\n"
    "}\n"
    "backup {\n"
    "    backup = 0\n"
    "    archive = 0\n"
    "    backup_dir = \"" LVM_DIR "/backup\"\n"
    "    archive_dir = \"" LVM_DIR "/archive\"\n"
    "}\n"
    "global {\n"
    "    etc = \"/run\"\n"
    "    locking_dir = \"" LVM_DIR "/lock\"\n"
    "    wait_for_locks = 0\n"
    "    event_activation = 0\n"
    "    use_lvmlockd = 0\n"
    "    use_lvmpolld = 0\n"
    "    notify_dbus = 0\n"
    "    system_id_source = \"none\"\n"
    "    use_aio = 0\n"
    "}\n"
    "activation {\n"
    "    udev_sync = 0\n"
    "    udev_rules = 0\n"
    "    monitoring = 0\n"
    "    process_priority = 0\n"
    "    reserved_stack = 0\n"
    "    reserved_memory = 0\n"
    "    mlock_filter = [ \":\" ]\n"
    "}\n";

/* The one instance of LVM, in its process, and for its configuration the
 * filter of devices; NULL: there is none.
 */
static struct lvm_process process;
static char *filter;

/* Of /proc/devices when it was started: LVM knows no drivers that are
 * loaded later.
 */
static char *drivers;

static int
write_configuration (struct error *err)
{
    cleanup_file FILE *fp = NULL;

    if (mkdir (LVM_DIR, 0700) < 0 && errno != EEXIST)
        return fail (err, errno, "%s: %m", LVM_DIR);
    fp = fopen (LVM_CONF, "we");
    if (!fp)
        return fail (err, errno, "%s: %m", LVM_CONF);
    fprintf (fp, configuration, filter ? filter : "");
    if (fflush (fp) != 0)
        return fail (err, errno, "%s: %m", LVM_CONF);
    return 0;
}

#define DRIVERS_MAX (64 << 10)

static bool
has_started (void)
{
    cleanup_error struct error none = { 0 };
    char *now = read_file_at (AT_FDCWD, "/proc/devices", DRIVERS_MAX, NULL,
                              &none);
    bool same = now && drivers && strcmp (now, drivers) == 0;

    free (drivers);
    drivers = now;
    return process.pid > 0 && same;
}

/* LVM reads its configuration, too, only when it starts. */
static int
start_lvm (struct error *err)
{
    const struct lvm2cmd *lib;

    if (getpid () != 1)
        return fail (err, ENOTSUP, "LVM can be used inside an appliance "
                     "only: the volumes here are the host's own");
    if (module_load ("dm-mod", err) < 0)
        return -1;
    if (has_started ())
        return 0;
    lvm_process_stop (&process);
    lib = load_lvm2cmd (err);
    if (!lib || write_configuration (err) < 0)
        return -1;
    setenv ("LVM_SYSTEM_DIR", LVM_DIR, 1);
    setenv ("LVM_SUPPRESS_FD_WARNINGS", "1", 1);
    return lvm_process_start (&process, lib, err);
}

/* LVM splits the line at white space again; in quotes it takes everything
 * as it is, but knows no escapes.
 */
static char *
command_line (const struct strings *argv, struct error *err)
{
    cleanup_strings struct strings quoted = STRINGS_EMPTY;

    if (argv->count > LVM_ARGUMENTS_MAX)
        return fail_null (err, E2BIG, "%s: too many arguments (%zu)",
                          argv->item[0], argv->count);
    for (size_t i = 0; i < argv->count; i++) {
        if (strpbrk (argv->item[i], "'\n"))
            return fail_null (err, EINVAL, "'%s': quotes and newlines can't "
                              "be given to LVM", argv->item[i]);
        strings_add_format (&quoted, "'%s'", argv->item[i]);
    }
    return strings_join (&quoted, " ");
}

/* LVM tells the reason in words alone. */
static int
reason_to_errno (const char *message)
{
    static const struct {
        const char *words;
        int errnum;
    } reasons[] = {
        { "already exists", EEXIST },
        { "already in volume group", EEXIST },
        { "not found", ENOENT },
        { "Failed to find", ENOENT },
        { "duplicate", EEXIST },
        { "nsufficient free space", ENOSPC },
        { "is 0 extents", ENOSPC },
        { "in use", EBUSY },
        { "exclusively", EBUSY },
        { "used by", EBUSY },
        { "active logical volume", EBUSY },
        { "is used", EBUSY },
        { "read-only", EROFS },
        { "Read-only", EROFS },
    };

    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strstr (message, reasons[i].words))
            return reasons[i].errnum;
    return EINVAL;
}

static int
command_failed_so (const char *command, const struct strings *errors,
                   struct error *err)
{
    cleanup_free char *text = strings_join (errors, "; ");

    if (!*text)
        return fail (err, EIO, "LVM's %s failed without a reason", command);
    return fail (err, reason_to_errno (text), "%s", text);
}

static int
run (const struct strings *argv, struct lvm_output *ret, struct error *err)
{
    cleanup_free char *line = command_line (argv, err);
    int r;

    if (!line || start_lvm (err) < 0)
        return -1;
    r = lvm_process_run (&process, line, ret, err);
    if (r == LVM2_COMMAND_SUCCEEDED || r < 0)
        return r < 0 ? -1 : 0;
    return command_failed_so (argv->item[0], &ret->errors, err);
}

int
lvm_run_list (const struct strings *argv, struct error *err)
{
    cleanup_lvm_output struct lvm_output output = LVM_OUTPUT_NONE;

    return run (argv, &output, err);
}

static void
add_arguments (struct strings *argv, va_list args)
{
    const char *arg;

    while ((arg = va_arg (args, const char *)))
        strings_add (argv, arg);
}

int
lvm_run (struct error *err, const char *command, ...)
{
    cleanup_strings struct strings argv = STRINGS_EMPTY;
    va_list args;

    strings_add (&argv, command);
    va_start (args, command);
    add_arguments (&argv, args);
    va_end (args);
    return lvm_run_list (&argv, err);
}

/* Lines without a separator are warnings. */
static int
split_lines (const struct strings *lines, size_t columns,
             struct lvm_report *ret, struct error *err)
{
    ret->columns = columns;
    for (size_t i = 0; i < lines->count; i++) {
        const char *line = lines->item[i] + strspn (lines->item[i], " ");
        cleanup_string_array char **values = string_split (line, SEPARATOR);

        if (!strchr (line, SEPARATOR))
            continue;
        if (string_array_length (values) != columns)
            return fail (err, EIO, "LVM's report can't be understood: '%s'",
                         line);
        for (size_t j = 0; j < columns; j++)
            strings_add (&ret->values, values[j]);
        ret->rows++;
    }
    return 0;
}

static size_t
count_columns (const char *columns)
{
    size_t n = 1;

    for (; *columns; columns++)
        n += *columns == ',';
    return n;
}

int
lvm_report_partial (struct lvm_report *ret, const struct strings *argv,
                    const char *columns, struct error *err)
{
    cleanup_lvm_output struct lvm_output output = LVM_OUTPUT_NONE;
    cleanup_strings struct strings all = STRINGS_EMPTY;
    int r;

    for (size_t i = 0; i < argv->count; i++)
        strings_add (&all, argv->item[i]);
    strings_add (&all, "--noheadings");
    strings_add (&all, "--separator=" SEPARATOR_TEXT);
    strings_add (&all, "--units=b");
    strings_add (&all, "--nosuffix");
    strings_add (&all, "-o");
    strings_add (&all, columns);
    r = run (&all, &output, err);
    if (split_lines (&output.lines, count_columns (columns), ret, err) < 0)
        return -1;
    return r;
}

int
lvm_report (struct lvm_report *ret, struct error *err, const char *command,
            const char *columns, ...)
{
    cleanup_lvm_report struct lvm_report report = LVM_REPORT_NONE;
    cleanup_strings struct strings argv = STRINGS_EMPTY;
    va_list args;

    strings_add (&argv, command);
    va_start (args, columns);
    add_arguments (&argv, args);
    va_end (args);
    if (lvm_report_partial (&report, &argv, columns, err) < 0)
        return -1;
    *ret = report;
    report = LVM_REPORT_NONE;
    return 0;
}

const char *
lvm_report_value (const struct lvm_report *report, size_t row, size_t column)
{
    return report->values.item[row * report->columns + column];
}

void
lvm_report_free (struct lvm_report *report)
{
    strings_free (&report->values);
    *report = LVM_REPORT_NONE;
}

/* lvm(8), "valid names". */
#define LVM_NAME_MAX 127

int
lvm_check_name (const char *what, const char *name, struct error *err)
{
    static const char valid[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+_.-";
    size_t n = strlen (name);

    if (n > 0 && n <= LVM_NAME_MAX && name[strspn (name, valid)] == '\0'
        && name[0] != '-' && strcmp (name, ".") != 0
        && strcmp (name, "..") != 0)
        return 0;
    return fail (err, EINVAL, "'%s' can't be the name of a %s: letters, "
                 "digits and + _ . - are allowed, and no '-' in front", name,
                 what);
}

void
lvm_set_devices (char *const *devices)
{
    cleanup_strings struct strings rules = STRINGS_EMPTY;
    cleanup_free char *text = NULL;

    lvm_process_stop (&process);
    free (steal (&filter));
    if (!devices)
        return;
    for (size_t i = 0; devices[i]; i++)
        strings_add_format (&rules, "\"a|^%s$|\"", devices[i]);
    strings_add (&rules, "\"r|.*|\"");
    text = strings_join (&rules, ", ");
    filter = xasprintf ("    global_filter = [ %s ]\n", text);
}
