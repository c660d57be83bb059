/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packing a directory into a tar archive for the library. */

#include "config.h"

#include <fcntl.h>

#include "archive-sink.h"
#include "arguments.h"
#include "calls.h"
#include "owner-names.h"
#include "sysroot.h"
#include "tar-pack.h"

struct owners {
    struct owner_names *users, *groups;
};

static const char *
user_name (void *opaque, uid_t uid)
{
    return owner_name (((struct owners *) opaque)->users, uid);
}

static const char *
group_name (void *opaque, gid_t gid)
{
    return owner_name (((struct owners *) opaque)->groups, gid);
}

static int
pack (struct archive_sink *sink, int dir, const char *directory,
      const struct tar_out_opts *opts)
{
    cleanup_owner_names struct owner_names users = { 0 }, groups = { 0 };
    cleanup_file_ahead struct file_ahead ahead = { .content = true };
    struct owners owners = { &users, &groups };
    struct tar_pack p = {
        .la = sink->la,
        .archive = sink->archive,
        .prefix = "./",
        .xattrs = { .plain = opts->xattrs, .selinux = opts->selinux,
                    .acls = opts->acls },
        .excludes = opts->excludes,
        .ahead = &ahead,
        .direct = true,
        .opaque = &owners,
    };

    if (!opts->numericowner) {
        owner_names_read (sink->call, "/etc/passwd", &users);
        owner_names_read (sink->call, "/etc/group", &groups);
        p.user = user_name;
        p.group = group_name;
    }
    if (tar_pack (&p, dir, ".", "", &sink->call->err) < 0)
        return fail_context (&sink->call->err, "%s", directory);
    return archive_sink_close (sink);
}

static int
send_tar (struct call *call, const char *directory, const char *compress,
          const struct tar_out_opts *opts)
{
    cleanup_archive_sink struct archive_sink sink = { 0 };
    cleanup_fd int dir = -1;

    if (check_pathname (call, "directory", directory) < 0)
        return -1;
    dir = sysroot_open (call, directory, O_RDONLY | O_DIRECTORY, 0);
    if (dir < 0 || archive_sink_init (&sink, call) < 0
        || tar_pack_format (sink.la, sink.archive, &call->err) < 0
        || archive_sink_open (&sink, compress, -1) < 0)
        return -1;
    return pack (&sink, dir, directory, opts);
}

int
do_tar_out (struct call *call, const char *directory,
            const struct tar_out_opts *opts)
{
    return send_tar (call, directory,
                     opts->given & TAR_OUT_COMPRESS ? opts->compress : NULL,
                     opts);
}

int
do_tgz_out (struct call *call, const char *directory)
{
    const struct tar_out_opts none = { 0 };

    return send_tar (call, directory, "gzip", &none);
}

int
do_txz_out (struct call *call, const char *directory)
{
    const struct tar_out_opts none = { 0 };

    return send_tar (call, directory, "xz", &none);
}
