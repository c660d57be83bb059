/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small guest of KVM's: x86-64 code at the highest privilege, which changes
 * memory many times, exchanges its page tables now and then, writes to a port
 * and halts.  Numbers are those of the processor's manual (Intel SDM, volume
 * 3A: 2.5 control registers, 4.5 paging, 3.4.5 segments).
 */

#include "config.h"

#include <errno.h>

#include "probe-kvm.h"

#ifdef __x86_64__
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define ROUNDS 200000

/* The guest's memory, which begins at 0. */
#define MEMORY_SIZE 0x10000
#define CODE 0x1000
#define PAGE_TABLE_4 0x2000
#define PAGE_TABLE_3 0x3000
#define PAGE_TABLE_2 0x4000
#define COUNTER 0x8000

#define PAGE_PRESENT 0x1
#define PAGE_WRITABLE 0x2
#define PAGE_LARGE 0x80

#define CR0_PROTECTED 0x80050033 /* PE, MP, ET, NE, WP, AM, PG */
#define CR4_PAE 0x20
#define EFER_LONG_MODE 0x500 /* LME, LMA */
#define RFLAGS_FIXED 0x2

/* KVM needs three pages below 4 GiB that the guest has no memory at. */
#define TSS_ADDRESS 0xfffbd000

#define PORT 0x3f8
#define WORD 'K'

/* More exits than one to the port and one at the end are for the host. */
#define MAX_EXITS 16

static const uint8_t code[] = {
    0xb9, ROUNDS & 0xff, ROUNDS >> 8 & 0xff, ROUNDS >> 16, 0,
                                          /* mov $ROUNDS, %ecx */
    0x48, 0xff, 0x04, 0x25, COUNTER & 0xff, COUNTER >> 8, 0, 0,
                                          /* again: incq COUNTER */
    0x66, 0xf7, 0xc1, 0xff, 0x0f,         /* test $0xfff, %cx */
    0x75, 0x06,                           /* jnz next */
    0x0f, 0x20, 0xd8,                     /* mov %cr3, %rax */
    0x0f, 0x22, 0xd8,                     /* mov %rax, %cr3 */
    0xff, 0xc9,                           /* next: dec %ecx */
    0x75, 0xe7,                           /* jnz again */
    0x66, 0xba, PORT & 0xff, PORT >> 8,   /* mov $PORT, %dx */
    0xb0, WORD,                           /* mov $WORD, %al */
    0xee,                                 /* out %al, %dx */
    0xf4,                                 /* hlt */
};

struct guest {
    int kvm, vm, cpu;
    uint8_t *memory;
    struct kvm_run *run;
};

/* Returns false. */
static bool
went_wrong (struct kvm_result *r, const char *what, int errnum)
{
    r->what = what;
    r->errnum = errnum;
    return false;
}

static void
put_entry (struct guest *guest, size_t table, uint64_t entry)
{
    memcpy (guest->memory + table, &entry, sizeof entry);
}

