/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inspection: Windows, what its registry tells.  libhivex reads it in a process
 * of its own, since what it reads may have been made to crash it.
 */

#include "config.h"

#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "guarded.h"
#include "inspect.h"
#include "registry.h"

DEFINE_LIBRARY (hivex, "libhivex.so.0", HIVEX_FUNCTIONS)

/* A file of the registry; larger ones are not read. */
#define HIVE_MAX (INT64_C (512) << 20)

/* How many seconds of processor time one may take. */
#define SECONDS 30

/* Values that are looked through for drive letters. */
#define VALUES_MAX 10000

struct hive {
    const struct hivex *lib;
    hive_h *h;
};

/* The key with a path from the root, "Microsoft\\Windows"; 0 if there is
 * none.
 */
static hive_node_h
find_key (const struct hive *hive, const char *path)
{
    cleanup_string_array char **names = string_split (path, '\\');
    hive_node_h node = hive->lib->hivex_root (hive->h);

    for (size_t i = 0; node && names[i]; i++)
        node = hive->lib->hivex_node_get_child (hive->h, node, names[i]);
    return node;
}

/* A string fit to be shown, which the caller frees; NULL if there is none. */
static char *
string_of (const struct hive *hive, hive_node_h node, const char *name)
{
    hive_value_h value = hive->lib->hivex_node_get_value (hive->h, node,
                                                          name);
    cleanup_free char *s = value ? hive->lib->hivex_value_string (hive->h,
                                                                  value)
                                 : NULL;

    return s ? guest_line (s) : NULL;
}

/* -1: there is none. */
static int
number_of (const struct hive *hive, hive_node_h node, const char *name)
{
    hive_value_h value = hive->lib->hivex_node_get_value (hive->h, node,
                                                          name);
    hive_type type;
    size_t size;

    if (!value
        || hive->lib->hivex_value_type (hive->h, value, &type, &size) < 0
        || type != hive_t_REG_DWORD)
        return -1;
    return hive->lib->hivex_value_dword (hive->h, value);
}

/* Since Windows 10 the version is in numbers, and in the string for ever
 * 6.3.
 */
static void
read_version (const struct hive *hive, hive_node_h node, struct os *os)
{
    int major = number_of (hive, node, "CurrentMajorVersionNumber");
    int minor = number_of (hive, node, "CurrentMinorVersionNumber");
    cleanup_free char *version = string_of (hive, node, "CurrentVersion");

    if (major > 0 && minor >= 0) {
        os->major = major;
        os->minor = minor;
    } else if (version) {
        guest_version (version, &os->major, &os->minor);
    }
}

static bool
has_group_policy (const struct hive *hive)
{
    hive_node_h node = find_key (hive, "Microsoft\\Windows\\CurrentVersion"
                                       "\\Group Policy\\History");

    return node
           && hive->lib->hivex_node_nr_children (hive->h, node) + 1 > 1;
}

static void
read_software (const struct inspection *in, const struct hive *hive,
               struct os *os)
{
    hive_node_h node = find_key (hive, "Microsoft\\Windows NT"
                                       "\\CurrentVersion");

    (void) in;
    if (has_group_policy (hive))
        os->windows.group_policy = true;
    if (!node)
        return;
    os->product_name = string_of (hive, node, "ProductName");
    os->product_variant = string_of (hive, node, "InstallationType");
    os->build_id = string_of (hive, node, "CurrentBuildNumber");
    read_version (hive, node, os);
}

/* On a disk with an MBR: its signature, and where the partition begins. */
#define MBR_SIZE 12

static const struct candidate *
find_by_mbr (const struct inspection *in, const char *data)
{
    uint32_t signature;
    uint64_t offset;
    char id[10];

    memcpy (&signature, data, sizeof signature);
    memcpy (&offset, data + 4, sizeof offset);
    snprintf (id, sizeof id, "%08x-", le32toh (signature));
    for (size_t i = 0; i < in->candidates; i++)
        if (string_starts_with (in->candidate[i].part_uuid, id)
            && in->candidate[i].part_offset == le64toh (offset))
            return &in->candidate[i];
    return NULL;
}

/* On one with a GPT: the partition's GUID, the first three numbers of which
 * are in the order of x86.
 */
#define GPT_PREFIX "DMIO:ID:"
#define GPT_SIZE (sizeof GPT_PREFIX - 1 + 16)

static const struct candidate *
find_by_gpt (const struct inspection *in, const char *data)
{
    static const int order[16] = { 3, 2, 1, 0, 5, 4, 7, 6,
                                   8, 9, 10, 11, 12, 13, 14, 15 };
    const unsigned char *guid
        = (const unsigned char *) data + strlen (GPT_PREFIX);
    char text[37];
    size_t n = 0;

    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text[n++] = '-';
        snprintf (text + n, 3, "%02x", guid[order[i]]);
        n += 2;
    }
    return candidate_by_part_uuid (in, text);
}

static const struct candidate *
find_mounted_device (const struct inspection *in, const char *data,
                     size_t size)
{
    if (size == MBR_SIZE)
        return find_by_mbr (in, data);
    if (size == GPT_SIZE
        && memcmp (data, GPT_PREFIX, strlen (GPT_PREFIX)) == 0)
        return find_by_gpt (in, data);
    return NULL;
}

