/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inspection: Windows, what its registry tells. */

#include "config.h"

#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "inspect.h"
#include "registry.h"
#include "sysroot.h"

DEFINE_LIBRARY (hivex, "libhivex.so.0", HIVEX_FUNCTIONS)

/* A file of the registry; larger ones are not read. */
#define HIVE_MAX (INT64_C (512) << 20)

/* Values that are looked through for drive letters. */
#define VALUES_MAX 10000

struct hive {
    const struct hivex *lib;
    hive_h *h;
};

static void
hive_close (struct hive *hive)
{
    if (hive->h)
        hive->lib->hivex_close (hive->h);
}

#define cleanup_hive __attribute__ ((cleanup (hive_close)))

/* False if there is none, or it is none. */
static bool
hive_open (const struct guest_files *files, const char *path,
           struct hive *ret)
{
    cleanup_fd int fd = path ? guest_find (files, path, 0) : -1;
    cleanup_error struct error ignored = { 0 };
    char name[FD_PATH_SIZE];
    struct stat st;

    if (fd < 0 || fstat (fd, &st) < 0 || !S_ISREG (st.st_mode)
        || st.st_size > HIVE_MAX)
        return false;
    ret->lib = load_hivex (&ignored);
    if (!ret->lib)
        return false;
    fd_path (fd, name);
    ret->h = ret->lib->hivex_open (name, 0);
    return ret->h != NULL;
}

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
read_software (const struct guest_files *files, struct os *os)
{
    cleanup_hive struct hive hive = { 0 };
    hive_node_h node;

    if (!hive_open (files, os->windows.software_hive, &hive))
        return;
    if (has_group_policy (&hive))
        os->windows.group_policy = true;
    node = find_key (&hive, "Microsoft\\Windows NT\\CurrentVersion");
    if (!node)
        return;
    os->product_name = string_of (&hive, node, "ProductName");
    os->product_variant = string_of (&hive, node, "InstallationType");
    os->build_id = string_of (&hive, node, "CurrentBuildNumber");
    read_version (&hive, node, os);
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
read_system (const struct inspection *in, const struct guest_files *files,
             struct os *os)
{
    cleanup_hive struct hive hive = { 0 };
    hive_node_h node;
    int number;

    if (!hive_open (files, os->windows.system_hive, &hive))
        return;
    read_drives (in, &hive, os);
    node = find_key (&hive, "Select");
    number = node ? number_of (&hive, node, "Current") : -1;
    if (number < 0 || number > 999)
        return;
    os->windows.control_set = xasprintf ("ControlSet%03d", number);
    read_hostname (&hive, os);
}

void
inspect_registry (const struct inspection *in,
                  const struct guest_files *files, struct os *os)
{
    read_software (files, os);
    read_system (in, files, os);
}
