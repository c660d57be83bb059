/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prepared disk images: what types there are, and how each is made. */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "guest.h"
#include "image.h"
#include "memory.h"
#include "number.h"
#include "prepared.h"
#include "string-list.h"

#define MAX_PARAMETERS 6

/* In sectors.  1 MiB is what every partitioning tool leaves free and aligns
 * to; GPT keeps a copy of its table in the last 33.
 */
#define ALIGNMENT 2048
#define GPT_LAST_SECTOR (-34)

typedef int (*format_function) (guestfs_h *g, const char *device,
                                char *const *parameters, struct error *err);

/* The order of the parameters is that of the rows, and what each function
 * below counts on.
 */
struct prepared_type {
    const char *name;
    const char *summary;
    format_function format; /* NULL: nothing to do */
    struct {
        const char *name;
        const char *value; /* if none is given */
    } parameters[MAX_PARAMETERS + 1];
};

struct prepared {
    const struct prepared_type *type;
    char *file;
    char **parameters; /* all that the type has, in its order */
};

static int
checked (guestfs_h *g, int r, struct error *err)
{
    return r < 0 ? guest_error (g, err) : 0;
}

static int
make_partition (guestfs_h *g, const char *device, const char *table,
                char **ret_partition, struct error *err)
{
    if (guestfs_part_disk (g, device, table) < 0)
        return guest_error (g, err);
    *ret_partition = xasprintf ("%s1", device);
    return 0;
}

/* name is "/dev/VG/LV". */
static int
make_lv (guestfs_h *g, const char *partition, const char *name,
         struct error *err)
{
    cleanup_string_array char **parts = string_split (name, '/');
    char *devices[] = { (char *) partition, NULL };

    if (string_array_length (parts) != 4 || *parts[0]
        || strcmp (parts[1], "dev") != 0)
        return fail (err, EINVAL, "-N: '%s' is not of the form /dev/VG/LV",
                     name);
    if (guestfs_pvcreate (g, partition) < 0
        || guestfs_vgcreate (g, parts[2], devices) < 0
        || guestfs_lvcreate_free (g, parts[3], parts[2], 100) < 0)
        return guest_error (g, err);
    return 0;
}

/* Two partitions: one of bootsize, and one of the rest. */
static int
make_two_partitions (guestfs_h *g, const char *device,
                     const char *bootsize, const char *table,
                     struct error *err)
{
    bool gpt = strcmp (table, "gpt") == 0 || strcmp (table, "efi") == 0;
    int sector = guestfs_blockdev_getss (g, device);
    int64_t size, root;

    if (sector == -1)
        return guest_error (g, err);
    if (parse_number (bootsize, sector, INT64_MAX, &size, err) < 0)
        return fail_context (err, "-N: bootsize");
    root = ALIGNMENT + (size / sector + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (guestfs_part_init (g, device, table) < 0
        || guestfs_part_add (g, device, "p", ALIGNMENT, root - 1) < 0
        || guestfs_part_add (g, device, "p", root,
                             gpt ? GPT_LAST_SECTOR : -1) < 0)
        return guest_error (g, err);
    return 0;
}

static int
format_part (guestfs_h *g, const char *device, char *const *parameters,
             struct error *err)
{
    return checked (g, guestfs_part_disk (g, device, parameters[1]),
                    err);
}

static int
format_fs (guestfs_h *g, const char *device, char *const *parameters,
           struct error *err)
{
    cleanup_free char *partition = NULL;

    if (make_partition (g, device, parameters[2], &partition, err) < 0)
        return -1;
    return checked (g, guestfs_mkfs (g, parameters[0], partition), err);
}

static int
format_lv (guestfs_h *g, const char *device, char *const *parameters,
           struct error *err)
{
    cleanup_free char *partition = NULL;

    if (make_partition (g, device, parameters[2], &partition, err) < 0)
        return -1;
    return make_lv (g, partition, parameters[0], err);
}

static int
format_lvfs (guestfs_h *g, const char *device, char *const *parameters,
             struct error *err)
{
    cleanup_free char *partition = NULL;

