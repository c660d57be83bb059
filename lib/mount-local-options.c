/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of mount_local, which are those of mount.fuse3(8) that make
 * sense here, and some of our own.
 */

#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libfuse.h"
#include "memory.h"
#include "mount-local-options.h"
#include "string-list.h"

/* While libfuse takes them apart. */
struct parsing {
    struct local_options *o;
    struct strings mount; /* for libfuse, when it mounts */
    struct error *err;
};

static int
fail_value (const char *name, const char *value, const char *what,
            struct error *err)
{
    return fail (err, EINVAL, "mount option '%s=%s': the value must be %s",
                 name, value, what);
}

static int
parse_number (const char *name, const char *value, int base, unsigned *ret,
              struct error *err)
{
    char *end;
    unsigned long n;

    errno = 0;
    n = strtoul (value, &end, base);
    if (value[0] < '0' || value[0] > '9' || *end || errno || n >= UINT32_MAX)
        return fail_value (name, value, base == 8 ? "an octal number"
                                                  : "a number", err);
    *ret = (unsigned) n;
    return 0;
}

/* Each option: what it sets. */

static int
set_uid (struct parsing *p, const char *name, const char *value,
         struct error *err)
{
    p->o->session.all_uid = true;
    return parse_number (name, value, 10, &p->o->session.uid, err);
}

static int
set_gid (struct parsing *p, const char *name, const char *value,
         struct error *err)
{
    p->o->session.all_gid = true;
    return parse_number (name, value, 10, &p->o->session.gid, err);
}

static int
set_umask (struct parsing *p, const char *name, const char *value,
           struct error *err)
{
    p->o->session.all_mode = true;
    if (parse_number (name, value, 8, &p->o->session.umask, err) < 0)
        return -1;
    if (p->o->session.umask > 0777)
        return fail_value (name, value, "at most 0777", err);
    return 0;
}

static int
set_idmap (struct parsing *p, const char *name, const char *value,
           struct error *err)
{
    if (strcmp (value, "user") != 0 && strcmp (value, "none") != 0)
        return fail_value (name, value, "'user' or 'none'", err);
    p->o->session.exchange = strcmp (value, "user") == 0;
    return 0;
}

/* Seconds, which may have a fraction, in milliseconds: years are enough. */
#define TIMEOUT_MAX 1e9

static unsigned
milliseconds (double seconds)
{
    return (unsigned) (1000 * (seconds < TIMEOUT_MAX / 1000
                               ? seconds : TIMEOUT_MAX / 1000));
}

static int
set_timeout (const char *name, const char *value, unsigned *ret,
             struct error *err)
{
    char *end;
    double seconds = strtod (value, &end);

    if (!*value || *end || !(seconds >= 0))
        return fail_value (name, value, "a number of seconds", err);
    *ret = milliseconds (seconds);
    return 0;
}

static int
set_entry_timeout (struct parsing *p, const char *name, const char *value,
                   struct error *err)
{
    return set_timeout (name, value, &p->o->session.entry_timeout, err);
}

static int
set_attr_timeout (struct parsing *p, const char *name, const char *value,
                  struct error *err)
{
    return set_timeout (name, value, &p->o->session.attr_timeout, err);
}

static int
set_absent_timeout (struct parsing *p, const char *name, const char *value,
                    struct error *err)
{
    return set_timeout (name, value, &p->o->session.absent_timeout, err);
}

static int
set_writeback (struct parsing *p, const char *name, const char *value,
               struct error *err)
{
    (void) value, (void) err;
    p->o->writeback = strcmp (name, "writeback_cache") == 0;
    return 0;
}

static int
set_debug (struct parsing *p, const char *name, const char *value,
           struct error *err)
{
    (void) name, (void) value, (void) err;
    p->o->debug = true;
    return 0;
}

static int
set_readonly (struct parsing *p, const char *name, const char *value,
              struct error *err)
{
    (void) name, (void) value, (void) err;
    p->o->session.readonly = true;
    return 0;
}

/* The kernel knows of "allow_other" alone; we refuse the others. */
static int
set_allow_root (struct parsing *p, const char *name, const char *value,
                struct error *err)
{
    (void) name, (void) value, (void) err;
    p->o->only_root = true;
    strings_add_once (&p->mount, "allow_other");
    return 0;
}

static int
set_permissions (struct parsing *p, const char *name, const char *value,
                 struct error *err)
{
    (void) value, (void) err;
    p->o->permissions = true;
    strings_add_once (&p->mount, name);
    return 0;
}

/* For libfuse and the kernel, which say what they don't like. */
static int
pass_on (struct parsing *p, const char *name, const char *value,
         struct error *err)
{
    (void) err;
    if (value)
        strings_add_format (&p->mount, "%s=%s", name, value);
    else
        strings_add_once (&p->mount, name);
    return 0;
}

/* What other file systems have, and makes no difference here. */
static int
ignore (struct parsing *p, const char *name, const char *value,
        struct error *err)
{
    (void) p, (void) name, (void) value, (void) err;
    return 0;
}

enum needs { NO_VALUE, A_VALUE, MAY_HAVE };

