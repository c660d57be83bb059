/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls about RAID arrays. */

#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/major.h>
#include <linux/raid/md_u.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "calls.h"
#include "command.h"
#include "io.h"
#include "md-assemble.h"
#include "md-superblock.h"

/* The names that a level has. */
static const struct {
    const char *name;
    int level;
} level_names[] = {
    { "linear", MD_LEVEL_LINEAR },
    { "raid0", 0 },
    { "0", 0 },
    { "stripe", 0 },
    { "raid1", 1 },
    { "1", 1 },
    { "mirror", 1 },
    { "raid4", 4 },
    { "4", 4 },
    { "raid5", 5 },
    { "5", 5 },
    { "raid6", 6 },
    { "6", 6 },
    { "raid10", 10 },
    { "10", 10 },
};

#define DEFAULT_LEVEL "raid1"

static int
load_named_level (struct call *call, const char *array, const char *name)
{
    for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++)
        if (strcmp (level_names[i].name, name) == 0)
            return md_load_level (level_names[i].level, array, &call->err);
    return fail (&call->err, EINVAL, "'%s' is no RAID level", name);
}

/* The array's name, from NAME, /dev/NAME or /dev/md/NAME; inside text. */
static const char *
array_name (struct call *call, const char *text)
{
    static const char valid[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+_.-";
    const char *name = text;

    if (string_starts_with (text, "/dev/md/"))
        name += strlen ("/dev/md/");
    else if (string_starts_with (text, "/dev/"))
        name += strlen ("/dev/");
    if (isalnum ((unsigned char) name[0]) && strlen (name) <= MD_NAME_SIZE
        && name[strspn (name, valid)] == '\0')
        return name;
    return fail_null (&call->err, EINVAL, "'%s' can't be the name of a RAID "
                      "array: up to %d letters, digits and + _ . - are "
                      "allowed, and one of the first two in front", text,
                      MD_NAME_SIZE);
}

/* How many devices an array is to have. */
struct counts {
    int active;
    int spare;
};

/* nrdevices and spare, which must fit what is given: devices and missing
 * ones.
 */
static int
count_devices (struct call *call, char *const *devices,
               const struct md_create_opts *o, struct counts *ret)
{
    uint64_t missing = o->given & MD_CREATE_MISSINGBITMAP
                           ? (uint64_t) o->missingbitmap : 0;
    size_t given = string_array_length (devices)
                   + (size_t) __builtin_popcountll (missing);
    int64_t spare = o->given & MD_CREATE_SPARE ? o->spare : 0;
    int64_t active = o->given & MD_CREATE_NRDEVICES
                         ? o->nrdevices : (int64_t) given - spare;

    if (spare < 0)
        return fail (&call->err, EINVAL, "spare %d must not be negative",
                     o->spare);
    if (active < 1 || active + spare != (int64_t) given)
        return fail (&call->err, EINVAL, "nrdevices (%lld) and spare (%lld) "
                     "must add up to the number of devices and bits of "
                     "missingbitmap (%zu)", (long long) active,
                     (long long) spare, given);
    *ret = (struct counts) { (int) active, (int) spare };
    return 0;
}

#define CHUNK_UNIT 1024 /* of mdadm's --chunk */

static int
add_chunk (struct call *call, struct command *c,
           const struct md_create_opts *o)
{
    if (!(o->given & MD_CREATE_CHUNK))
        return 0;
    if (o->chunk <= 0 || o->chunk % CHUNK_UNIT != 0)
        return fail (&call->err, EINVAL, "chunk %lld must be a multiple of "
                     "%d bytes", (long long) o->chunk, CHUNK_UNIT);
    command_add_format (c, "--chunk=%lld",
                        (long long) o->chunk / CHUNK_UNIT);
    return 0;
}

/* The first bit stands for the first device of the array. */
static void
add_devices (struct command *c, char *const *devices, uint64_t missing)
{
    for (; missing || *devices; missing >>= 1) {
        if (missing & 1)
            command_add (c, "missing", NULL);
        else if (*devices)
            command_add (c, *devices++, NULL);
    }
}

/* There is neither udev nor systemd here that mdadm could leave work to. */
static void
set_mdadm_environment (void)
{
    setenv ("MDADM_NO_UDEV", "1", 1);
    setenv ("MDADM_NO_SYSTEMCTL", "1", 1);
}

int
do_md_create (struct call *call, const char *name, char *const *devices,
              const struct md_create_opts *opts)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_error struct error of_others = { 0 };
    const char *level = opts->given & MD_CREATE_LEVEL ? opts->level
                                                      : DEFAULT_LEVEL;
    const char *array = array_name (call, name);
    struct counts counts = { 0 };

    if (!array || count_devices (call, devices, opts, &counts) < 0
        || load_named_level (call, name, level) < 0)
        return -1;
    md_assemble_once (call->daemon, &of_others);
    set_mdadm_environment ();
    command_add (&c, "mdadm", "--create", "--run", "--quiet", NULL);
    command_add_format (&c, "/dev/md/%s", array);
    command_add_format (&c, "--level=%s", level);
    command_add_format (&c, "--raid-devices=%d", counts.active);
    if (counts.spare > 0)
        command_add_format (&c, "--spare-devices=%d", counts.spare);
    if (add_chunk (call, &c, opts) < 0)
        return -1;
    add_devices (&c, devices,
                 opts->given & MD_CREATE_MISSINGBITMAP
                     ? (uint64_t) opts->missingbitmap : 0);
    /* What is stopped later must not be assembled again. */
    call->daemon->arrays_assembled = true;
    return command_check (&c, &call->err);
}