/* Its first 2 MiB are mapped to themselves. */
static bool
make_memory (struct guest *guest, struct kvm_result *r)
{
    struct kvm_userspace_memory_region region = {
        .memory_size = MEMORY_SIZE,
    };

    guest->memory = mmap (NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (guest->memory == MAP_FAILED)
        return went_wrong (r, "memory", errno);
    memcpy (guest->memory + CODE, code, sizeof code);
    put_entry (guest, PAGE_TABLE_4,
               PAGE_TABLE_3 | PAGE_PRESENT | PAGE_WRITABLE);
    put_entry (guest, PAGE_TABLE_3,
               PAGE_TABLE_2 | PAGE_PRESENT | PAGE_WRITABLE);
    put_entry (guest, PAGE_TABLE_2,
               PAGE_PRESENT | PAGE_WRITABLE | PAGE_LARGE);
    region.userspace_addr = (uintptr_t) guest->memory;
    if (ioctl (guest->vm, KVM_SET_USER_MEMORY_REGION, &region) < 0)
        return went_wrong (r, "KVM_SET_USER_MEMORY_REGION", errno);
    return true;
}

static bool
make_machine (struct guest *guest, struct kvm_result *r)
{
    int version = ioctl (guest->kvm, KVM_GET_API_VERSION, 0);

    if (version != KVM_API_VERSION)
        return went_wrong (r, "KVM_GET_API_VERSION", version < 0 ? errno : 0);
    guest->vm = ioctl (guest->kvm, KVM_CREATE_VM, 0);
    if (guest->vm < 0)
        return went_wrong (r, "KVM_CREATE_VM", errno);
    if (ioctl (guest->vm, KVM_SET_TSS_ADDR, TSS_ADDRESS) < 0)
        return went_wrong (r, "KVM_SET_TSS_ADDR", errno);
    return make_memory (guest, r);
}

static bool
make_processor (struct guest *guest, struct kvm_result *r)
{
    int size = ioctl (guest->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);

    if (size < (int) sizeof *guest->run)
        return went_wrong (r, "KVM_GET_VCPU_MMAP_SIZE",
                           size < 0 ? errno : 0);
    guest->cpu = ioctl (guest->vm, KVM_CREATE_VCPU, 0);
    if (guest->cpu < 0)
        return went_wrong (r, "KVM_CREATE_VCPU", errno);
    guest->run = mmap (NULL, (size_t) size, PROT_READ | PROT_WRITE,
                       MAP_SHARED, guest->cpu, 0);
    return guest->run != MAP_FAILED
           || went_wrong (r, "the state of a virtual processor", errno);
}

/* 64-bit mode, at the beginning of the code. */
static bool
set_registers (struct guest *guest, struct kvm_result *r)
{
    const struct kvm_segment data = {
        .limit = 0xffffffff,
        .selector = 16,
        .type = 3, /* readable, writable, accessed */
        .present = 1,
        .db = 1,
        .s = 1,
        .g = 1,
    };
    struct kvm_regs regs = { .rip = CODE, .rflags = RFLAGS_FIXED };
    struct kvm_sregs s;

    if (ioctl (guest->cpu, KVM_GET_SREGS, &s) < 0)
        return went_wrong (r, "KVM_GET_SREGS", errno);
    s.cr0 = CR0_PROTECTED;
    s.cr3 = PAGE_TABLE_4;
    s.cr4 = CR4_PAE;
    s.efer = EFER_LONG_MODE;
    s.ds = s.es = s.fs = s.gs = s.ss = s.cs = data;
    s.cs.selector = 8;
    s.cs.type = 11; /* executable, readable, accessed */
    s.cs.db = 0;
    s.cs.l = 1;
    if (ioctl (guest->cpu, KVM_SET_SREGS, &s) < 0)
        return went_wrong (r, "KVM_SET_SREGS", errno);
    if (ioctl (guest->cpu, KVM_SET_REGS, &regs) < 0)
        return went_wrong (r, "KVM_SET_REGS", errno);
    return true;
}

static bool
is_word (const struct kvm_run *run)
{
    return run->io.direction == KVM_EXIT_IO_OUT && run->io.port == PORT
           && ((const char *) run)[run->io.data_offset] == WORD;
}

static bool
has_counted (const struct guest *guest)
{
    uint64_t counter;

    memcpy (&counter, guest->memory + COUNTER, sizeof counter);
    return counter == ROUNDS;
}

static bool
run (struct guest *guest, struct kvm_result *r)
{
    bool said = false;

    for (int i = 0; i < MAX_EXITS; i++) {
        if (ioctl (guest->cpu, KVM_RUN, 0) < 0) {
            if (errno == EINTR || errno == EAGAIN)
                continue;
            return went_wrong (r, "KVM_RUN", errno);
        }
        switch (guest->run->exit_reason) {
        case KVM_EXIT_INTR:
            continue;
        case KVM_EXIT_IO:
            said = is_word (guest->run);
            continue;
        case KVM_EXIT_HLT:
            return (said && has_counted (guest))
                   || went_wrong (r, "a guest computed nonsense", 0);
        case KVM_EXIT_FAIL_ENTRY:
            return went_wrong (r, "the processor does not enter a guest", 0);
        default:
            return went_wrong (r, "a guest stopped where it must not", 0);
        }
    }
    return went_wrong (r, "a guest stops again and again", 0);
}

bool
kvm_can_try (void)
{
    return true;
}

/* What is opened is closed by the end of the process. */
void
kvm_try (int device, struct kvm_result *ret)
{
    struct guest guest = { .kvm = device };

    ret->works = make_machine (&guest, ret) && make_processor (&guest, ret)
                 && set_registers (&guest, ret) && run (&guest, ret);
}

#else

bool
kvm_can_try (void)
{
    return false;
}

void
kvm_try (int device, struct kvm_result *ret)
{
    (void) device;
    *ret = (struct kvm_result) { .what = "no probe", .errnum = ENOTSUP };
}

#endif
