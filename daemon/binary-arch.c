/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which architecture a program is for (elf(5); Microsoft's PE Format). */

#include "config.h"

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "binary-arch.h"

/* Not in all versions of elf.h. */
#define MACHINE_RISCV 243
#define MACHINE_LOONGARCH 258

#define ANY 0

static const struct {
    uint16_t machine;
    unsigned char class; /* ELFCLASS32, ELFCLASS64 or ANY */
    unsigned char data;  /* ELFDATA2LSB, ELFDATA2MSB or ANY */
    const char *name;
} elf_machines[] = {
    { EM_386, ANY, ANY, "i386" },
    { EM_X86_64, ANY, ANY, "x86_64" },
    { EM_AARCH64, ANY, ANY, "aarch64" },
    { EM_ARM, ANY, ANY, "arm" },
    { EM_IA_64, ANY, ANY, "ia64" },
    { EM_PPC, ANY, ANY, "ppc" },
    { EM_PPC64, ANY, ELFDATA2MSB, "ppc64" },
    { EM_PPC64, ANY, ELFDATA2LSB, "ppc64le" },
    { EM_S390, ELFCLASS32, ANY, "s390" },
    { EM_S390, ELFCLASS64, ANY, "s390x" },
    { EM_SPARC, ANY, ANY, "sparc" },
    { EM_SPARC32PLUS, ANY, ANY, "sparc" },
    { EM_SPARCV9, ANY, ANY, "sparc64" },
    { MACHINE_RISCV, ELFCLASS32, ANY, "riscv32" },
    { MACHINE_RISCV, ELFCLASS64, ANY, "riscv64" },
    { MACHINE_RISCV, 3, ANY, "riscv128" },
    { EM_MIPS, ANY, ELFDATA2MSB, "mips" },
    { EM_MIPS, ANY, ELFDATA2LSB, "mipsel" },
    { MACHINE_LOONGARCH, ELFCLASS64, ANY, "loongarch64" },
};

static const struct {
    uint16_t machine;
    const char *name;
} pe_machines[] = {
    { 0x14c, "i386" },  { 0x8664, "x86_64" }, { 0x1c0, "arm" },
    { 0x1c4, "arm" },   { 0xaa64, "aarch64" }, { 0x200, "ia64" },
};

static uint16_t
number16 (const char *p, bool msb)
{
    const unsigned char *b = (const unsigned char *) p;

    return (uint16_t) (msb ? b[0] << 8 | b[1] : b[1] << 8 | b[0]);
}

static const char *
elf_arch (const char *head)
{
    unsigned char class = (unsigned char) head[EI_CLASS];
    unsigned char data = (unsigned char) head[EI_DATA];
    /* Behind e_ident and the type, the same in both classes. */
    uint16_t machine = number16 (head + EI_NIDENT + 2, data == ELFDATA2MSB);

    for (size_t i = 0; i < sizeof elf_machines / sizeof *elf_machines; i++)
        if (elf_machines[i].machine == machine
            && (elf_machines[i].class == ANY
                || elf_machines[i].class == class)
            && (elf_machines[i].data == ANY
                || elf_machines[i].data == data))
            return elf_machines[i].name;
    return NULL;
}

/* Where a program for DOS says where that for Windows begins. */
#define PE_POINTER 0x3c

static const char *
pe_arch (const char *head, size_t size)
{
    uint32_t at = number16 (head + PE_POINTER, false)
                  | (uint32_t) number16 (head + PE_POINTER + 2, false) << 16;

    if (at > size - 6 || memcmp (head + at, "PE\0", 4) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof pe_machines / sizeof *pe_machines; i++)
        if (pe_machines[i].machine == number16 (head + at + 4, false))
            return pe_machines[i].name;
    return NULL;
}

const char *
binary_arch (const char *head, size_t size)
{
    if (size >= EI_NIDENT + 4 && memcmp (head, ELFMAG, SELFMAG) == 0)
        return elf_arch (head);
    if (size >= PE_POINTER + 4 && memcmp (head, "MZ", 2) == 0)
        return pe_arch (head, size);
    return NULL;
}