/* "md127" of /dev/md127, which must be an array. */
static const char *
kernel_name_of (struct call *call, const char *md)
{
    const char *name = md + strlen ("/dev/");
    cleanup_free char *path = xasprintf ("/sys/block/%s/md", name);

    if (!strchr (name, '/') && access (path, F_OK) == 0)
        return name;
    return fail_null (&call->err, EINVAL, "%s: not a RAID array", md);
}

#define STATE_MAX 64

static bool
is_running (const char *name)
{
    cleanup_free char *path = xasprintf ("/sys/block/%s/md/array_state",
                                         name);
    cleanup_error struct error none = { 0 };
    cleanup_free char *state = read_file_at (AT_FDCWD, path, STATE_MAX, NULL,
                                             &none);

    return state && !string_starts_with (state, "clear")
           && !string_starts_with (state, "inactive");
}

char **
do_list_md_devices (struct call *call)
{
    cleanup_strings struct strings devices = STRINGS_EMPTY;
    cleanup_error struct error of_some = { 0 };
    cleanup_dir DIR *dir = NULL;
    struct dirent *entry;

    md_assemble_once (call->daemon, &of_some);
    dir = opendir ("/sys/block");
    if (!dir)
        return fail_null (&call->err, errno, "/sys/block: %m");
    while ((entry = readdir (dir)))
        if (string_starts_with (entry->d_name, "md")
            && is_running (entry->d_name))
            strings_add_format (&devices, "/dev/%s", entry->d_name);
    strings_sort (&devices);
    return strings_steal (&devices);
}

/* A line is "MD_LEVEL=raid1".  What is said of single members is left to
 * md_stat.
 */
static void
add_detail (struct strings *info, const char *line)
{
    const char *equals = strchr (line, '=');
    char *key;

    if (!equals || !string_starts_with (line, "MD_")
        || string_starts_with (line, "MD_DEVICE_"))
        return;
    key = xstrndup (line + 3, (size_t) (equals - line - 3));
    for (char *p = key; *p; p++)
        *p = (char) tolower ((unsigned char) *p);
    strings_add_take (info, key);
    strings_add (info, equals + 1);
}

