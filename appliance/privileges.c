/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the confined program could have more than an ordinary process:
 * capabilities in its user namespace, set-user-ID programs, and resources
 * without limit.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "confine.h"
#include "io.h"

/* Documentation/admin-guide/LSM/Yama.rst: from 2 on, tracing one's own
 * children takes a capability too.
 */
#define PTRACE_SCOPE "/proc/sys/kernel/yama/ptrace_scope"

int
check_tracing (struct error *err)
{
    cleanup_error struct error ignored = { 0 };
    cleanup_free char *scope = read_file_at (AT_FDCWD, PTRACE_SCOPE, 16, NULL,
                                             &ignored);

    if (!scope || *scope < '2')
        return 0;
    return fail (err, EPERM,
                 "User Mode Linux runs its guest by ptrace, which this "
                 "system does not allow: set kernel.yama.ptrace_scope to 0 "
                 "or 1");
}

/* Upper limits; a lower one that is there already stays. */
static const struct limit {
    const char *name;
    int resource;
    rlim_t value;
    const char *why;
} limits[] = {
    /* Not 0: that limits only files, 1 also stops programs that collect
     * dumps (linux/fs/coredump.c).
     */
    { "RLIMIT_CORE", RLIMIT_CORE, 1,
      "a dump would put the guest's memory on the host's disk" },
    { "RLIMIT_NOFILE", RLIMIT_NOFILE, 4096,
      "every disk and every file that the guest has open on its root" },
    { "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK, 65536, "locks nothing" },
    { "RLIMIT_NPROC", RLIMIT_NPROC, 4096,
      "every process of the guest is one of the host" },
    { "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE, 0, "has no message queues" },
    { "RLIMIT_RTPRIO", RLIMIT_RTPRIO, 0, "goes before nobody else" },
    { NULL, 0, 0, NULL },
};

int
limit_resources (const struct plan *plan, struct error *err)
{
    (void) plan;
    for (const struct limit *l = limits; l->name; l++) {
        struct rlimit old, new;

        if (getrlimit ((__rlimit_resource_t) l->resource, &old) < 0)
            return fail (err, errno, "%s: %m", l->name);
        new.rlim_max = old.rlim_max < l->value ? old.rlim_max : l->value;
        new.rlim_cur = new.rlim_max;
        if (setrlimit ((__rlimit_resource_t) l->resource, &new) < 0)
            return fail (err, errno, "%s: %m", l->name);
    }
    return 0;
}

/* User 0 is an ordinary user, and no exec and no change of user brings a
 * capability back.
 */
#define SECURE_BITS                                                    \
    (SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP     \
     | SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED         \
     | SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)

static int
drop_bounding_set (void)
{
    /* The running kernel knows more or fewer than our headers, and answers
     * EINVAL after its last one.
     */
    for (unsigned long cap = 0; prctl (PR_CAPBSET_DROP, cap, 0, 0, 0) == 0;)
        cap++;
    return errno == EINVAL ? 0 : -1;
}

static int
set_capabilities (uint32_t effective, uint32_t inheritable)
{
    struct __user_cap_header_struct header
        = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
        { .effective = effective,
          .permitted = effective,
          .inheritable = inheritable },
    };

    return (int) syscall (SYS_capset, &header, data);
}

/* None is left, with one exception: where root opens disks of other users,
 * they must open once more in the namespace, check_disks_open ().  As only
 * the owners of the disks exist there, and Landlock allows no other files,
 * the capability opens nothing else.  It stays through the exec as an
 * ambient one, capabilities (7).
 */
int
drop_capabilities (const struct plan *plan, struct error *err)
{
    uint32_t kept = has_disks_of_others (plan)
                        ? CAP_TO_MASK (CAP_DAC_OVERRIDE) : 0;

    if (prctl (PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0
        || set_capabilities (kept | CAP_TO_MASK (CAP_SETPCAP), kept) < 0
        || (kept
            && prctl (PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE,
                      0, 0) < 0)
        || drop_bounding_set () < 0
        || prctl (PR_SET_SECUREBITS, SECURE_BITS, 0, 0, 0) < 0
        || set_capabilities (kept, kept) < 0)
        return namespaces_refused (err, errno, "dropping capabilities");
    return 0;
}

int
forbid_new_privileges (const struct plan *plan, struct error *err)
{
    (void) plan;
    if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return fail (err, errno, "no_new_privs: %m");
    return 0;
}
