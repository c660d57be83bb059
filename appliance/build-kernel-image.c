/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a kernel's file tells about itself: a bzImage by its setup header
 * (Documentation/arch/x86/boot.rst of Linux), an unpacked one as ELF.
 */

#include "config.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "memory.h"

/* Fields of the setup header, from the beginning of the file. */
#define SETUP_SECTORS 0x1f1
#define BOOT_FLAG 0x1fe
#define HEADER_MAGIC 0x202
#define VERSION 0x206
#define KERNEL_VERSION 0x20e
#define XLOADFLAGS 0x236
#define PAYLOAD_OFFSET 0x248
#define PAYLOAD_LENGTH 0x24c
#define HEADER_END 0x250

#define SECTOR 512
#define BOOT_FLAG_VALUE 0xaa55
#define VERSION_WITH_XLOADFLAGS 0x20c
#define XLF_KERNEL_64 1u

/* Kernels for arm64 say so here (Documentation/arch/arm64/booting.rst). */
#define ARM64_MAGIC 0x38

/* No kernel is unpacked to more. */
#define UNPACKED_MAX (1u << 30)

/* The ELF note that tells where QEMU enters a kernel, include/xen/interface/
 * elfnote.h of Linux.
 */
#define NOTE_OWNER "Xen"
#define NOTE_PHYS32_ENTRY 18

static uint32_t
get_number (const unsigned char *p, size_t bytes)
{
    uint32_t value = 0;

    while (bytes-- > 0)
        value = value << 8 | p[bytes];
    return value;
}

static char *
first_word (const unsigned char *p, const unsigned char *end)
{
    size_t n = 0;

    while (p + n < end && p[n] > ' ')
        n++;
    return p + n < end && n > 0 ? xstrndup ((const char *) p, n) : NULL;
}

static bool
is_bzimage (const struct kernel_image *k)
{
    return memcmp (k->data + HEADER_MAGIC, "HdrS", 4) == 0
           && get_number (k->data + BOOT_FLAG, 2) == BOOT_FLAG_VALUE;
}

/* The payload ends with its size when it is unpacked, of which only gzip
 * knows itself.
 */
static int
find_payload (struct kernel_image *k, const char *path, struct error *err)
{
    size_t sectors = k->data[SETUP_SECTORS] ? k->data[SETUP_SECTORS] : 4;
    uint64_t start = (sectors + 1) * SECTOR
                     + (uint64_t) get_number (k->data + PAYLOAD_OFFSET, 4);
    uint64_t length = get_number (k->data + PAYLOAD_LENGTH, 4);
    const unsigned char *p;

    if (start + length > k->size)
        return fail (err, ENOEXEC, "%s: this kernel is cut off: %zu bytes are "
                     "there, of %ju at least", path, k->size,
                     (uintmax_t) (start + length));
    if (length < 16)
        return 0;
    p = k->payload = k->data + start;
    k->payload_size = length;
    k->unpacked_size = get_number (p + length - 4, 4);
    if (!(p[0] == 0x1f && p[1] == 0x8b))
        k->payload_size -= 4;
    if (k->unpacked_size > UNPACKED_MAX)
        k->payload = NULL;
    return 0;
}

static int
read_bzimage (struct kernel_image *k, const char *path, struct error *err)
{
    uint32_t version = get_number (k->data + VERSION, 2);
    size_t where = get_number (k->data + KERNEL_VERSION, 2) + (size_t) SECTOR;

    if (version < VERSION_WITH_XLOADFLAGS
        || !(get_number (k->data + XLOADFLAGS, 2) & XLF_KERNEL_64))
        return fail (err, ENOEXEC, "%s: a kernel for another architecture: "
                     "one for x86-64 is needed", path);
    if (find_payload (k, path, err) < 0)
        return -1;
    if (where > SECTOR && where < k->size)
        k->release = first_word (k->data + where, k->data + k->size);
    return 0;
}

static bool
is_elf (const unsigned char *data, size_t size)
{
    return size > sizeof (Elf64_Ehdr) && memcmp (data, ELFMAG, SELFMAG) == 0;
}