static const struct local_option {
    const char *name;
    enum needs needs;
    int (*set) (struct parsing *p, const char *name, const char *value,
                struct error *err);
} local_option_table[] = {
    { "uid", A_VALUE, set_uid },
    { "gid", A_VALUE, set_gid },
    { "umask", A_VALUE, set_umask },
    { "idmap", A_VALUE, set_idmap },
    { "entry_timeout", A_VALUE, set_entry_timeout },
    { "attr_timeout", A_VALUE, set_attr_timeout },
    { "negative_timeout", A_VALUE, set_absent_timeout },
    { "writeback_cache", NO_VALUE, set_writeback },
    { "no_writeback_cache", NO_VALUE, set_writeback },
    { "debug", NO_VALUE, set_debug },
    { "ro", NO_VALUE, set_readonly },
    { "rw", NO_VALUE, ignore },
    { "allow_other", NO_VALUE, pass_on },
    { "allow_root", NO_VALUE, set_allow_root },
    { "default_permissions", NO_VALUE, set_permissions },
    { "fsname", A_VALUE, pass_on },
    { "subtype", A_VALUE, pass_on },
    { "max_read", A_VALUE, pass_on },
    { "suid", NO_VALUE, pass_on },
    { "nosuid", NO_VALUE, pass_on },
    { "dev", NO_VALUE, pass_on },
    { "nodev", NO_VALUE, pass_on },
    { "exec", NO_VALUE, pass_on },
    { "noexec", NO_VALUE, pass_on },
    { "sync", NO_VALUE, pass_on },
    { "async", NO_VALUE, pass_on },
    { "dirsync", NO_VALUE, pass_on },
    { "atime", NO_VALUE, pass_on },
    { "noatime", NO_VALUE, pass_on },
    { "ac_attr_timeout", A_VALUE, ignore },
    { "auto_cache", NO_VALUE, ignore },
    { "noauto_cache", NO_VALUE, ignore },
    { "kernel_cache", NO_VALUE, ignore },
    { "async_read", NO_VALUE, ignore },
    { "atomic_o_trunc", NO_VALUE, ignore },
    { "big_writes", NO_VALUE, ignore },
    { "hard_remove", NO_VALUE, ignore },
    { "intr", NO_VALUE, ignore },
    { "intr_signal", A_VALUE, ignore },
    { "large_read", NO_VALUE, ignore },
    { "max_background", A_VALUE, ignore },
    { "max_readahead", A_VALUE, ignore },
    { "max_write", A_VALUE, ignore },
    { "congestion_threshold", A_VALUE, ignore },
    { "noforget", NO_VALUE, ignore },
    { "nonempty", NO_VALUE, ignore },
    { "readdir_ino", NO_VALUE, ignore },
    { "remember", MAY_HAVE, ignore },
    { "splice_move", NO_VALUE, ignore },
    { "splice_read", NO_VALUE, ignore },
    { "splice_write", NO_VALUE, ignore },
    { "use_ino", NO_VALUE, ignore },
};

static const struct local_option *
find_option (const char *name)
{
    size_t n = sizeof local_option_table / sizeof *local_option_table;

    for (size_t i = 0; i < n; i++)
        if (strcmp (local_option_table[i].name, name) == 0)
            return &local_option_table[i];
    return NULL;
}

/* "name" or "name=value", which is cut in two. */
static int
parse_one (struct parsing *p, char *word)
{
    char *value = strchr (word, '=');
    const struct local_option *option;

    if (value)
        *value++ = '\0';
    option = find_option (word);
    if (!option)
        return fail (p->err, EINVAL, "unknown mount option '%s'", word);
    if (option->needs == A_VALUE && (!value || !*value))
        return fail (p->err, EINVAL, "mount option '%s' needs a value", word);
    if (option->needs == NO_VALUE && value)
        return fail (p->err, EINVAL, "mount option '%s' has no value", word);
    return option->set (p, word, value, p->err);
}

/* For libfuse: 0 says that it need not keep the option. */
static int
take_option (void *opaque, const char *word, int key,
             struct fuse_args *remaining)
{
    cleanup_free char *copy = xstrdup (word);

    (void) remaining;
    return key == FUSE_OPT_KEY_OPT && *copy ? parse_one (opaque, copy) : 0;
}

/* One text of them.  libfuse escapes commas that belong to a value. */
static int
join_options (const struct libfuse *fuse, struct parsing *p)
{
    for (size_t i = 0; i < p->mount.count; i++)
        if (fuse->fuse_opt_add_opt_escaped (&p->o->mount, p->mount.item[i])
            != 0)
            return fail (p->err, ENOMEM, "mount options: %m");
    if (!p->o->mount)
        p->o->mount = xstrdup ("");
    return 0;
}

static int
parse_all (struct parsing *p, const char *options)
{
    static const struct fuse_opt none[] = { FUSE_OPT_END };
    const struct libfuse *fuse = load_libfuse (p->err);
    cleanup_free char *heard = NULL;
    struct fuse_args args;
    int r;

    if (!fuse)
        return -1;
    libfuse_args (fuse, options, &args);
    libfuse_listen (fuse);
    r = fuse->fuse_opt_parse (&args, p, none, take_option);
    heard = libfuse_heard ();
    fuse->fuse_opt_free_args (&args);
    if (r < 0)
        return p->err->message ? -1 : fail (p->err, EINVAL, "mount options: "
                                            "%s", heard ? heard : options);
    if (p->o->session.readonly)
        strings_add (&p->mount, "ro");
    return join_options (fuse, p);
}

int
local_options_parse (const char *options, bool readonly, int cachetimeout,
                     struct local_options *ret, struct error *err)
{
    cleanup_local_options struct local_options o = {
        .session = {
            .readonly = readonly,
            .user = geteuid (),
            .group = getegid (),
            .entry_timeout = milliseconds (cachetimeout),
            .attr_timeout = milliseconds (cachetimeout),
        },
    };
    struct parsing p = { .o = &o, .err = err };
    int r = parse_all (&p, options ? options : "");

    strings_free (&p.mount);
    if (r < 0)
        return -1;
    *ret = o;
    o.mount = NULL;
    return 0;
}

void
local_options_free (struct local_options *o)
{
    free (o->mount);
}
