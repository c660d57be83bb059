/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether KVM can be used: what guestfs-probe-kvm (appliance/) says, and what
 * it has said before.
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache.h"
#include "command.h"
#include "file-key.h"
#include "kvm.h"
#include "supervised.h"

#define DEVICE "/dev/kvm"
#define CACHE_NAME "kvm"

/* What a verdict depends on, beside what this user may do. */
static char *
make_key (const char *program)
{
    char *key = NULL;
    size_t size;
    struct stat st = { 0 };
    FILE *fp = open_memstream (&key, &size);

    if (!fp)
        out_of_memory ();
    fprintf (fp, "libguestfs %s\n", GUESTFS_VERSION);
    key_put_boot (fp);
    key_put_file (fp, program);
    if (stat (DEVICE, &st) == 0)
        fprintf (fp, "%s %jx %ju %o %ju %ju\n", DEVICE,
                 (uintmax_t) st.st_rdev, (uintmax_t) st.st_ino,
                 (unsigned) st.st_mode, (uintmax_t) st.st_uid,
                 (uintmax_t) st.st_gid);
    if (fclose (fp) != 0)
        out_of_memory ();
    return key;
}

/* Where verdicts are kept; NULL: nowhere. */
static char *
cache_path (guestfs_h *g)
{
    cleanup_free char *folder = NULL;

    if (faccessat (AT_FDCWD, DEVICE, R_OK | W_OK, AT_EACCESS) < 0)
        return NULL; /* finding that out takes no time */
    folder = cache_folder (g);
    if (!folder) {
        debug (g, "KVM will be probed each time: %s", g->error.message);
        error_clear (&g->error);
        return NULL;
    }
    return xasprintf ("%s/" CACHE_NAME, folder);
}

/* The program's line, "WORD TEXT".  It exits with 0 if that stays true. */
static char *
ask (const char *program, bool *ret_lasting, struct error *err)
{
    cleanup_command struct command c = COMMAND_NONE;

    command_add (&c, program, NULL);
    if (command_run (&c, err) < 0)
        return NULL;
    if (c.status > 1)
        return fail_null (err, EIO, "%s: %s", program, c.errors);
    string_trim_end (c.output);
    *ret_lasting = c.status == 0 && !c.guessed;
    return steal (&c.output);
}

static char *
ask_and_keep (guestfs_h *g, const char *program, struct error *err)
{
    cleanup_free char *path = cache_path (g), *key = make_key (program);
    cleanup_free char *verdict = path ? cache_read (path, key) : NULL;
    bool lasting;

    if (verdict)
        return steal (&verdict);
    verdict = ask (program, &lasting, err);
    if (verdict && lasting && path)
        cache_write (path, key, verdict);
    return steal (&verdict);
}

bool
kvm_works (guestfs_h *g, char **ret_why)
{
    cleanup_error struct error err = { 0 };
    cleanup_free char *program = helper_path ("guestfs-probe-kvm");
    cleanup_free char *verdict = ask_and_keep (g, program, &err);
    int word; /* its length */

    if (!verdict) {
        *ret_why = xasprintf ("KVM can't be probed: %s", err.message);
        return false;
    }
    word = (int) strcspn (verdict, " ");
    if (string_starts_with (verdict, "works ")) {
        *ret_why = xasprintf ("KVM works:%s", verdict + word);
        return true;
    }
    *ret_why = xasprintf ("KVM is %.*s:%s", word, verdict, verdict + word);
    return false;
}
