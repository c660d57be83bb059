/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Letting KVM run a small guest. */
#ifndef APPLIANCE_PROBE_KVM_H
#define APPLIANCE_PROBE_KVM_H

#include <stdbool.h>

struct kvm_result {
    bool works;
    const char *what; /* a constant: what did not work */
    int errnum;       /* and why, or 0 */
};

/* Is there a guest for this architecture? */
bool kvm_can_try (void);

/* Let it run on the open device.  It may take any time. */
void kvm_try (int device, struct kvm_result *ret);

#endif /* APPLIANCE_PROBE_KVM_H */