/* One of "MountedDevices", if it is named "\DosDevices\C:". */
static void
read_drive (const struct inspection *in, const struct hive *hive,
            hive_value_h value, struct os *os)
{
    static const char prefix[] = "\\DosDevices\\";
    cleanup_free char *key = hive->lib->hivex_value_key (hive->h, value);
    const char *letter = key + strlen (prefix);
    const struct candidate *c;
    cleanup_free char *data = NULL;
    hive_type type;
    size_t size;

    if (!key || strncasecmp (key, prefix, strlen (prefix)) != 0
        || !isalpha ((unsigned char) letter[0]) || strcmp (letter + 1, ":"))
        return;
    data = hive->lib->hivex_value_value (hive->h, value, &type, &size);
    c = data ? find_mounted_device (in, data, size) : NULL;
    if (!c)
        return;
    strings_add_format (&os->windows.drives, "%c",
                        toupper ((unsigned char) letter[0]));
    strings_add (&os->windows.drives, c->name);
}

static void
read_drives (const struct inspection *in, const struct hive *hive,
             struct os *os)
{
    hive_node_h node = find_key (hive, "MountedDevices");
    hive_value_h *values = node ? hive->lib->hivex_node_values (hive->h,
                                                                node)
                                : NULL;

    for (size_t i = 0; values && values[i] && i < VALUES_MAX; i++)
        read_drive (in, hive, values[i], os);
    free (values);
}

static void
read_hostname (const struct hive *hive, struct os *os)
{
    cleanup_free char *path = xasprintf ("%s\\Services\\Tcpip\\Parameters",
                                         os->windows.control_set);
    hive_node_h node = find_key (hive, path);

    if (node)
        os->hostname = string_of (hive, node, "Hostname");
    if (node && !os->hostname)
        os->hostname = string_of (hive, node, "NV Hostname");
}

static void
read_system (const struct inspection *in, const struct hive *hive,
             struct os *os)
{
    hive_node_h node = find_key (hive, "Select");
    int number = node ? number_of (hive, node, "Current") : -1;

    read_drives (in, hive, os);
    if (number < 0 || number > 999)
        return;
    os->windows.control_set = xasprintf ("ControlSet%03d", number);
    read_hostname (hive, os);
}

/* What is read in a process of its own comes back as lines, "KEY VALUE". */
static const struct {
    const char *key;
    size_t offset; /* of the text in struct os */
} texts[] = {
    { "product_name", offsetof (struct os, product_name) },
    { "product_variant", offsetof (struct os, product_variant) },
    { "build_id", offsetof (struct os, build_id) },
    { "hostname", offsetof (struct os, hostname) },
    { "control_set", offsetof (struct os, windows.control_set) },
};

static char **
text_at (struct os *os, size_t i)
{
    return (char **) ((char *) os + texts[i].offset);
}

static char *
describe (struct os *os)
{
    cleanup_strings struct strings lines = STRINGS_EMPTY;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (*text_at (os, i))
            strings_add_format (&lines, "%s %s", texts[i].key,
                                *text_at (os, i));
    strings_add_format (&lines, "version %d.%d", os->major, os->minor);
    if (os->windows.group_policy)
        strings_add (&lines, "group_policy ");
    for (size_t i = 0; i < os->windows.drives.count; i += 2)
        strings_add_format (&lines, "drive %s%s",
                            os->windows.drives.item[i],
                            os->windows.drives.item[i + 1]);
    return strings_join (&lines, "\n");
}

/* What another part of the registry has told already stays. */
static void
take_line (struct os *os, const char *key, const char *value)
{
    if (strcmp (key, "version") == 0 && os->major == 0)
        guest_version (value, &os->major, &os->minor);
    if (strcmp (key, "group_policy") == 0)
        os->windows.group_policy = true;
    if (strcmp (key, "drive") == 0 && *value) {
        strings_add_format (&os->windows.drives, "%c", *value);
        strings_add (&os->windows.drives, value + 1);
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp (texts[i].key, key) == 0 && !*text_at (os, i))
            *text_at (os, i) = xstrdup (value);
}

static void
take_description (struct os *os, const char *description)
{
    cleanup_string_array char **lines = string_split_lines (description);

    for (char **line = lines; *line; line++) {
        char *space = strchr (*line, ' ');

        if (!space)
            continue;
        *space = '\0';
        take_line (os, *line, space + 1);
    }
}

struct work {
    const struct inspection *in;
    struct os *os; /* filled in here means nothing to the other process */
    void (*read) (const struct inspection *in, const struct hive *hive,
                  struct os *os);
};

static char *
read_hive (void *opaque, struct error *err)
{
    struct work *work = opaque;
    struct os os = { .root = work->os->root };
    struct hive hive = { .lib = load_hivex (err) };

    if (!hive.lib)
        return NULL;
    hive.h = hive.lib->hivex_open (GUARDED_FILE, 0);
    if (!hive.h)
        return fail_null (err, errno, "opening it: %m");
    work->read (work->in, &hive, &os);
    return describe (&os);
}

static int
open_hive (const struct guest_files *files, const char *path)
{
    cleanup_fd int fd = guest_open_file (files, path);
    struct stat st;

    if (fd < 0 || fstat (fd, &st) < 0 || st.st_size > HIVE_MAX)
        return -1;
    return steal_fd (&fd);
}

/* One that is damaged tells nothing. */
static void
inspect_hive (const struct inspection *in, const struct guest_files *files,
              const char *path, struct work *work)
{
    cleanup_fd int fd = path ? open_hive (files, path) : -1;
    cleanup_error struct error err = { 0 };
    cleanup_free char *description = NULL;

    if (fd < 0)
        return;
    description = guarded_run_on (fd, read_hive, work, SECONDS, path, &err);
    if (description)
        take_description (work->os, description);
    else if (in->daemon->verbose)
        fprintf (stderr, "guestfsd: inspection: %s: %s\n", path,
                 err.message);
}

void
inspect_registry (const struct inspection *in,
                  const struct guest_files *files, struct os *os)
{
    struct work software = { in, os, read_software };
    struct work system = { in, os, read_system };

    inspect_hive (in, files, os->windows.software_hive, &software);
    inspect_hive (in, files, os->windows.system_hive, &system);
}
