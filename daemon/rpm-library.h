/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Databases of RPM (librpm). */
#ifndef DAEMON_RPM_LIBRARY_H
#define DAEMON_RPM_LIBRARY_H

#include <rpm/header.h>
#include <rpm/rpmdb.h>
#include <rpm/rpmlog.h>
#include <rpm/rpmmacro.h>
#include <rpm/rpmts.h>

#include "library.h"

#define RPM_FUNCTIONS(LIBRARY)          \
    LIBRARY (headerGetNumber)           \
    LIBRARY (headerGetString)           \
    LIBRARY (rpmDefineMacro)            \
    LIBRARY (rpmdbFreeIterator)         \
    LIBRARY (rpmdbNextIterator)         \
    LIBRARY (rpmlogSetMask)             \
    LIBRARY (rpmtsCreate)               \
    LIBRARY (rpmtsFree)                 \
    LIBRARY (rpmtsInitIterator)         \
    LIBRARY (rpmtsSetVSFlags)

DECLARE_LIBRARY (rpm, RPM_FUNCTIONS)

#endif /* DAEMON_RPM_LIBRARY_H */
