/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether KVM can be used. */
#ifndef LIB_KVM_H
#define LIB_KVM_H

#include "handle.h"

/* Does it run guests as it should, for this user?  The phrase *ret_why, which
 * the caller frees, says so in words.  The answer of guestfs-probe-kvm, which
 * takes a tenth of a second where KVM is broken, is kept in the cache until
 * the host boots again.
 */
bool kvm_works (guestfs_h *g, char **ret_why);

#endif /* LIB_KVM_H */