static int
read_elf (struct kernel_image *k, const char *path, struct error *err)
{
    static const char banner[] = "Linux version ";
    const Elf64_Ehdr *header = (const Elf64_Ehdr *) k->data;
    const unsigned char *p;

    if (header->e_ident[EI_CLASS] != ELFCLASS64
        || header->e_machine != EM_X86_64)
        return fail (err, ENOEXEC, "%s: a program for another architecture: "
                     "a kernel for x86-64 is needed", path);
    if (!kernel_is_bootable_elf (k->data, k->size))
        return fail (err, ENOEXEC, "%s: an ELF file, but no kernel that "
                     "QEMU can boot", path);
    p = memmem (k->data, k->size, banner, strlen (banner));
    if (p)
        k->release = first_word (p + strlen (banner), k->data + k->size);
    k->is_elf = true;
    return 0;
}

static size_t
align4 (size_t n)
{
    return (n + 3) & ~(size_t) 3;
}

/* Is the note among those of a segment? */
static bool
has_note (const unsigned char *p, size_t size)
{
    while (size >= sizeof (Elf64_Nhdr)) {
        const Elf64_Nhdr *note = (const Elf64_Nhdr *) p;
        uint64_t whole = sizeof *note + align4 (note->n_namesz)
                         + align4 (note->n_descsz);

        if (whole > size)
            return false;
        if (note->n_type == NOTE_PHYS32_ENTRY
            && note->n_namesz == sizeof NOTE_OWNER
            && memcmp (p + sizeof *note, NOTE_OWNER, sizeof NOTE_OWNER) == 0)
            return true;
        p += whole;
        size -= whole;
    }
    return false;
}

bool
kernel_is_bootable_elf (const unsigned char *data, size_t size)
{
    const Elf64_Ehdr *header = (const Elf64_Ehdr *) data;

    if (!is_elf (data, size) || header->e_machine != EM_X86_64
        || header->e_phentsize != sizeof (Elf64_Phdr)
        || header->e_phoff % sizeof (uint64_t) != 0
        || header->e_phoff > size
        || header->e_phnum > (size - header->e_phoff) / sizeof (Elf64_Phdr))
        return false;
    for (size_t i = 0; i < header->e_phnum; i++) {
        const Elf64_Phdr *segment
            = (const Elf64_Phdr *) (data + header->e_phoff) + i;

        if (segment->p_type == PT_NOTE && segment->p_offset % 4 == 0
            && segment->p_offset <= size
            && segment->p_filesz <= size - segment->p_offset
            && has_note (data + segment->p_offset, segment->p_filesz))
            return true;
    }
    return false;
}

static int
map_file (struct kernel_image *k, const char *path, struct error *err)
{
    cleanup_fd int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    void *p;

    if (fd < 0 || fstat (fd, &st) < 0)
        return fail (err, errno, "%s: %m", path);
    if (!S_ISREG (st.st_mode))
        return fail (err, EINVAL, "%s: the kernel must be a regular file",
                     path);
    if (st.st_size == 0)
        return fail (err, ENOEXEC, "%s: not a kernel: it is empty", path);
    p = mmap (NULL, (size_t) st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return fail (err, errno, "%s: mmap: %m", path);
    k->data = p;
    k->size = (size_t) st.st_size;
    return 0;
}

int
kernel_image_parse (struct kernel_image *k, const char *path,
                    struct error *err)
{
    if (k->size <= HEADER_END)
        return fail (err, ENOEXEC, "%s: not a kernel", path);
    if (is_bzimage (k))
        return read_bzimage (k, path, err);
    if (is_elf (k->data, k->size))
        return read_elf (k, path, err);
    if (memcmp (k->data + ARM64_MAGIC, "ARM\x64", 4) == 0)
        return fail (err, ENOEXEC, "%s: a kernel for another architecture "
                     "(arm64): one for x86-64 is needed", path);
    return fail (err, ENOEXEC, "%s: not a kernel for x86-64: neither a "
                 "bzImage nor an ELF file", path);
}

int
kernel_image_open (struct kernel_image *image, const char *path,
                   struct error *err)
{
    *image = (struct kernel_image) { 0 };
    if (map_file (image, path, err) < 0)
        return -1;
    if (kernel_image_parse (image, path, err) < 0) {
        kernel_image_close (image);
        return -1;
    }
    return 0;
}

void
kernel_image_close (struct kernel_image *image)
{
    if (image->data)
        munmap ((void *) image->data, image->size);
    free (image->release);
    *image = (struct kernel_image) { 0 };
}