    if (make_partition (g, device, parameters[3], &partition, err) < 0
        || make_lv (g, partition, parameters[0], err) < 0)
        return -1;
    return checked (g, guestfs_mkfs (g, parameters[1], parameters[0]),
                    err);
}

static int
format_bootroot (guestfs_h *g, const char *device,
                 char *const *parameters, struct error *err)
{
    cleanup_free char *boot = xasprintf ("%s1", device);
    cleanup_free char *root = xasprintf ("%s2", device);

    if (make_two_partitions (g, device, parameters[3], parameters[4], err)
        < 0)
        return -1;
    if (guestfs_mkfs (g, parameters[0], boot) < 0)
        return guest_error (g, err);
    return checked (g, guestfs_mkfs (g, parameters[1], root), err);
}

static int
format_bootrootlv (guestfs_h *g, const char *device,
                   char *const *parameters, struct error *err)
{
    cleanup_free char *boot = xasprintf ("%s1", device);
    cleanup_free char *pv = xasprintf ("%s2", device);

    if (make_two_partitions (g, device, parameters[4], parameters[5], err)
            < 0
        || make_lv (g, pv, parameters[0], err) < 0)
        return -1;
    if (guestfs_mkfs (g, parameters[1], boot) < 0)
        return guest_error (g, err);
    return checked (g, guestfs_mkfs (g, parameters[2], parameters[0]),
                    err);
}

#define NAME { "name", "/dev/VG/LV" }
#define FILESYSTEM { "filesystem", "ext2" }
#define BOOTFS { "bootfs", "ext2" }
#define ROOTFS { "rootfs", "ext2" }
#define SIZE { "size", "1G" }
#define BOOTSIZE { "bootsize", "128M" }
#define PARTITION { "partition", "mbr" }

static const struct prepared_type types[] = {
    { "disk", "a blank disk", NULL, { SIZE } },
    { "part", "a partition", format_part, { SIZE, PARTITION } },
    { "fs", "a partition with a file system", format_fs,
      { FILESYSTEM, SIZE, PARTITION } },
    { "lv", "a partition with a logical volume", format_lv,
      { NAME, SIZE, PARTITION } },
    { "lvfs", "a logical volume with a file system", format_lvfs,
      { NAME, FILESYSTEM, SIZE, PARTITION } },
    { "bootroot", "two file systems, for /boot and /", format_bootroot,
      { BOOTFS, ROOTFS, SIZE, BOOTSIZE, PARTITION } },
    { "bootrootlv", "the same, with / on a logical volume", format_bootrootlv,
      { NAME, BOOTFS, ROOTFS, SIZE, BOOTSIZE, PARTITION } },
};

#define TYPES (sizeof types / sizeof *types)

static const struct prepared_type *
find_type (const char *name)
{
    for (size_t i = 0; i < TYPES; i++)
        if (strcmp (types[i].name, name) == 0)
            return &types[i];
    return NULL;
}

/* What is given, and for the rest what the table says. */
static int
fill_parameters (const struct prepared_type *type, char *const *given,
                 char ***ret_parameters, struct error *err)
{
    cleanup_strings struct strings list = STRINGS_EMPTY;
    size_t n = 0;

    for (size_t i = 0; type->parameters[i].name; i++) {
        bool here = given[n] && *given[n];

        strings_add (&list, here ? given[n] : type->parameters[i].value);
        n += given[n] != NULL;
    }
    if (given[n])
        return fail (err, EINVAL, "-N %s: too many parameters; '-N help' "
                     "lists them", type->name);
    *ret_parameters = strings_steal (&list);
    return 0;
}

/* In "FILE=TYPE:..." the last '=' before the type counts: a file's name may
 * hold some, a type's can't.  number counts the options from 1.
 */
static int
parse_prepared (const char *text, unsigned number, struct prepared *ret,
                struct error *err)
{
    const char *equals = strrchr (text, '=');
    const char *type = equals ? equals + 1 : text;
    cleanup_string_array char **parts = string_split (type, ':');
    struct prepared p = { .file = NULL };

    p.type = parts[0] ? find_type (parts[0]) : NULL;
    if (!p.type)
        return fail (err, EINVAL, "-N %s: there is no such type; '-N help' "
                     "lists them", text);
    if (fill_parameters (p.type, parts + 1, &p.parameters, err) < 0)
        return -1;
    p.file = equals ? xstrndup (text, (size_t) (equals - text))
                    : xasprintf ("test%u.img", number);
    *ret = p;
    return 0;
}

static int
create (guestfs_h *g, const struct guest_options *o, const void *what,
        struct error *err)
{
    const struct prepared *p = what;
    size_t i = 0;

    (void) o;
    while (strcmp (p->type->parameters[i].name, "size") != 0)
        i++;
    return image_make (g, p->file, p->parameters[i], true, err) < 0 ? -1 : 1;
}

static int
format (guestfs_h *g, const void *what, const char *device, struct error *err)
{
    const struct prepared *p = what;

    if (!p->type->format)
        return 0;
    return p->type->format (g, device, p->parameters, err);
}

static void
free_prepared (void *what)
{
    struct prepared *p = what;

    free (p->file);
    string_array_free (p->parameters);
    free (p);
}

static const struct drive_kind prepared_kind = {
    .add = create,
    .prepare = format,
    .free = free_prepared,
};

int
prepared_add (struct drives *d, const char *text, struct error *err)
{
    unsigned number = 1;
    struct prepared p;

    for (size_t i = 0; i < d->count; i++)
        number += d->drive[i].kind == &prepared_kind;
    if (parse_prepared (text, number, &p, err) < 0)
        return -1;
    drives_add (d, &prepared_kind, xmemdup (&p, sizeof p));
    return 0;
}

const char *
prepared_type_name (size_t n)
{
    return n < TYPES ? types[n].name : NULL;
}

void
prepared_print_types (void)
{
    puts ("-N [FILE=]TYPE[:PARAMETER...] makes a disk image and adds it. "
          "Without FILE it is\ncalled test1.img, the second one test2.img, "
          "and so on. These are the types, with\nthe parameters of each in "
          "their order:\n");
    for (size_t i = 0; i < TYPES; i++) {
        printf ("  %s: %s\n    ", types[i].name, types[i].summary);
        for (size_t j = 0; types[i].parameters[j].name; j++)
            printf ("%s%s=%s", j ? " " : "", types[i].parameters[j].name,
                    types[i].parameters[j].value);
        putchar ('\n');
    }
    puts ("\nFor example: -N fs:ext4:2G, or -N web.img=lvfs::xfs:10G:gpt");
}