char **
do_md_detail (struct call *call, const char *md)
{
    cleanup_command struct command c = COMMAND_NONE;
    cleanup_string_array char **lines = NULL;
    cleanup_strings struct strings info = STRINGS_EMPTY;

    if (!kernel_name_of (call, md))
        return NULL;
    set_mdadm_environment ();
    command_add (&c, "mdadm", "--detail", "--export", md, NULL);
    if (command_check (&c, &call->err) < 0)
        return NULL;
    lines = string_split_lines (c.output);
    for (size_t i = 0; lines[i]; i++)
        add_detail (&info, lines[i]);
    return strings_steal (&info);
}

/* "sda1[0](W)(F)", as /proc/mdstat has it.  False if it is no member. */
static bool
parse_member (struct call *call, const char *text, wire_mdstat *ret)
{
    char name[NAME_MAX + 1], flags[8] = "";
    const char *p = strchr (text, '[');
    cleanup_free char *device = NULL;
    size_t n = 0;

    if (!p || p == text || (size_t) (p - text) >= sizeof name)
        return false;
    memcpy (name, text, (size_t) (p - text));
    name[p - text] = '\0';
    ret->mdstat_index = (int) strtol (p + 1, NULL, 10);
    for (; *p && n < sizeof flags - 1; p++)
        if (isupper ((unsigned char) *p))
            flags[n++] = *p;
    flags[n] = '\0';
    device = xasprintf ("/dev/%s", name);
    ret->mdstat_device = device_to_api (call->daemon, device);
    ret->mdstat_flags = xstrdup (flags);
    return true;
}

static void
parse_members (struct call *call, const char *line, wire_mdstat_list *ret)
{
    cleanup_string_array char **words = string_split (line, ' ');
    size_t count = string_array_length (words);

    ret->wire_mdstat_list_val = xcalloc (count + 1, sizeof (wire_mdstat));
    for (size_t i = 0; i < count; i++)
        if (parse_member (call, words[i],
                          &ret->wire_mdstat_list_val
                               [ret->wire_mdstat_list_len]))
            ret->wire_mdstat_list_len++;
}

#define MDSTAT_MAX (1 << 20)

int
do_md_stat (struct call *call, const char *md, wire_mdstat_list *ret)
{
    const char *name = kernel_name_of (call, md);
    cleanup_free char *text = NULL, *start = NULL;
    cleanup_string_array char **lines = NULL;

    if (!name)
        return -1;
    text = read_file_at (AT_FDCWD, "/proc/mdstat", MDSTAT_MAX, NULL,
                         &call->err);
    if (!text)
        return -1;
    start = xasprintf ("%s : ", name);
    lines = string_split_lines (text);
    for (size_t i = 0; lines[i]; i++)
        if (string_starts_with (lines[i], start)) {
            parse_members (call, lines[i] + strlen (start), ret);
            return 0;
        }
    return fail (&call->err, EINVAL, "%s: the RAID array does not run", md);
}

/* What mdadm remembers of arrays; it makes the list anew. */
#define MDADM_MAP "/run/mdadm/map"

/* Also /dev/md/NAME of arrays that are gone. */
static void
forget_arrays (void)
{
    cleanup_dir DIR *dir = opendir ("/dev/md");
    struct dirent *entry;
    struct stat st;

    while (dir && (entry = readdir (dir)))
        if (entry->d_name[0] != '.'
            && fstatat (dirfd (dir), entry->d_name, &st, 0) < 0)
            unlinkat (dirfd (dir), entry->d_name, 0);
    unlink (MDADM_MAP);
}

int
do_md_stop (struct call *call, const char *md)
{
    cleanup_fd int fd = -1;

    if (!kernel_name_of (call, md))
        return -1;
    fd = open (md, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || ioctl (fd, STOP_ARRAY, NULL) < 0)
        return fail (&call->err, errno, "%s: stopping the RAID array: %m",
                     md);
    close_fd (&fd);
    call->daemon->arrays_assembled = true;
    forget_arrays ();
    return 0;
}
