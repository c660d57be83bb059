/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guestfs-build-appliance: a kernel, an initrd and a root for QEMU, made of
 * the host's own packages.  build-main.c says in which order.
 */
#ifndef APPLIANCE_BUILD_H
#define APPLIANCE_BUILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "error.h"
#include "string-list.h"

#define UUID_SIZE 16

/* What an appliance consists of. */
#define KERNEL_NAME "kernel"
#define INITRD_NAME "initrd"
#define ROOT_NAME "root"

/* Where kernels' modules are, on hosts and in the appliance. */
#define MODULES_FOLDER "/lib/modules"

struct build {
    /* Of the command line; paths are absolute. */
    char *cache;
    char *daemon;
    char *kernel, *modules; /* NULL: look for them */
    int64_t patience_ms;    /* so long another one may build */

    char *init;    /* the program that finds the root */
    char *options; /* the command line as the manifest has it */

    /* The kernel that was found, its release, and its modules. */
    char *kernel_path, *release, *modules_path;

    char *work;    /* the folder that becomes the new appliance */
    char *staging; /* in there: its root, file by file */
    struct strings inputs;        /* lines of the manifest */
    struct strings initrd_modules; /* paths in the root, in their order */
    unsigned char uuid[UUID_SIZE]; /* of the root's filesystem */
};

/* build-cache.c: the folder of the appliances. */

/* It must be a folder of ours that nobody else can write to. */
int cache_check (const struct build *b, struct error *err);

/* Wait until nobody else builds, or too long.  The lock's descriptor. */
int cache_lock (const struct build *b, struct error *err);

/* The folder of an appliance of these options that is current; NULL if
 * there is none.
 */
char *cache_find (const struct build *b);

/* A new folder to work in; and give it its name in the place of whatever has
 * it, which is returned.
 */
int cache_begin (struct build *b, struct error *err);
char *cache_publish (struct build *b, struct error *err);

/* Remove what nobody needs: unfinished folders, appliances of which a file
 * has changed.  The lock is held.
 */
void cache_clean (const struct build *b);

/* build-manifest.c: what an appliance was made of. */

/* Remember that the appliance depends on this path: on what is there, or
 * on its absence.
 */
void input_add (struct build *b, const char *path);

/* And on which paths there are that fit a pattern of glob(7). */
void input_add_matches (struct build *b, const char *pattern);

/* Write the manifest of b->work.  Its hash goes to *ret_hash. */
int manifest_write (const struct build *b, uint64_t *ret_hash,
                    struct error *err);

enum manifest_state {
    MANIFEST_CURRENT,
    MANIFEST_OTHER, /* current, of other options */
    MANIFEST_STALE, /* something has changed, or is damaged */
};
enum manifest_state manifest_check (const char *folder, const char *options);

/* The kernel's release that the manifest tells. */
char *manifest_release (const char *folder, struct error *err);

/* build-kernel.c */

/* Sets b->kernel_path, release and modules_path. */
int kernel_choose (struct build *b, struct error *err);

/* Write it to a file, unpacked if QEMU can boot it so. */
int kernel_install (struct build *b, const char *path, struct error *err);

/* build-kernel-image.c: what a kernel's file tells about itself. */
struct kernel_image {
    const unsigned char *data; /* mapped */
    size_t size;
    char *release; /* NULL: it doesn't tell */
    bool is_elf;
    /* Of a bzImage; NULL: it has no payload that could be unpacked. */
    const unsigned char *payload;
    size_t payload_size, unpacked_size;
};

/* -1 if the file can't be read or is no kernel for this machine. */
int kernel_image_open (struct kernel_image *image, const char *path,
                       struct error *err);
/* The same of a file that is in data and size. */
int kernel_image_parse (struct kernel_image *k, const char *path,
                        struct error *err);
void kernel_image_close (struct kernel_image *image);

#define cleanup_kernel_image __attribute__ ((cleanup (kernel_image_close)))

/* Is it an ELF file with the note by which QEMU boots it directly? */
bool kernel_is_bootable_elf (const unsigned char *data, size_t size);

/* build-modules.c */

/* Put the modules into the staging folder, and those of the initrd on
 * its list.
 */
int modules_install (struct build *b, struct error *err);

/* build-stage.c: files into the staging folder. */

/* Where a path of the host is in a root with the same links from / into
 * /usr.
 */
char *staged_path (const struct build *b, const char *path);

/* Make the folders above a path. */
int make_parents (const char *path, struct error *err);

/* Copy the host's file, by its own name or another one.  It is an input. */
int stage_file (struct build *b, const char *path, const char *name,
                struct error *err);

/* The same for a program or a library, with the libraries that it needs. */
int stage_program (struct build *b, const char *path, const char *name,
                   struct error *err);

/* Copy what there is of two descriptors. */
int copy_content (int from, int to, struct error *err);

/* build-root.c: all of the root, and the image of it. */
int root_stage (struct build *b, struct error *err);
int root_make_image (const struct build *b, const char *path,
                     struct error *err);

/* build-initrd.c */
int initrd_write (const struct build *b, const char *path,
                  struct error *err);

/* build-unpack.c: write what is packed there to a file; at most limit
 * bytes of it.  Returns how many.
 */
int64_t unpack_to (const void *data, size_t size, int fd, int64_t limit,
                   struct error *err);

#endif /* APPLIANCE_BUILD_H */
