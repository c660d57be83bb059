/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libarchive, loaded when it is needed. */
#ifndef COMMON_LIBARCHIVE_H
#define COMMON_LIBARCHIVE_H

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>

#include "error.h"
#include "library.h"

#define LIBARCHIVE_FUNCTIONS(LIBRARY)                   \
    LIBRARY (archive_errno)                             \
    LIBRARY (archive_error_string)                      \
    LIBRARY (archive_set_error)                         \
    LIBRARY (archive_read_new)                          \
    LIBRARY (archive_read_free)                         \
    LIBRARY (archive_read_support_filter_all)           \
    LIBRARY (archive_read_support_filter_bzip2)         \
    LIBRARY (archive_read_support_filter_compress)      \
    LIBRARY (archive_read_support_filter_gzip)          \
    LIBRARY (archive_read_support_filter_lzma)          \
    LIBRARY (archive_read_support_filter_lzop)          \
    LIBRARY (archive_read_support_filter_xz)            \
    LIBRARY (archive_read_support_filter_zstd)          \
    LIBRARY (archive_read_support_format_cpio)          \
    LIBRARY (archive_read_support_format_empty)         \
    LIBRARY (archive_read_support_format_raw)           \
    LIBRARY (archive_read_support_format_tar)           \
    LIBRARY (archive_read_open)                         \
    LIBRARY (archive_read_open_fd)                      \
    LIBRARY (archive_read_open_memory)                  \
    LIBRARY (archive_read_next_header)                  \
    LIBRARY (archive_read_data)                         \
    LIBRARY (archive_read_data_block)                   \
    LIBRARY (archive_write_new)                         \
    LIBRARY (archive_write_fail)                        \
    LIBRARY (archive_write_free)                        \
    LIBRARY (archive_write_close)                       \
    LIBRARY (archive_write_add_filter_bzip2)            \
    LIBRARY (archive_write_add_filter_compress)         \
    LIBRARY (archive_write_add_filter_gzip)             \
    LIBRARY (archive_write_add_filter_lzma)             \
    LIBRARY (archive_write_add_filter_lzop)             \
    LIBRARY (archive_write_add_filter_xz)               \
    LIBRARY (archive_write_add_filter_zstd)             \
    LIBRARY (archive_write_set_format_cpio_newc)        \
    LIBRARY (archive_write_set_filter_option)           \
    LIBRARY (archive_write_set_format_pax)              \
    LIBRARY (archive_write_set_format_raw)              \
    LIBRARY (archive_write_set_options)                 \
    LIBRARY (archive_write_set_bytes_per_block)         \
    LIBRARY (archive_write_set_bytes_in_last_block)     \
    LIBRARY (archive_write_open)                        \
    LIBRARY (archive_write_open_fd)                     \
    LIBRARY (archive_write_header)                      \
    LIBRARY (archive_write_data)                        \
    LIBRARY (archive_entry_new)                         \
    LIBRARY (archive_entry_free)                        \
    LIBRARY (archive_entry_clear)                       \
    LIBRARY (archive_entry_pathname)                    \
    LIBRARY (archive_entry_hardlink)                    \
    LIBRARY (archive_entry_symlink)                     \
    LIBRARY (archive_entry_mode)                        \
    LIBRARY (archive_entry_uid)                         \
    LIBRARY (archive_entry_gid)                         \
    LIBRARY (archive_entry_rdev)                        \
    LIBRARY (archive_entry_size)                        \
    LIBRARY (archive_entry_mtime)                       \
    LIBRARY (archive_entry_mtime_nsec)                  \
    LIBRARY (archive_entry_atime)                       \
    LIBRARY (archive_entry_atime_nsec)                  \
    LIBRARY (archive_entry_atime_is_set)                \
    LIBRARY (archive_entry_copy_pathname)               \
    LIBRARY (archive_entry_copy_hardlink)               \
    LIBRARY (archive_entry_copy_symlink)                \
    LIBRARY (archive_entry_copy_uname)                  \
    LIBRARY (archive_entry_copy_gname)                  \
    LIBRARY (archive_entry_set_mode)                    \
    LIBRARY (archive_entry_set_uid)                     \
    LIBRARY (archive_entry_set_gid)                     \
    LIBRARY (archive_entry_set_rdev)                    \
    LIBRARY (archive_entry_set_size)                    \
    LIBRARY (archive_entry_set_mtime)                   \
    LIBRARY (archive_entry_sparse_add_entry)            \
    LIBRARY (archive_entry_xattr_reset)                 \
    LIBRARY (archive_entry_xattr_next)                  \
    LIBRARY (archive_entry_xattr_add_entry)             \
    LIBRARY (archive_entry_acl_add_entry)               \
    LIBRARY (archive_entry_acl_count)                   \
    LIBRARY (archive_entry_acl_reset)                   \
    LIBRARY (archive_entry_acl_next)

DECLARE_LIBRARY (libarchive, LIBARCHIVE_FUNCTIONS)

/* The compressions that the API has names for. */
struct compression {
    const char *name;
    int (*read) (const struct libarchive *la, struct archive *a);
    int (*write) (const struct libarchive *la, struct archive *a);
    bool has_levels;
    const char *program; /* that does it where libarchive can't, or NULL */
};

/* NULL with EINVAL if there is none of that name. */
const struct compression *find_compression (const char *name,
                                            struct error *err);

/* Set up an archive for the compression.  ENOTSUP with "not supported" if
 * the host's libarchive lacks it.
 */
int compression_read (const struct compression *c,
                      const struct libarchive *la, struct archive *a,
                      struct error *err);
int compression_write (const struct compression *c,
                       const struct libarchive *la, struct archive *a,
                       struct error *err);

/* What libarchive has failed with.  If *err is set already, by one of our
 * callbacks, that is the reason.
 */
int archive_failed (const struct libarchive *la, struct archive *a,
                    struct error *err);

#endif /* COMMON_LIBARCHIVE_H */
