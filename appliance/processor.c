/* SPDX-License-Identifier: GPL-2.0-or-later */
/* User Mode Linux on one processor.
 *
 * It runs the guest's code in processes of its own, which it traces: each
 * system call and each page fault of the guest is a switch to the kernel's
 * process and back.  Between two processors such a switch sends an
 * interrupt and wakes a sleeping processor, which costs several times what
 * the switch itself does: packing 5,000 files took 0.4 s instead of 3 s
 * when all stayed on one.  The scheduler doesn't know that only one of
 * these processes runs at any time, so it has to be told.
 */

#include "config.h"

#include <errno.h>
#include <sched.h>

#include "confine.h"
#include "memory.h"

/* The processor that we are on is a good choice: the scheduler looked for
 * an idle one when it was asked to fork us.  Where others are busy on it
 * later, the scheduler can move those.
 */
int
stay_on_one_processor (const struct plan *plan, struct error *err)
{
    int cpu;
    size_t size;
    cpu_set_t *set;
    int r;

    if (!plan->profile->runs_natively)
        return 0;
    cpu = sched_getcpu ();
    if (cpu < 0)
        return fail (err, errno, "sched_getcpu: %m");
    set = CPU_ALLOC (cpu + 1);
    if (!set)
        out_of_memory ();
    size = CPU_ALLOC_SIZE (cpu + 1);
    CPU_ZERO_S (size, set);
    CPU_SET_S (cpu, size, set);
    r = sched_setaffinity (0, size, set);
    CPU_FREE (set);
    if (r < 0)
        return fail (err, errno, "staying on processor %d: %m", cpu);
    return 0;
}
