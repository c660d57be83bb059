/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Procedures that are no calls of the API: between this library and this
 * daemon, and unknown to others (protocol/PROTOCOL.md).
 */

#include "config.h"

#include "mount-local.h"
#include "network.h"
#include "server.h"
#include "wire.h"

static const struct {
    uint32_t proc;
    const struct procedure *procedure;
} procedures[] = {
    { WIRE_PROC_FUSE_BEGIN, &fuse_begin_procedure },
    { WIRE_PROC_FUSE, &fuse_procedure },
    { WIRE_PROC_FUSE_END, &fuse_end_procedure },
    { WIRE_PROC_NETWORK, &network_procedure },
};

const struct procedure *
find_private_procedure (uint32_t proc)
{
    for (size_t i = 0; i < sizeof procedures / sizeof *procedures; i++)
        if (procedures[i].proc == proc)
            return procedures[i].procedure;
    return NULL;
}
