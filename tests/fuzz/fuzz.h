/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What fuzz targets have in common. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Each target defines this; whoever calls it ignores what it returns. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What must be so whatever the input is. */
static inline void
check (bool truth)
{
    if (!truth)
        abort ();
}

/* An input that is taken apart from its front.  Zeros follow its end. */
struct script {
    const uint8_t *p;
    const uint8_t *end;
};

static inline uint8_t
next_byte (struct script *script)
{
    return script->p < script->end ? *script->p++ : 0;
}

static inline size_t
bytes_left (const struct script *script)
{
    return (size_t) (script->end - script->p);
}

#endif /* TESTS_FUZZ_FUZZ_H */
