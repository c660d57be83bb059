/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is where in the initrd: between build-initrd.c, which writes it, and
 * initrd-main.c, which runs in it.
 */
#ifndef APPLIANCE_INITRD_H
#define APPLIANCE_INITRD_H

#define INITRD_MODULES "/modules"      /* the modules to load */
#define INITRD_LIST "/modules/list"    /* their paths, in order, a line each */
#define INITRD_UUID "/uuid"            /* the root's UUID, 16 bytes */

#endif /* APPLIANCE_INITRD_H */
